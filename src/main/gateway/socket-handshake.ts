import type { IncomingMessage } from 'node:http';
import type { Account } from '../../shared/account.ts';
import { tiersTakenBy } from '../../shared/codex.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { fold } from '../../shared/fold.ts';
import { mapModel } from '../../shared/model.ts';
import { withoutFastBeta } from '../dialects/beta-token.ts';
import type { Asked } from '../dialects/dialect.ts';
import { type Envelope, isFault, scan } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import type { Secret } from '../secrets/secret.ts';
import { type DumpedDial, dumpedDial } from '../upstream/dump-session.ts';
import { protocolsUp, upgradeHeadersUp } from '../upstream/headers.ts';
import type { WayQuestion } from '../upstream/ways.ts';
import { conversationOf } from './conversation.ts';
import { costsMoneyInstead } from './dearer.ts';
import { BETA_HEADER, type Block, type Forward, ROUTING_HINT, decide } from './decide.ts';
import type { KnownCaller } from './guard.ts';
import type { House } from './house.ts';
import { betaOf, isCodex, ownWayOf } from './incoming.ts';
import { Meter } from './meter.ts';
import { readHint, withoutDearTier } from './routing-hint.ts';
import { BridgeUpstream } from './socket-bridge.ts';
import { type SocketQuery, readQuery } from './socket-request.ts';
import { type Chosen, type DialFailure, type OpenedUpstream, openRelay } from './socket-upstream.ts';

/** One upgrade request that the guard has let in. */
export interface SocketRequest extends KnownCaller {
  readonly request: IncomingMessage;
  readonly dialect: 'responses' | 'realtime';
  /** What follows an account's base URL. */
  readonly route: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
}

/** The upstream's half of a handshake: which account, what may be said to it, and the connection. */
export class Handshake {
  readonly #house: House;
  readonly #asked: SocketRequest;
  readonly #query: SocketQuery;

  private constructor(house: House, asked: SocketRequest, query: SocketQuery) {
    this.#house = house;
    this.#asked = asked;
    this.#query = query;
  }

  /** Reads what the tool asks for. */
  static read(house: House, asked: SocketRequest): Handshake | GatewayError {
    const query = readQuery(asked.query, asked.dialect);
    return 'code' in query ? query : new Handshake(house, asked, query);
  }

  /** The model that the query names; empty when it names none. */
  get model(): string {
    return this.#query.model ?? '';
  }

  /** What the sessions of one conversation share; null where the tool says nothing of it. */
  get conversation(): string | null {
    return conversationOf(this.#asked.request.headers, null);
  }

  /** Whether the tool is Codex. */
  get isCodex(): boolean {
    return isCodex(this.#asked.request);
  }

  /** The accounts in their order, by the model where it is known. */
  ways(model: string | null): ReturnType<House['ways']['open']> {
    return this.#house.ways.open(this.#question(model));
  }

  /** Whether a session that has sent nothing yet would be opened another way by now, for the model that it wants. */
  hasBetter({ ready, secret, load }: Chosen, model: string): boolean {
    const { ways } = this.#house;
    const { account } = ready;
    const upstreamModel = mapModel(account.modelMapping, model) ?? model;
    if (secret?.brought !== undefined || ways.isClear({ ready, secret, load, model: upstreamModel })) return false;
    const found = ways.candidates(this.#question(model));
    if (found instanceof Promise || 'code' in found) return false;
    const mayPay = ways.resting({ ready, load }) !== null;
    return found.some(
      (other) =>
        (mayPay || !costsMoneyInstead(account, other.ready.account)) &&
        (other.secrets.length === 0 ? [null] : other.secrets).some((one) => ways.isClear({ ...other, secret: one })),
    );
  }

  #question(model: string | null): WayQuestion {
    const { dialect } = this.#asked;
    return {
      dialect,
      model,
      session: this.conversation,
      previousResponse: null,
      own: ownWayOf(this.#house, this.#asked),
    };
  }

  /** Opens the upstream of an account; a failure says how it failed. */
  async open(chosen: Chosen, signal?: AbortSignal): Promise<OpenedUpstream | DialFailure | GatewayError> {
    const { request, route } = this.#asked;
    const decision = this.#judgeHint(chosen);
    if (decision?.kind === 'block') return this.#blocked(decision, chosen);
    const { ready, secret } = chosen;
    const own = {
      key: secret?.value ?? null,
      accountId: secret?.accountId,
      judged: { name: ROUTING_HINT, value: this.#hintUp(decision) },
      also: [{ name: BETA_HEADER, value: withoutFastBeta(betaOf(request)) }],
      set: ready.account.headers,
    };
    // Realtime has no HTTP counterpart.
    if (ready.account.sockets === 'http_bridge' && this.#asked.dialect === 'responses') {
      return new BridgeUpstream({
        house: this.#house,
        chosen,
        keyHash: this.#asked.tool.keyHash,
        rawHeaders: request.rawHeaders,
        own,
        isCodex: this.isCodex,
      });
    }
    return openRelay(
      chosen,
      {
        origin: ready.origin,
        proxy: ready.account.proxy,
        path: ready.basePath + route + this.#query.up(ready.account.modelMapping),
        headers: upgradeHeadersUp(request.rawHeaders, own),
        protocols: protocolsUp(request.headers['sec-websocket-protocol']),
      },
      { connector: this.#house.connector, after: this.#house.after, ...(signal === undefined ? {} : { signal }) },
    );
  }

  /** A dial that failed, as it is written down with the turn it was made for. */
  dumped(failure: DialFailure, { headers }: Account): DumpedDial | null {
    return dumpedDial(this.#house.dump, failure, headers);
  }

  /** The token that takes the place of a login's that was refused; null where there is none. */
  renew(secret: Secret): Promise<Secret | null> {
    return this.#house.renewLogin(secret);
  }

  get #hint(): string | null {
    const hint = this.#asked.request.headers[ROUTING_HINT];
    return typeof hint === 'string' ? hint : null;
  }

  /**
   * A tier for a model that nobody has named yet could not be judged by rules for models, so such a hint stays here. And
   * what a handshake says cannot be taken back: a dear tier in it could speak for turns that name other models, or that are
   * judged by a later policy. Every frame names its own.
   */
  #hintUp(decision: Forward | null): string | null {
    if (decision === null) return this.#hint;
    return modelIn(this.#hint ?? '') === null && this.model === '' ? null : withoutDearTier(decision.routingHint);
  }

  /** The routing hint is a wish for a tier before any frame is; null where it names none. */
  #judgeHint({ ready: { account } }: Chosen): Forward | Block | null {
    const hint = this.#hint;
    if (hint === null || readHint(hint).tiers.length === 0) return null;
    return decide({
      asked: { ...NOTHING_ASKED, model: modelIn(hint) ?? this.model },
      routingHint: hint,
      account,
      takes: tiersTakenBy(account),
      policy: this.#house.settings().policy,
      tool: this.#asked.tool.name,
      now: this.#house.now(),
    });
  }

  #blocked(decision: Block, { ready }: Chosen): GatewayError {
    const { tool, dialect, request } = this.#asked;
    const meter = new Meter(tool.name, dialect, this.#house.now, 'websocket');
    meter.asked(modelIn(this.#hint ?? ''), decision.requestedTier, true);
    meter.decided(decision, ready);
    // Codex repeats any refusal but 426, after which it says the same over HTTP and is told why there.
    const status = isCodex(request) ? 426 : 403;
    this.#house.record(meter.row({ status, error: 'policy_violation', partial: false }));
    return { ...gatewayError('policy_violation', decision.message), status };
  }
}

function modelIn(hint: string): string | null {
  for (const part of hint.split(/[;,&]/)) {
    const [name = '', value = ''] = part.split('=', 2);
    if (fold(name.trim()) === 'model' && value.trim() !== '') return value.trim();
  }
  return null;
}

const EMPTY = Buffer.from('{}');

/** A frame that asks for nothing, so that only the hint is judged. */
const NOTHING_ASKED: Asked = {
  bytes: EMPTY,
  envelope: emptyEnvelope(),
  model: '',
  modelMembers: [],
  otherModels: [],
  additions: [],
  spells: 'service_tier',
  tiers: [],
  stream: true,
};

function emptyEnvelope(): Envelope {
  const envelope = scan(EMPTY, watch({}));
  if (isFault(envelope)) throw new TypeError('an empty object is an envelope');
  return envelope;
}
