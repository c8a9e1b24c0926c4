import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { OpenSession } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import { type ClientFrame, readFrame, refuseFirst } from '../dialects/client-frame.ts';
import { isUnread } from '../dialects/dialect.ts';
import { SessionDump } from '../upstream/dump-session.ts';
import { OPCODE } from '../upstream/frame-code.ts';
import type { Release } from '../upstream/slots.ts';
import type { House } from './house.ts';
import { MessageQueue } from './message-queue.ts';
import { SocketEnding } from './socket-ending.ts';
import { type Goodbye, blockGoodbye, close, refusalGoodbye } from './socket-goodbye.ts';
import { type FrameVerdict, SocketPolicy } from './socket-policy.ts';
import { type ToolListener, ToolSide, type ToolWebSocket } from './socket-tool.ts';
import { SocketFaults } from './socket-faults.ts';
import { SocketSeats } from './socket-seats.ts';
import { SocketTurns } from './socket-turns.ts';
import { withdrawn } from './standing.ts';
import { UpstreamSide } from './socket-upstream-side.ts';
import type { Chosen, OpenedUpstream } from './socket-upstream.ts';
import { say } from '../../shared/sentences.ts';

/** How long a tool may take to say what it wants (spec B.1). */
const FIRST_FRAME_MS = 30_000;

/** Where a session went for the model of its first frame, or what is said because it could not. */
export type Moved =
  | { readonly kind: 'open'; readonly chosen: Chosen; readonly opened: OpenedUpstream }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly goodbye: Goodbye };

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
  readonly isCodex: boolean;
  /** What the sessions of one conversation share; null where the tool says nothing of it. */
  readonly conversation: string | null;
  /** For a session that moves to another account with its first frame. */
  readonly move: (model: string) => Promise<Moved>;
  /** Whether it would better move, for the model of its first frame. */
  readonly hasBetter: (chosen: Chosen, model: string) => boolean;
  /** The session has changed as the window shows it, or has ended. */
  readonly onChange: (session: SocketSession, ended: boolean) => void;
}

/** One WebSocket session: a tool on one side, one upstream on the other, the door and the bill between them. */
export class SocketSession implements ToolListener {
  readonly id = randomUUID();
  readonly #options: SocketSessionOptions;
  readonly #startedAt: number;
  readonly #policy: SocketPolicy;
  readonly #seats: SocketSeats;
  readonly #turns: SocketTurns;
  readonly #ending: SocketEnding;
  readonly #upstream: UpstreamSide;
  #chosen: Chosen;
  /** Null where each turn is a request of its own. */
  #dump: SessionDump | null = null;
  #tool: ToolSide | null = null;
  #activeAt: number;
  #awaitsFirst: boolean;
  #cancelFirst: (() => void) | null = null;
  /** Messages that came while the session could take none; null while it can. */
  #waiting: MessageQueue | null = null;
  #stopping = false;

  constructor(options: SocketSessionOptions) {
    const { house, tool, dialect, chosen, model, isCodex } = options;
    this.#options = options;
    this.#startedAt = house.now();
    this.#activeAt = this.#startedAt;
    this.#chosen = chosen;
    this.#awaitsFirst = dialect === 'responses';
    this.#policy = new SocketPolicy(chosen.ready.account, tool, model, dialect, isCodex);
    this.#seats = new SocketSeats(house, options.keyHash);
    this.#turns = new SocketTurns({
      tool,
      dialect,
      now: house.now,
      record: house.record,
      capture: house.capture,
      dump: ({ turn, attempt }, message) => this.#dump?.turn(turn, attempt, message) ?? null,
      faults: new SocketFaults(house, () => this.#chosen, options.conversation),
      sessionModel: () => this.#policy.model,
      seatFree: () => this.#seats.takeFree(this.#chosen),
      onSessionModel: (named) => {
        this.#policy.upstreamModel(named);
      },
      onChange: () => {
        options.onChange(this, false);
      },
    });
    this.#turns.at(chosen);
    this.#ending = new SocketEnding({
      turns: this.#turns,
      tool: () => this.#tool,
      link: () => this.#upstream.link,
      after: house.after,
      onBegin: () => {
        this.#policy.kill();
        this.#cancelFirst?.();
        this.#seats.leave();
      },
      onOver: () => {
        options.onChange(this, true);
      },
    });
    this.#upstream = new UpstreamSide({
      turns: this.#turns,
      ending: this.#ending,
      tool: () => this.#tool,
      quotas: () => (this.#chosen.secret?.login === undefined ? null : this.#quotasSaid),
      onActivity: this.#used,
      onProgress: () => {
        if (this.#stopping) this.#stopIfDone();
      },
      onDrained: () => {
        if (this.#waiting === null) this.#tool?.resume();
      },
      redact: house.redact,
      log: house.log,
      about: () => ({ session: this.id, account: this.#chosen.ready.account.id }),
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

  #attach(opened: OpenedUpstream): void {
    const { request, rawHeaders } = opened;
    const own = this.#chosen.ready.account.headers;
    this.#dump = request === null ? null : new SessionDump(this.#options.house.dump, { request, rawHeaders, own });
    this.#upstream.attach(opened);
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
    this.#seats.leave();
    this.#tool?.destroy();
    this.#upstream.link?.destroy();
  }

  // What the tool says.

  message(payload: Buffer, binary: boolean): void {
    this.#used();
    if (this.#policy.dead) return;
    const withdrawn = this.#withdrawn();
    if (withdrawn !== null) this.#refuse(withdrawn);
    else if (this.#waiting !== null) {
      if (!this.#waiting.push({ payload, binary })) {
        this.#waiting.take();
        this.#refuse(gatewayError('queue_full'));
        // Only now: a tool that is not read cannot be seen to leave.
      } else if (this.#waiting.crowded) this.#tool?.pause();
    } else if (this.#awaitsFirst) this.#first(payload, binary);
    else this.#judge(payload, binary);
  }

  ping(payload: Buffer): void {
    this.#used();
    this.#control(OPCODE.ping, payload);
  }

  pong(payload: Buffer): void {
    this.#control(OPCODE.pong, payload);
  }

  #control(opcode: number, payload: Buffer): void {
    if (!this.#policy.dead && this.#upstream.link?.send(opcode, payload) === false) this.#tool?.pause();
  }

  written(): void {
    this.#upstream.link?.resume();
  }

  leaving(code: number | null, reason: string): void {
    this.#ending.begin({ event: null, code, reason }, 'tool_left', { code, reason });
  }

  gone(): void {
    this.#ending.toolGone();
  }

  // Frames up.

  #first(payload: Buffer, binary: boolean): void {
    this.#awaitsFirst = false;
    this.#cancelFirst?.();
    const frame = readFrame(payload);
    const error = isUnread(frame) ? null : refuseFirst(frame);
    if (isUnread(frame)) this.#act(this.#policy.refuse(frame), binary);
    else if (error !== null) this.#act(this.#policy.refuseFrame(frame, error), binary);
    else if (this.#stays(frame.model ?? '')) this.#judge(frame, binary);
    else this.#move(frame, binary).catch(this.#broken);
  }

  /** A session may have stood for long before it is used, and what it was opened with may cool down by now. */
  #stays(model: string): boolean {
    const { modelMapping } = this.#chosen.ready.account;
    return servesModel(modelMapping, model) && !this.#options.hasBetter(this.#chosen, model);
  }

  #judge(said: Buffer | ClientFrame, binary: boolean): void {
    const frame = 'kind' in said ? said : readFrame(said);
    if (isUnread(frame)) this.#act(this.#policy.refuse(frame), binary);
    else if (frame.kind === 'create') this.#create(frame, binary);
    else this.#judgeFrame(frame, binary);
  }

  /** A frame asks for a turn, which needs a seat; while none is free the session's other messages wait behind it. */
  #create(frame: ClientFrame, binary: boolean): void {
    const seat = this.#seats.take(this.#chosen);
    if (seat instanceof Promise) this.#await(frame, binary, seat).catch(this.#broken);
    else this.#seated(frame, binary, seat);
  }

  async #await(frame: ClientFrame, binary: boolean, seat: Promise<Release | GatewayError | null>): Promise<void> {
    const waiting = this.#hold();
    const got = await seat;
    if (this.#isOver() || got === null) {
      if (typeof got === 'function') got();
      this.#turns.unseated(frame, { status: null, error: this.#ending.why ?? 'tool_left', partial: true });
      return;
    }
    const withdrawn = this.#withdrawn();
    if (withdrawn !== null) {
      if (typeof got === 'function') got();
      this.#refuse(withdrawn);
      return;
    }
    this.#waiting = null;
    this.#seated(frame, binary, got);
    this.#goOn(waiting);
  }

  #seated(frame: ClientFrame, binary: boolean, seat: Release | GatewayError): void {
    if (typeof seat === 'function') this.#judgeFrame(frame, binary, seat);
    else this.#turnAway(frame, seat);
  }

  /** The seat is a turn's place within its limits; given back where no turn comes of the frame. */
  #judgeFrame(frame: ClientFrame, binary: boolean, seat: Release = () => undefined): void {
    const { house } = this.#options;
    // Asked for at the last moment: an edit counts from the next frame.
    this.#act(this.#policy.judgeFrame(frame, house.settings().policy, house.now()), binary, seat);
  }

  /** A turn that may not begin now: the session ends with it, unless that would end other turns too. */
  #turnAway(frame: ClientFrame, error: GatewayError): void {
    // A tool that cannot stop would fill the ledger with it.
    if (error.code === 'tool_limited') this.#options.house.refused(error.code);
    else this.#turns.unseated(frame, { status: error.status, error: error.code, partial: false });
    const goodbye = refusalGoodbye(error);
    if (this.#turns.open === 0) this.#ending.begin(goodbye, error.code);
    else if (goodbye.event !== null) this.#ending.interject(goodbye.event);
  }

  #act(verdict: FrameVerdict, binary: boolean, seat: Release = () => undefined): void {
    if (verdict.kind !== 'forward' || verdict.turn === null) seat();
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
        const { house, dialect } = this.#options;
        const stops = turn !== null && this.#stopping;
        // A Realtime upstream begins turns by itself, from what any frame brings.
        if (stops || ((turn !== null || dialect === 'realtime') && house.paused())) {
          seat();
          const error = gatewayError(stops ? 'gateway_stopping' : 'gateway_paused');
          this.#act(this.#policy.refuseFrame(frame, error), binary);
          return;
        }
        if (turn !== null) this.#turns.accepted(frame, turn, seat, this.#upstream.link?.immediate ?? false);
        else this.#dump?.sent(bytes);
        const opcode = binary ? OPCODE.binary : OPCODE.text;
        if (this.#upstream.link?.send(opcode, bytes, turn?.upstreamModel) === false) this.#tool?.pause();
      }
    }
  }

  /** Nothing was sent yet, so the session may go to an account that serves the model its first frame names. */
  async #move(frame: ClientFrame, binary: boolean): Promise<void> {
    const waiting = this.#hold();
    // The upstream has seen nothing, so its end is not the session's.
    this.#upstream.leave();
    const moved = await this.#options.move(frame.model ?? '');
    if (this.#isOver()) {
      if (moved.kind === 'open') moved.opened.destroy();
      return;
    }
    if (moved.kind === 'refused') {
      this.#turns.refused(this.#policy.refuseFrame(frame, moved.error));
      this.#ending.begin(moved.goodbye, moved.error.code);
      return;
    }
    const { chosen, opened } = moved;
    this.#chosen = chosen;
    this.#policy.moveTo(chosen.ready.account);
    this.#turns.at(chosen);
    this.#attach(opened);
    this.#waiting = null;
    this.#judge(frame, binary);
    this.#goOn(waiting);
  }

  /** Keeps what the tool says from here on. */
  #hold(): MessageQueue {
    const waiting = new MessageQueue();
    this.#waiting = waiting;
    return waiting;
  }

  /** Takes up what was kept; with the first of it the session may have to wait again. */
  #goOn(waiting: MessageQueue): void {
    for (const one of waiting.take()) this.message(one.payload, one.binary);
    if (this.#waiting === null) this.#tool?.resume();
  }

  readonly #broken = (error: unknown): void => {
    this.#options.house.log.error({ session: this.id, error: String(error) }, say('log_session_stuck'));
    if (!this.#isOver()) this.#refuse(gatewayError('internal'));
  };

  #withdrawn(): GatewayError | null {
    return withdrawn(this.#options.house, this.#options.keyHash, this.#chosen);
  }

  #isOver(): boolean {
    return this.#policy.dead;
  }

  #refuse(error: GatewayError): void {
    this.#policy.kill();
    this.#turns.refused({ error, model: null, tier: null });
    this.#ending.begin(refusalGoodbye(error), error.code);
  }

  readonly #quotasSaid = (payload: Buffer): void => {
    const { house, onChange } = this.#options;
    this.#chosen.load.eventSeen(payload, house.now());
    onChange(this, false);
  };

  readonly #used = (): void => {
    this.#activeAt = this.#options.house.now();
  };

  #stopIfDone(): void {
    if (this.#turns.open > 0 || this.#ending.inMessage) return;
    this.#ending.begin(close(1001, 'the gateway is stopping'), 'gateway_stopping');
  }
}
