import type { AnswerFacts } from '../dialects/dialect.ts';
import type { UpstreamEvent } from '../dialects/upstream-event.ts';
import type { DumpedTurn } from '../upstream/dump-session.ts';
import type { Release } from '../upstream/slots.ts';
import type { SessionCapture } from './capture.ts';
import type { Meter } from './meter.ts';

/** How many ended responses are remembered, so that a second terminal event of one is not taken for the next turn's. */
const REMEMBERED_ENDS = 64;

/** One turn between its `response.create` and its terminal event. */
export interface OpenTurn {
  readonly meter: Meter;
  /** What is kept of it; null where nothing is. */
  readonly captured: SessionCapture | null;
  /** What is written down of it on the wire; null where nothing is. */
  dumped: DumpedTurn | null;
  readonly lane: string | null;
  /** As the upstream knows it. */
  readonly model: string;
  /** True once an error has been laid to its key or account: it may be told twice. */
  blamed: boolean;
  /** The tier in its bytes; null is none. */
  readonly sentTier: string | null;
  /** True once its bytes have left the machine. */
  left: boolean;
  /** The upstream's name for it, once it has one. */
  responseId: string | null;
  facts: AnswerFacts;
  /** Gives its place within the limits back. */
  readonly leave: Release;
  /** What an error event said that may have been this turn's end. */
  failure: { readonly code: string; readonly status: number | null } | null;
}

/** What of an event tells whose it is. */
type Whose = Pick<UpstreamEvent, 'responseId' | 'streamId'>;

/** The turns of a session that are under way, oldest first, and which of them an event of the upstream is about (spec B.7). */
export class OpenTurns {
  readonly #ended: string[] = [];
  #all: readonly OpenTurn[] = [];

  get all(): readonly OpenTurn[] {
    return this.#all;
  }

  /** The only one; undefined where there is none, or several. */
  get only(): OpenTurn | undefined {
    return this.#all.length === 1 ? this.#all[0] : undefined;
  }

  /** How many are waited for: one that an error event has answered is not. */
  get waitedFor(): number {
    return this.#all.reduce((sum, { failure }) => (failure === null ? sum + 1 : sum), 0);
  }

  /** True while the events of one are kept. */
  get kept(): boolean {
    return this.#all.some(({ captured, dumped }) => captured?.full === false || dumped?.full === false);
  }

  add(turn: OpenTurn): void {
    this.#all = [...this.#all, turn];
  }

  remove(turn: OpenTurn): void {
    this.#all = this.#all.filter((one) => one !== turn);
    if (turn.responseId === null) return;
    this.#ended.push(turn.responseId);
    if (this.#ended.length > REMEMBERED_ENDS) this.#ended.shift();
  }

  /** Whether a response has ended already. */
  hasEnded(responseId: string): boolean {
    return this.#ended.includes(responseId);
  }

  /** The one with this response. */
  known({ responseId }: Whose): OpenTurn | undefined {
    return responseId === null ? undefined : this.#all.find((turn) => turn.responseId === responseId);
  }

  /** The one that has had its response for longest, in a lane if one there has. */
  oldestStarted(lane: string | null): OpenTurn | undefined {
    const running = this.#all.filter(({ responseId }) => responseId !== null);
    return running.find((turn) => turn.lane === lane) ?? running[0];
  }

  /** Those that wait for a response, in a lane if any there do. */
  waitingIn(lane: string | null): readonly OpenTurn[] {
    const waiting = this.#all.filter(({ responseId }) => responseId === null);
    const inLane = waiting.filter((turn) => turn.lane === lane);
    return inLane.length > 0 ? inLane : waiting;
  }

  /** The one that an error event is about: by its response, else the one that has waited longest for any word. */
  failing(event: Whose): OpenTurn | undefined {
    const waiting = this.#all.filter(({ responseId, failure }) => responseId === null && failure === null);
    return this.known(event) ?? waiting.find(({ lane }) => lane === event.streamId) ?? waiting[0];
  }

  /** The one with which an event is kept; null is an event that cannot be read, or need not be. */
  keeping(event: UpstreamEvent | null): OpenTurn | undefined {
    if (event === null) return this.oldestStarted(null) ?? this.#all[0];
    const answered = event.kind === 'error' ? this.failing(event) : this.known(event);
    const begun = event.kind === 'created' ? unanswered(this.waitingIn(event.streamId)) : undefined;
    return answered ?? begun ?? this.oldestStarted(event.streamId) ?? this.#all[0];
  }
}

/** The oldest, before those that an error event has answered. */
export function unanswered(turns: readonly OpenTurn[]): OpenTurn | undefined {
  return turns.find(({ failure }) => failure === null) ?? turns[0];
}
