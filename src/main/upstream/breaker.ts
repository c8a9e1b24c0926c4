import { type Said, sayAsItIs } from '../../shared/sentences.ts';

/** Faults in a row that open it. */
const THRESHOLD = 5;

/** How long it stays open. */
const OPEN_MS = 30_000;

/** What a breaker says of its account. */
export type BreakerState =
  | { readonly state: 'closed' }
  | { readonly state: 'open' | 'half-open'; readonly reason: string; readonly until: number };

const CLOSED: BreakerState = { state: 'closed' };

/** One turn's try of an account whose breaker was open. */
export type BreakerProbe = symbol;

/**
 * Tells an account that keeps failing from one that had bad luck: after some faults in a row it is asked last for a while,
 * then one turn tries it. It only chooses between ways, so an account that is the only way is asked all the same.
 */
export class Breaker {
  #faults = 0;
  #openUntil: number | null = null;
  #reason = sayAsItIs('');
  #probe: BreakerProbe | null = null;

  state(now: number): BreakerState {
    if (this.#openUntil === null) return CLOSED;
    const state = now < this.#openUntil || this.#probe !== null ? 'open' : 'half-open';
    return { state, reason: this.#reason, until: Math.max(this.#openUntil, now) };
  }

  /** A turn is about to be sent there; where it is the one that tries an open breaker, it settles that. */
  take(now: number): BreakerProbe | null {
    if (this.#openUntil === null || now < this.#openUntil) return null;
    this.#probe = Symbol('probe');
    return this.#probe;
  }

  /** The upstream has answered, whatever it said about the request. */
  succeeded(): void {
    this.#faults = 0;
    this.#openUntil = null;
    this.#probe = null;
  }

  failed(reason: Said, now: number): void {
    this.#faults += 1;
    this.#reason = reason;
    this.#probe = null;
    if (this.#faults >= THRESHOLD) this.#openUntil = now + OPEN_MS;
  }

  /** The turn ended without telling anything about the account, as when its tool has left. */
  untold(probe: BreakerProbe | null): void {
    if (this.#probe === probe) this.#probe = null;
  }
}
