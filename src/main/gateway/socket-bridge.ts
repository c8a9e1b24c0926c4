import { randomBytes } from 'node:crypto';
import { isCodexLogin } from '../../shared/codex.ts';
import { gatewayError } from '../../shared/errors.ts';
import { type ClientFrame, readFrame } from '../dialects/client-frame.ts';
import { codexBody } from '../dialects/codex-body.ts';
import { isUnread } from '../dialects/dialect.ts';
import type { Secret } from '../secrets/secret.ts';
import { DumpTee } from '../upstream/dump-tee.ts';
import type { Fault } from '../upstream/fault.ts';
import { OPCODE } from '../upstream/frame-code.ts';
import type { Departure, LinkListener, UpstreamLink } from '../upstream/frame-link.ts';
import { type OwnHeaders, upgradeHeadersUp } from '../upstream/headers.ts';
import { bridgeBody } from './bridge-body.ts';
import { BridgePrewarms } from './bridge-prewarms.ts';
import { BridgeTurn } from './bridge-turn.ts';
import { ROUTING_HINT } from './decide.ts';
import type { House } from './house.ts';
import { quotasSeen } from './quotas-seen.ts';
import { errorEvent } from './socket-goodbye.ts';
import { type Standing, fallen, withdrawn } from './standing.ts';
import type { Chosen, OpenedUpstream } from './socket-upstream.ts';

/** Turns of one lane that may wait for the one before them; beyond that the tool is not read. */
const MAX_WAITING = 4;

/** What a bridge needs to make requests of frames. */
export interface BridgeOptions {
  readonly house: House;
  readonly chosen: Chosen;
  /** The hash of the local key that opened the session. */
  readonly keyHash: string;
  /** The handshake's headers, which stand in for those of each request. */
  readonly rawHeaders: readonly string[];
  readonly own: OwnHeaders;
  readonly isCodex: boolean;
}

/** An upstream that is spoken to over HTTP, turn by turn, by an account's `http_bridge`. */
export class BridgeUpstream implements OpenedUpstream {
  readonly request = null;
  readonly rawHeaders: readonly string[] = [];
  readonly protocol = null;
  readonly #options: BridgeOptions;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  attach(listener: LinkListener): UpstreamLink {
    return new BridgeLink(this.#options, listener);
  }

  destroy(): void {
    // Nothing was opened.
  }
}

/** A `response.create` with the model it was judged by, which its request must then name. */
interface BridgedFrame {
  readonly frame: ClientFrame;
  readonly model: string;
  readonly standing: Standing;
}

/** What a turn gets instead of an answer. */
interface Refusal {
  readonly status: number;
  readonly error: string;
  /** What the tool is told. */
  readonly event: string;
  /** Whom it blames. */
  readonly fault: Fault | null;
}

/** The turns of one lane, one after the other, as a WebSocket upstream runs them. */
interface Lane {
  readonly name: string | null;
  /** The turn that was asked for last. */
  turn: Departure | null;
  running: BridgeTurn | null;
  readonly waiting: BridgedFrame[];
}

class BridgeLink implements UpstreamLink {
  readonly immediate = false;
  readonly inFrame = false;
  readonly inMessage = false;
  readonly #options: BridgeOptions;
  readonly #listener: LinkListener;
  readonly #lanes = new Map<string | null, Lane>();
  readonly #prewarms = new BridgePrewarms();
  /** A login's token is renewed while the session goes on. */
  #secret: Secret | null;
  #paused = false;
  /** The session ends: what is under way may end, and nothing more goes up. */
  #stopped = false;
  #over = false;

  constructor(options: BridgeOptions, listener: LinkListener) {
    this.#options = options;
    this.#secret = options.chosen.secret;
    this.#listener = listener;
  }

  send(opcode: number, payload: Buffer, judgedModel = ''): boolean {
    if (this.#over) return true;
    if (opcode === OPCODE.ping) this.#listener.control(OPCODE.pong, payload);
    if (opcode !== OPCODE.text && opcode !== OPCODE.binary) return true;
    const frame = readFrame(payload);
    if (isUnread(frame)) return true;
    switch (frame.kind) {
      case 'create':
        return this.#create({ frame, model: judgedModel, standing: this.#standing() });
      case 'update':
        // The session's model comes with each turn.
        return true;
      case 'other':
      case 'untyped':
        this.#other(frame);
        return true;
    }
  }

  stop(): void {
    // Every message is handed on whole, so there is never a rest of one.
    this.#stopped = true;
  }

  pause(): void {
    this.#paused = true;
    for (const { running } of this.#lanes.values()) running?.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const { running } of this.#lanes.values()) running?.resume();
  }

  close(code: number | null, reason: string): void {
    this.destroy();
    // Not from inside the caller, as with any other link.
    process.nextTick(() => {
      this.#listener.ended({ code, reason });
    });
  }

  destroy(): void {
    this.#over = true;
    for (const { running } of this.#lanes.values()) running?.abort();
    this.#lanes.clear();
    this.#prewarms.clear();
  }

  #create(bridged: BridgedFrame): boolean {
    const { frame } = bridged;
    const lane = this.#lanes.get(frame.streamId) ?? {
      name: frame.streamId,
      turn: null,
      running: null,
      waiting: [],
    };
    this.#lanes.set(frame.streamId, lane);
    lane.waiting.push(bridged);
    this.#goOn(lane);
    return lane.waiting.length < MAX_WAITING;
  }

  /** Begins a lane's next turns until one of them runs; a loop, since a tool may have asked for a thousand that end at once. */
  #goOn(lane: Lane): void {
    while (!this.#over && !this.#stopped && lane.running === null) {
      const bridged = lane.waiting.shift();
      if (bridged === undefined) {
        this.#lanes.delete(lane.name);
        return;
      }
      if (lane.waiting.length === MAX_WAITING - 1) this.#listener.drained();
      this.#start(lane, bridged);
    }
  }

  /** What a frame was judged by that comes in this moment. */
  #standing(): Standing {
    const { house } = this.#options;
    return { policy: house.settings().policy, at: house.now() };
  }

  /** Begins a turn, or answers it here; one that has waited only if the door would still say the same of it. */
  #start(lane: Lane, bridged: BridgedFrame, fresh = false): void {
    const { house, chosen, keyHash } = this.#options;
    const why = withdrawn(house, keyHash, chosen) ?? fallen(house, bridged.standing);
    if (why !== null) {
      this.#refuse(lane, { status: why.status, error: why.code, event: errorEvent(why), fault: null });
      return;
    }
    // There is nothing here that a prewarm could warm, so it is answered on this machine.
    if (!bridged.frame.generates) {
      this.#prewarm(lane, bridged);
      return;
    }
    const body = this.#body(bridged);
    if (typeof body === 'string') {
      this.#refuse(lane, { status: 400, error: 'previous_response_not_found', event: body, fault: null });
      return;
    }
    const { account, origin, basePath } = chosen.ready;
    const asked = {
      account,
      own: chosen.secret?.brought !== undefined,
      model: bridged.model,
    };
    /** Set where a login's token was refused, which is told only where there is no other. */
    let refusal: (() => void) | null = null;
    const turn = new BridgeTurn(house, asked, {
      event: (payload) => {
        this.#deliver(lane, payload);
      },
      refused: (status, error, event, fault) => {
        const refuse = (): void => {
          this.#refuse(lane, { status, error, event, fault });
        };
        if (error === 'upstream_401' && this.#secret?.login !== undefined && !fresh) refusal = refuse;
        else refuse();
      },
      over: (cut) => {
        if (refusal === null) this.#ended(lane, cut);
        else void this.#renew(lane, bridged, turn, refusal);
      },
    });
    lane.running = turn;
    if (this.#paused) turn.pause();
    // With a new token the same turn leaves again.
    const again = fresh && lane.turn !== null ? { ...lane.turn, attempt: lane.turn.attempt + 1 } : null;
    lane.turn = this.#listener.departed(lane.name) ?? again;
    const handler = this.#secret?.login === undefined ? turn : quotasSeen(house, chosen.load, turn);
    const path = `${basePath}/responses`;
    const request = { origin, proxy: account.proxy, path, headers: this.#headers(), body };
    const dumped =
      lane.turn === null ? null : house.dump.begin(lane.turn.turn, lane.turn.attempt, request, account.headers);
    house.send(request, dumped === null ? handler : new DumpTee(dumped, handler));
  }

  /** Sends a turn again with a new token. */
  async #renew(lane: Lane, bridged: BridgedFrame, refused: BridgeTurn, tell: () => void): Promise<void> {
    const { house } = this.#options;
    const secret = this.#secret === null ? null : await house.renewLogin(this.#secret);
    // The tool may have given the turn up meanwhile, and then it must not leave again.
    if (this.#over || lane.running !== refused) return;
    if (secret === null || this.#stopped) {
      tell();
      this.#ended(lane, null);
    } else {
      this.#secret = secret;
      lane.running = null;
      this.#start(lane, bridged, true);
      this.#goOn(lane);
    }
  }

  /** The request's body, or the event that says why there is none. */
  #body({ frame, model }: BridgedFrame): Buffer | string {
    const previous = frame.previousResponseId;
    const earlier = previous === null ? null : this.#prewarms.get(previous);
    const isUnknown = previous !== null && earlier === null;
    // The ChatGPT backend keeps nothing between requests; a key account's upstream may know the id.
    const cannot = isUnknown && this.#options.chosen.ready.account.kind === 'oauth';
    const body = cannot ? null : bridgeBody(frame, { model, earlier });
    // A frame that went on from a prewarm has no instructions of its own.
    if (body !== null && isCodexLogin(this.#options.chosen.ready.account))
      return codexBody(body, { kind: 'turn', isCodex: this.#options.isCodex }).bytes;
    return body ?? errorEvent(gatewayError('previous_response_not_found', previous ?? ''));
  }

  /** Answers as the upstream would, and keeps what the next turn goes on from. */
  #prewarm(lane: Lane, { frame, model }: BridgedFrame): void {
    const id = responseId();
    const { bodyLimitMiB } = this.#options.house.settings();
    if (!this.#prewarms.keep(id, frame, bodyLimitMiB * 1024 * 1024)) {
      const error = gatewayError('body_too_large', `${bodyLimitMiB} MiB`);
      this.#refuse(lane, { status: error.status, error: error.code, event: errorEvent(error), fault: null });
      return;
    }
    const response = { id, object: 'response', model, output: [], error: null };
    const usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
    this.#say(lane, { type: 'response.created', response: { ...response, status: 'in_progress' } });
    this.#say(lane, { type: 'response.completed', response: { ...response, status: 'completed', usage } });
  }

  /** Over HTTP nothing can be added to a request; cancelling is giving it up. */
  #other(frame: ClientFrame): void {
    const lane = this.#lanes.get(frame.streamId);
    const running = lane?.running ?? null;
    if (frame.type === 'response.cancel' && lane !== undefined && running !== null) {
      running.abort();
      lane.running = null;
      // Without an id, an end is nobody's.
      this.#say(lane, {
        type: 'response.cancelled',
        response: { id: running.responseId ?? responseId(), status: 'cancelled' },
      });
      this.#goOn(lane);
      return;
    }
    const message = 'This account is served over HTTP, which knows response.create and response.cancel only.';
    const event = errorEvent({ status: 400, type: 'invalid_request_error', code: 'unsupported_event', message });
    this.#listener.piece(Buffer.from(event), false, true);
  }

  #say(lane: Lane, event: object): void {
    this.#deliver(lane, Buffer.from(JSON.stringify(event)));
  }

  #deliver({ name }: Lane, payload: Buffer): void {
    const event =
      name === null
        ? payload
        : Buffer.concat([
            payload.subarray(0, payload.lastIndexOf(CLOSING)),
            Buffer.from(`,"stream_id":${JSON.stringify(name)}}`),
          ]);
    this.#listener.event(event, true);
    this.#listener.piece(event, false, true);
  }

  #refuse(lane: Lane, { status, error, event, fault }: Refusal): void {
    this.#listener.refused(status, error, lane.name, fault);
    this.#listener.piece(Buffer.from(event), false, true);
  }

  #ended(lane: Lane, cut: string | null): void {
    lane.running = null;
    if (cut === null) {
      if (lane.turn !== null) this.#listener.over(lane.turn.turn);
      this.#goOn(lane);
      return;
    }
    this.destroy();
    this.#listener.ended({ cut });
  }

  #headers(): string[] {
    const { rawHeaders, own } = this.#options;
    const flat = upgradeHeadersUp(rawHeaders, { ...own, key: this.#secret?.value ?? null });
    const headers = ['content-type', 'application/json', 'accept', 'text/event-stream', 'accept-encoding', 'identity'];
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = (flat[index] ?? '').toLowerCase();
      // These speak of the WebSocket that this upstream does not see, and a hint that was judged at the handshake would
      // speak for every turn after it.
      const isOther = !['content-type', 'accept', 'openai-beta', ROUTING_HINT].includes(name);
      if (isOther) headers.push(flat[index] ?? '', flat[index + 1] ?? '');
    }
    return headers;
  }
}

function responseId(): string {
  return `resp_${randomBytes(24).toString('hex')}`;
}

const CLOSING = Buffer.from('}');
