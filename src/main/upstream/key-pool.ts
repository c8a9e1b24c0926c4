import type { CooldownReason } from './fault.ts';

/** One cooldown, as it is kept over a restart; the key itself is in none of it. */
export interface Cooldown {
  readonly fingerprint: string;
  /** The only model it is about; null is every model. */
  readonly model: string | null;
  readonly reason: CooldownReason;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What a key is good for now. */
export type KeyState =
  { readonly state: 'ready' } | { readonly state: 'cooling'; readonly reason: CooldownReason; readonly until: number };

interface Mark {
  readonly cooldown: Cooldown;
  /** After a cooldown one turn tries the key, and the others wait for what becomes of that. */
  readonly probing: boolean;
}

const READY: KeyState = { state: 'ready' };

/** Older marks than this tell nothing any more. */
const FORGET_AFTER_MS = 3_600_000;

/**
 * Which keys are cooling down. State is worked out when it is asked for and never by a timer; cooldowns only lengthen, and
 * at their very end the key is ready again.
 */
export class KeyPool {
  readonly #marks = new Map<string, Mark>();

  /** What is known of a key for a model at this moment. */
  state(fingerprint: string, model: string, now: number): KeyState {
    if (this.#marks.size === 0) return READY;
    const own = this.#stateOf(this.#marks.get(fingerprint), now);
    return own.state === 'cooling' ? own : this.#stateOf(this.#marks.get(nameOf(fingerprint, model)), now);
  }

  /** A turn is about to use the key; where its cooldown has just ended, that turn is the one that tries it. */
  take(fingerprint: string, model: string, now: number): void {
    for (const name of this.#namesOf(fingerprint, model)) {
      const mark = this.#marks.get(name);
      if (mark !== undefined && mark.cooldown.until <= now) this.#marks.set(name, { ...mark, probing: true });
    }
  }

  /** The turn that used the key has ended without blaming it; `good` where the upstream has accepted it. */
  settle(fingerprint: string, model: string, good: boolean, now: number): void {
    for (const name of this.#namesOf(fingerprint, model)) {
      const mark = this.#marks.get(name);
      if (mark === undefined || mark.cooldown.until > now) continue;
      if (good) this.#marks.delete(name);
      else this.#marks.set(name, { ...mark, probing: false });
    }
  }

  /** Lets a key cool down; what is to be kept of it, or null where a longer cooldown stands already. */
  mark(cooldown: Cooldown, now: number): Cooldown | null {
    const name = cooldown.model === null ? cooldown.fingerprint : nameOf(cooldown.fingerprint, cooldown.model);
    const known = this.#marks.get(name);
    if (known !== undefined && known.cooldown.until > cooldown.until) {
      if (known.probing) this.#marks.set(name, { ...known, probing: false });
      return null;
    }
    this.#forget(now);
    this.#marks.set(name, { cooldown, probing: false });
    return cooldown;
  }

  /** Forgets everything about some keys, for somebody who knows that the cause is gone. */
  reset(fingerprints: ReadonlySet<string>): void {
    for (const [name, { cooldown }] of this.#marks)
      if (fingerprints.has(cooldown.fingerprint)) this.#marks.delete(name);
  }

  /** The cooldown that is about the whole key, for the window; null where there is none. */
  cooldownOf(fingerprint: string, now: number): Cooldown | null {
    const mark = this.#marks.get(fingerprint);
    return mark !== undefined && mark.cooldown.until > now ? mark.cooldown : null;
  }

  #stateOf(mark: Mark | undefined, now: number): KeyState {
    if (mark === undefined) return READY;
    const { until, reason } = mark.cooldown;
    return now < until || mark.probing ? { state: 'cooling', reason, until: Math.max(until, now) } : READY;
  }

  #namesOf(fingerprint: string, model: string): readonly string[] {
    return this.#marks.size === 0 ? NONE : [fingerprint, nameOf(fingerprint, model)];
  }

  #forget(now: number): void {
    for (const [name, { cooldown }] of this.#marks)
      if (cooldown.until + FORGET_AFTER_MS < now) this.#marks.delete(name);
  }
}

const NONE: readonly string[] = [];

function nameOf(fingerprint: string, model: string): string {
  return `${fingerprint} ${model}`;
}
