import type { NewTurn } from '../../shared/turn.ts';
import { NO_USAGE } from '../../shared/usage.ts';
import type { ClientFrame } from '../dialects/client-frame.ts';
import type { Unread } from '../dialects/dialect.ts';
import {
  CREATED,
  type UpstreamEvent,
  TYPE_REACH,
  kindOfEvent,
  readEvent,
  typeAtFront,
} from '../dialects/upstream-event.ts';
import type { Secret } from '../secrets/secret.ts';
import type { DumpedTurn } from '../upstream/dump-session.ts';
import type { Fault } from '../upstream/fault.ts';
import type { Departure } from '../upstream/frame-link.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import type { Release } from '../upstream/slots.ts';
import type { Capture, SessionCapture } from './capture.ts';
import type { Block, Forward } from './decide.ts';
import { Meter, type TurnEnd } from './meter.ts';
import { type OpenTurn, OpenTurns, unanswered } from './open-turns.ts';
import type { SocketFaults } from './socket-faults.ts';
import type { Chosen, FailedDial } from './socket-upstream.ts';

/** No conversation has so many responses under way; an upstream that begins more of them by itself never ends any. */
const MOST_OPEN = 1000;

/** How many turns' tiers the window shows. */
const SHOWN_TIERS = 20;

/** What the accounting of one session needs. */
export interface SocketTurnsOptions {
  readonly tool: string;
  readonly dialect: 'responses' | 'realtime';
  readonly now: () => number;
  readonly record: (turn: NewTurn) => void;
  readonly capture: Pick<Capture, 'session'>;
  /** Writes a turn down that goes up over a WebSocket; its message is null where the upstream began it by itself. */
  readonly dump: (departure: Departure, message: Buffer | null) => DumpedTurn | null;
  /** Whom the upstream's errors blame. */
  readonly faults: Pick<SocketFaults, 'said' | 'found' | 'answered'>;
  /** The session's model, for turns that the upstream begins by itself. */
  readonly sessionModel: () => string;
  /** A seat for a turn that the upstream has begun by itself. */
  readonly seatFree: () => Release;
  /** The upstream has named the session's model. */
  readonly onSessionModel: (model: string) => void;
  /** A turn has begun or ended. */
  readonly onChange: () => void;
}

/**
 * The turns of one session (spec B.7): each `response.create` queues what it asked for, the upstream's events are matched
 * to that queue by response id and lane, and a turn's row is written when its terminal event is seen, before the event
 * goes on to the tool.
 */
export class SocketTurns {
  readonly #options: SocketTurnsOptions;
  readonly #shown: OpenTurn[] = [];
  readonly #open = new OpenTurns();
  #upstream: { readonly ready: ReadyAccount; readonly secret: Secret | null } | null = null;
  /** The dials that failed before the session stood; its first turn tells of them. */
  #dials: readonly FailedDial[] = [];
  #count = 0;
  #over = false;

  constructor(options: SocketTurnsOptions) {
    this.#options = options;
  }

  /** Turns that are under way; one that an error event has answered is not waited for. */
  get open(): number {
    return this.#open.waitedFor;
  }

  /** Turns so far. */
  get count(): number {
    return this.#count;
  }

  /** The tiers that left with the last turns, oldest first. */
  get tiers(): readonly (string | null)[] {
    return this.#shown.map(({ left, sentTier }) => (left ? sentTier : null));
  }

  /** Whose turns these are from now on. */
  at({ ready, secret, failed }: Pick<Chosen, 'ready' | 'secret' | 'failed'>): void {
    this.#upstream = { ready, secret };
    this.#dials = [...this.#dials, ...failed];
  }

  /** A `response.create` is about to leave; or, where it does not leave at once, to wait for `departed`. */
  accepted(frame: ClientFrame, decision: Forward, leave: Release, immediate = true): void {
    const meter = this.#judged(frame, decision);
    const { sentTier, upstreamModel: model } = decision;
    const captured = this.#capture(meter, frame.bytes);
    const turn = this.#begin({ meter, captured, lane: frame.streamId, model, sentTier, leave });
    if (immediate) turn.dumped = this.#options.dump(this.#leave(turn), decision.bytes);
    this.#options.onChange();
  }

  /** The oldest turn of a lane that was still on this machine leaves it; null where there is none. */
  departed(lane: string | null): Departure | null {
    const turn = this.#open.all.find((one) => !one.left && one.responseId === null && one.lane === lane);
    if (turn === undefined) return null;
    const departure = this.#leave(turn);
    this.#options.onChange();
    return departure;
  }

  /** A frame was blocked: it has a row of its own and changes nothing of the others. */
  blocked(frame: ClientFrame, decision: Block): void {
    const meter = this.#judged(frame, decision);
    this.#capture(meter, frame.bytes)?.end();
    this.#options.record(meter.row({ status: 400, error: 'policy_violation', partial: false }));
  }

  /** A frame could not be judged or served. */
  refused({ error, model, tier }: Unread): void {
    const meter = this.#meter();
    meter.asked(model, tier, true);
    this.#options.record(meter.row({ status: 400, error: error.code, partial: false }));
  }

  /** A frame's turn never began, since there was no seat for it. */
  unseated(frame: ClientFrame, end: TurnEnd): void {
    const meter = this.#meter();
    meter.asked(frame.asked.model ?? this.#options.sessionModel(), frame.tiers[0]?.said.text ?? null, true);
    this.#options.record(meter.row(end));
  }

  /** Whether a message that begins like this is worth being gathered. */
  wants(head: Buffer): boolean {
    if (this.#open.kept) return true;
    if (head.length < TYPE_REACH) return true;
    const type = typeAtFront(head);
    return type === null || this.#matters(type);
  }

  /** One text message of the upstream, before it goes on; of one that was too large to gather only the beginning. */
  event(payload: Buffer, whole: boolean): void {
    if (this.#over) return;
    const type = typeAtFront(payload);
    // What begins a turn that nobody asked for is a part of it.
    const begins = whole && type === CREATED;
    if (begins) this.#read(payload);
    if (this.#open.kept) this.#keep(payload, whole);
    if (begins || (type !== null && !this.#matters(type))) return;
    if (!whole) {
      this.#oversized(type);
      return;
    }
    const { only } = this.#open;
    if (only !== undefined && type !== null && kindOfEvent(type) === 'token') {
      only.meter.firstToken();
      return;
    }
    this.#read(payload);
  }

  /** The oldest turn that has no answer yet gets none: the upstream refused it with an HTTP status. */
  failed(status: number, error: string, lane: string | null, fault: Fault | null): void {
    const [turn] = this.#open.waitingIn(lane);
    if (fault !== null) this.#options.faults.found(fault, turn?.model ?? this.#options.sessionModel());
    if (turn !== undefined) this.#finish(turn, { status, error, partial: false });
  }

  /** Nothing more will come of a turn: what it was told has named no end, or an error was all of it. */
  over(id: string): void {
    const turn = this.#open.all.find(({ meter }) => meter.id === id);
    if (turn !== undefined) this.#abandon(turn, 'upstream_cut');
  }

  /** The session is over: every turn still under way leaves a partial row, and what is still said adds none. */
  end(error: string): void {
    this.#over = true;
    for (const turn of this.#open.all) this.#abandon(turn, error);
  }

  #read(payload: Buffer): void {
    const event = readEvent(payload);
    if (event !== null) this.#take(event, payload);
  }

  #meter(): Meter {
    const { tool, dialect, now } = this.#options;
    const meter = new Meter(tool, dialect, now, 'websocket');
    if (this.#upstream !== null) meter.at(this.#upstream.ready);
    return meter;
  }

  #judged(frame: ClientFrame, decision: Forward | Block): Meter {
    const meter = this.#meter();
    meter.asked(frame.asked.model ?? this.#options.sessionModel(), frame.tiers[0]?.said.text ?? null, true);
    if (this.#upstream !== null) meter.decided(decision, this.#upstream.ready);
    return meter;
  }

  #capture(meter: Meter, frame: Buffer | null): SessionCapture | null {
    return this.#options.capture.session(meter.id, this.#options.tool, frame);
  }

  /** Keeps one event with the turn that it is about. */
  #keep(payload: Buffer, whole: boolean): void {
    const isClear = this.#open.only !== undefined || !whole;
    const turn = this.#open.keeping(isClear ? null : readEvent(payload));
    turn?.captured?.event(payload, whole);
    turn?.dumped?.message(payload, whole);
  }

  #begin(begun: Pick<OpenTurn, 'meter' | 'captured' | 'lane' | 'model' | 'sentTier' | 'leave'>): OpenTurn {
    const facts = { responseId: null, model: null, tier: null, usage: NO_USAGE, error: null };
    const turn: OpenTurn = {
      ...begun,
      dumped: null,
      blamed: false,
      left: false,
      responseId: null,
      facts,
      failure: null,
    };
    this.#open.add(turn);
    this.#count += 1;
    this.#shown.push(turn);
    if (this.#shown.length > SHOWN_TIERS) this.#shown.shift();
    return turn;
  }

  #leave(turn: OpenTurn): Departure {
    const { meter } = turn;
    turn.left = true;
    meter.dialled(this.#dials.map(({ attempt }) => attempt));
    for (const [index, { dump }] of this.#dials.entries()) dump?.(meter.id, index + 1);
    this.#dials = [];
    return { turn: meter.id, attempt: meter.sending(this.#upstream?.secret ?? null) };
  }

  #matters(type: string): boolean {
    switch (kindOfEvent(type)) {
      case 'created':
      case 'terminal':
      case 'error':
        return true;
      case 'session':
        return this.#options.dialect === 'realtime';
      case 'token':
        return this.#open.all.some(({ meter }) => !meter.started);
      case 'other':
        return false;
    }
  }

  #take(event: UpstreamEvent, payload: Buffer): void {
    switch (event.kind) {
      case 'session':
        if (this.#options.dialect === 'realtime' && event.sessionModel !== null)
          this.#options.onSessionModel(event.sessionModel);
        return;
      case 'error':
        this.#failing(event, payload);
        return;
      case 'token':
        (this.#open.known(event) ?? this.#open.oldestStarted(event.streamId))?.meter.firstToken();
        return;
      case 'created':
      case 'terminal': {
        // Without an id there is nothing to attribute it by (spec B.7).
        if (event.responseId === null || this.#open.hasEnded(event.responseId)) return;
        const turn = this.#open.known(event) ?? this.#bind(event.responseId, event.streamId);
        turn.facts = { ...event.facts, responseId: event.responseId, model: event.facts.model ?? turn.facts.model };
        if (event.kind === 'terminal') {
          if (event.facts.error !== null) this.#blame(turn, payload);
          if (!turn.blamed) this.#options.faults.answered(event.responseId, turn.meter.firstTokenAfter);
          this.#finish(turn, { status: 200, error: null, partial: false });
        }
        return;
      }
      case 'other':
    }
  }

  /** Gives a new response to the turn that has waited longest for one, in its lane if it has one. */
  #bind(responseId: string, lane: string | null): OpenTurn {
    const from = this.#open.waitingIn(lane);
    const turn = unanswered(from) ?? this.#unasked(lane);
    turn.responseId = responseId;
    turn.failure = null;
    // What waited before it and was answered with an error has been passed by: that error was its end.
    for (const earlier of from) {
      if (earlier === turn) break;
      if (earlier.failure !== null) this.#abandon(earlier, earlier.failure.code);
    }
    return turn;
  }

  /** A response that no frame asked for, as Realtime begins one when somebody stops speaking. */
  #unasked(lane: string | null): OpenTurn {
    const { all } = this.#open;
    if (all.length >= MOST_OPEN && all[0] !== undefined) this.#abandon(all[0], 'upstream_cut');
    const meter = this.#meter();
    const model = this.#options.sessionModel();
    meter.asked(model, null, true);
    const turn = this.#begin({
      meter,
      captured: this.#capture(meter, null),
      lane,
      model,
      sentTier: null,
      leave: this.#options.seatFree(),
    });
    turn.dumped = this.#options.dump(this.#leave(turn), null);
    this.#options.onChange();
    return turn;
  }

  /** An error event ends no turn by itself (spec B.7), but may have been the only answer that one will get. */
  #failing(event: UpstreamEvent, payload: Buffer): void {
    const code = event.facts.error ?? 'upstream_error_event';
    const { only, all } = this.#open;
    const turn = this.#open.failing(event);
    this.#blame(turn ?? all[0], payload);
    if (turn !== undefined) {
      turn.facts = { ...turn.facts, error: code };
      if (turn.responseId === null) {
        turn.failure = { code, status: event.status };
        // Nobody may ever hear of it again, and a place that is kept for ever is one less.
        turn.leave();
      }
      this.#options.onChange();
    } else if (only !== undefined) only.facts = { ...only.facts, error: code };
  }

  /** An error may be about the key or the account; one that comes while no turn is under way is about the session. */
  #blame(turn: OpenTurn | undefined, payload: Buffer): void {
    const { faults, sessionModel } = this.#options;
    const about = { model: turn?.model ?? sessionModel(), started: turn?.meter.started === true };
    const found = turn?.blamed !== true && faults.said(payload, about);
    if (found && turn !== undefined) turn.blamed = true;
  }

  /** The end of a turn that is too large to look into: who it was is known when there is but one. */
  #oversized(type: string | null): void {
    if (type === null || kindOfEvent(type) !== 'terminal') return;
    const { all } = this.#open;
    const turn = all.find(({ responseId }) => responseId !== null) ?? all[0];
    if (turn !== undefined) this.#finish(turn, { status: 200, error: null, partial: true });
  }

  #abandon(turn: OpenTurn, error: string): void {
    const { failure, responseId } = turn;
    const status = failure === null ? (responseId === null ? null : 200) : failure.status;
    this.#finish(turn, { status, error: failure?.code ?? error, partial: true });
  }

  #finish(turn: OpenTurn, end: { status: number | null; error: string | null; partial: boolean }): void {
    this.#open.remove(turn);
    turn.leave();
    turn.meter.answered(turn.facts);
    turn.captured?.end();
    // An error event that was all of the answer is a whole one.
    turn.dumped?.end(end.partial && turn.failure === null ? end.error : null);
    this.#options.record(turn.meter.row(end));
    this.#options.onChange();
  }
}
