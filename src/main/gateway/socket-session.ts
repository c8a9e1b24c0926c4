import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { OpenSession } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import { type ClientFrame, readFrame, refuseFirst } from '../dialects/client-frame.ts';
import { isUnread } from '../dialects/dialect.ts';
import { OPCODE } from '../upstream/frame-code.ts';
import { type LinkEnd, type LinkListener, type UpstreamLink, detachable } from '../upstream/frame-link.ts';
import type { House } from './house.ts';
import { SocketEnding } from './socket-ending.ts';
import { type Goodbye, blockGoodbye, close, endGoodbye, refusalGoodbye } from './socket-goodbye.ts';
import { type FrameVerdict, SocketPolicy } from './socket-policy.ts';
import { type ToolListener, ToolSide, type ToolWebSocket } from './socket-tool.ts';
import { SocketTurns } from './socket-turns.ts';
import type { Chosen, OpenedUpstream } from './socket-upstream.ts';

/** How long a tool may take to say what it wants (spec B.1). */
const FIRST_FRAME_MS = 30_000;

/** Messages that may wait while the session moves to another account, and their bytes. */
const MAX_WAITING = 64;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What one session is made of. */
export interface SocketSessionOptions {
  readonly house: House;
  readonly tool: string;
  /** The hash of the local key that opened the session. */
  readonly keyHash: string;
  readonly dialect: 'responses' | 'realtime';
  readonly chosen: Chosen;
  /** The model that the handshake named. */
  readonly model: string;
  /** For a session that moves to another account with its first frame. */
  readonly openLink: (chosen: Chosen) => Promise<OpenedUpstream | Goodbye>;
  /** The session has changed as the window shows it, or has ended. */
  readonly onChange: (session: SocketSession, ended: boolean) => void;
}

/** One WebSocket session: a tool on one side, one upstream on the other, the door and the bill between them. */
export class SocketSession implements LinkListener, ToolListener {
  readonly id = randomUUID();
  readonly #options: SocketSessionOptions;
  readonly #startedAt: number;
  readonly #policy: SocketPolicy;
  readonly #turns: SocketTurns;
  readonly #ending: SocketEnding;
  #chosen: Chosen;
  #tool: ToolSide | null = null;
  #link: UpstreamLink | null = null;
  #detach: () => void = () => undefined;
  #activeAt: number;
  #awaitsFirst: boolean;
  #cancelFirst: (() => void) | null = null;
  /** Messages that came while the session was moving; null while it is not. */
  #waiting: { payload: Buffer; binary: boolean }[] | null = null;
  #waitingBytes = 0;
  #stopping = false;

  constructor(options: SocketSessionOptions) {
    const { house, tool, dialect, chosen, model } = options;
    this.#options = options;
    this.#startedAt = house.now();
    this.#activeAt = this.#startedAt;
    this.#chosen = chosen;
    this.#awaitsFirst = dialect === 'responses';
    this.#policy = new SocketPolicy(chosen.ready.account, tool, model);
    this.#turns = new SocketTurns({
      tool,
      dialect,
      now: house.now,
      record: house.record,
      sessionModel: () => this.#policy.model,
      onSessionModel: (named) => {
        this.#policy.upstreamModel(named);
      },
      onChange: () => {
        options.onChange(this, false);
      },
    });
    this.#turns.at(chosen.ready, chosen.secret);
    this.#ending = new SocketEnding({
      turns: this.#turns,
      tool: () => this.#tool,
      link: () => this.#link,
      after: house.after,
      onBegin: () => {
        this.#policy.kill();
        this.#cancelFirst?.();
      },
      onOver: () => {
        options.onChange(this, true);
      },
    });
  }

  /** Turns that are under way. */
  get openTurns(): number {
    return this.#turns.open;
  }

  /** The session as the window shows it. */
  get view(): OpenSession {
    return {
      id: this.id,
      tool: this.#options.tool,
      account: this.#chosen.ready.account.id,
      model: this.#policy.model === '' ? null : this.#policy.model,
      startedAt: this.#startedAt,
      turns: this.#turns.count,
      tiers: [...this.#turns.tiers],
    };
  }

  /** Both sides are connected. */
  begin(webSocket: ToolWebSocket, socket: Socket, opened: OpenedUpstream): void {
    this.#tool = new ToolSide(webSocket, socket, this);
    if (this.#awaitsFirst) {
      this.#cancelFirst = this.#options.house.after(FIRST_FRAME_MS, () => {
        this.#options.house.refused('first_frame_missing');
        this.#ending.begin(close(1008, 'missing first response.create message'), 'first_frame_missing');
      });
    }
    this.#attach(opened);
  }

  /** Ends a session that nobody has used for so long, between turns only. */
  sweep(idleMs: number): void {
    if (this.#turns.open > 0 || this.#options.house.now() - this.#activeAt < idleMs) return;
    this.#ending.begin(close(1000, 'websocket idle timeout'), 'tool_left', { code: 1000, reason: '' });
  }

  /** Takes no new turns; ends at once, or when the turns under way have. */
  stop(): void {
    this.#stopping = true;
    this.#stopIfDone();
  }

  /** Ends now, whatever is under way. */
  destroy(): void {
    this.#turns.end('gateway_stopping');
    this.#policy.kill();
    this.#tool?.destroy();
    this.#link?.destroy();
  }

  // What the tool says.

  message(payload: Buffer, binary: boolean): void {
    this.#activeAt = this.#options.house.now();
    if (this.#policy.dead) return;
    if (this.#isRevoked()) this.#refuse(gatewayError('local_key_invalid'));
    else if (this.#waiting !== null) this.#wait(payload, binary);
    else if (this.#awaitsFirst) this.#first(payload, binary);
    else this.#judge(payload, binary);
  }

  ping(payload: Buffer): void {
    this.#activeAt = this.#options.house.now();
    if (!this.#policy.dead) this.#link?.send(OPCODE.ping, payload);
  }

  pong(payload: Buffer): void {
    if (!this.#policy.dead) this.#link?.send(OPCODE.pong, payload);
  }

  written(): void {
    this.#link?.resume();
  }

  leaving(code: number | null, reason: string): void {
    this.#ending.begin({ event: null, code, reason }, 'tool_left', { code, reason });
  }

  gone(): void {
    this.#ending.toolGone();
  }

  // What the upstream says.

  wants(head: Buffer): boolean {
    return this.#turns.wants(head);
  }

  event(payload: Buffer, whole: boolean): void {
    this.#turns.event(payload, whole);
  }

  bytes(bytes: Buffer): void {
    this.#activeAt = this.#options.house.now();
    if (!this.#ending.said && bytes.length > 0) {
      if (this.#tool?.bytes(bytes) === false && !this.#policy.dead) this.#link?.pause();
    }
    this.#ending.inMessage = this.#link?.inMessage ?? false;
    this.#afterUpstream();
  }

  piece(piece: Buffer, binary: boolean, last: boolean): void {
    this.#activeAt = this.#options.house.now();
    // With the last words waiting, only the message under way is still given.
    if (!this.#ending.said && (!this.#ending.begun || this.#ending.inMessage)) {
      if (this.#tool?.piece(piece, binary, last) === false && !this.#policy.dead) this.#link?.pause();
      this.#ending.inMessage = !last;
    }
    this.#afterUpstream();
  }

  control(opcode: number, payload: Buffer): void {
    this.#activeAt = this.#options.house.now();
    if (!this.#ending.said) this.#tool?.control(opcode === OPCODE.ping ? 'ping' : 'pong', payload);
  }

  drained(): void {
    if (this.#waiting === null) this.#tool?.resume();
  }

  refused(status: number, error: string, lane: string | null): void {
    this.#turns.failed(status, error, lane);
  }

  ended(end: LinkEnd): void {
    // The rows come before the tool can see the end.
    this.#turns.end(this.#ending.why ?? 'upstream_cut');
    const { log } = this.#options.house;
    const about = { session: this.id, account: this.#chosen.ready.account.id };
    if ('fault' in end) log.warn({ ...about, what: end.what }, 'the upstream broke the protocol');
    else if ('cut' in end && !this.#ending.begun)
      log.warn({ ...about, what: end.cut }, 'the upstream broke off a session');
    // Inside a frame nothing can be said: a break is the only honest end.
    this.#ending.linkEnded(this.#link?.inFrame === true ? null : endGoodbye(end));
  }

  // Frames up.

  #first(payload: Buffer, binary: boolean): void {
    this.#awaitsFirst = false;
    this.#cancelFirst?.();
    const frame = readFrame(payload);
    if (isUnread(frame)) {
      this.#act(this.#policy.refuse(frame), binary);
      return;
    }
    const error = refuseFirst(frame);
    if (error !== null) this.#act(this.#policy.refuseFrame(frame, error), binary);
    else if (servesModel(this.#chosen.ready.account.modelMapping, frame.model ?? '')) this.#judgeFrame(frame, binary);
    else void this.#move(frame, binary);
  }

  #judge(payload: Buffer, binary: boolean): void {
    const { house } = this.#options;
    // Asked for at the last moment: an edit counts from the next frame.
    this.#act(this.#policy.judge(payload, house.settings().policy, house.now()), binary);
  }

  #judgeFrame(frame: ClientFrame, binary: boolean): void {
    const { house } = this.#options;
    this.#act(this.#policy.judgeFrame(frame, house.settings().policy, house.now()), binary);
  }

  #act(verdict: FrameVerdict, binary: boolean): void {
    switch (verdict.kind) {
      case 'dead':
        return;
      case 'block':
        this.#turns.blocked(verdict.frame, verdict.decision);
        this.#ending.begin(blockGoodbye(verdict.decision.message), 'policy_violation');
        return;
      case 'refuse':
        this.#turns.refused(verdict);
        this.#ending.begin(refusalGoodbye(verdict.error), verdict.error.code);
        return;
      case 'forward': {
        const { frame, turn, bytes } = verdict;
        if (turn !== null && this.#stopping) {
          this.#act(this.#policy.refuseFrame(frame, gatewayError('gateway_stopping')), binary);
          return;
        }
        if (turn !== null) this.#turns.accepted(frame, turn, this.#link?.leaves(frame.generates) ?? false);
        if (this.#link?.send(binary ? OPCODE.binary : OPCODE.text, bytes) === false) this.#tool?.pause();
      }
    }
  }

  /** A key that was revoked opens nothing any more, not even a turn of a session it had opened. */
  #isRevoked(): boolean {
    const { house, keyHash } = this.#options;
    return !house.settings().tools.some((tool) => tool.keyHash === keyHash);
  }

  #wait(payload: Buffer, binary: boolean): void {
    const waiting = this.#waiting ?? [];
    this.#waitingBytes += payload.length;
    if (waiting.length >= MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waiting = [];
      this.#refuse(gatewayError('queue_full'));
    } else {
      waiting.push({ payload, binary });
    }
  }

  /** Nothing was sent yet, so the session may go to an account that serves the model its first frame names. */
  async #move(frame: ClientFrame, binary: boolean): Promise<void> {
    const { house, dialect, openLink } = this.#options;
    this.#waiting = [];
    this.#tool?.pause();
    // The upstream has seen nothing, so its end is not the session's.
    this.#unlink();
    const chosen = await house.accounts.choose(dialect, frame.model ?? '');
    if (this.#isOver()) return;
    if ('code' in chosen) {
      this.#act(this.#policy.refuseFrame(frame, chosen), binary);
      return;
    }
    const opened = await openLink(chosen);
    if ('code' in opened) {
      this.#turns.refused({ error: gatewayError('upstream_unreachable'), model: frame.model, tier: null });
      this.#ending.begin(opened, 'upstream_unreachable');
      return;
    }
    if (this.#isOver()) {
      opened.destroy();
      return;
    }
    this.#chosen = chosen;
    this.#policy.moveTo(chosen.ready.account);
    this.#turns.at(chosen.ready, chosen.secret);
    this.#attach(opened);
    this.#judgeFrame(frame, binary);
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const one of waiting) this.message(one.payload, one.binary);
    this.#tool?.resume();
  }

  #isOver(): boolean {
    return this.#policy.dead;
  }

  #attach(opened: OpenedUpstream): void {
    const { listener, detach } = detachable(this);
    this.#detach = detach;
    this.#link = opened.attach(listener, this.#tool?.compressed === true);
  }

  #unlink(): void {
    this.#detach();
    this.#link?.destroy();
    this.#link = null;
  }

  #refuse(error: GatewayError): void {
    this.#policy.kill();
    this.#turns.refused({ error, model: null, tier: null });
    this.#ending.begin(refusalGoodbye(error), error.code);
  }

  #afterUpstream(): void {
    if (this.#ending.begun) this.#ending.advance();
    else if (this.#stopping) this.#stopIfDone();
  }

  #stopIfDone(): void {
    if (this.#turns.open > 0 || this.#ending.inMessage) return;
    this.#ending.begin(close(1001, 'the gateway is stopping'), 'gateway_stopping');
  }
}
