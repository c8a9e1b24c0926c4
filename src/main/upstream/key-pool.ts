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

/** One turn's try of a key whose cooldown has just ended. */
export interface Probe {
  readonly names: readonly string[];
}

interface Mark {
  readonly cooldown: Cooldown;
  /** After a cooldown one turn tries the key, and the others wait for what becomes of that; null while none does. */
  readonly probe: Probe | null;
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

  /** A turn is about to use the key; where its cooldown has just ended, that turn is the one that tries it, and settles that. */
  take(fingerprint: string, model: string, now: number): Probe | null {
    const names = this.#namesOf(fingerprint, model).filter((name) => {
      const mark = this.#marks.get(name);
      return mark !== undefined && mark.cooldown.until <= now;
    });
    if (names.length === 0) return null;
    const probe = { names };
    for (const name of names) this.#set(name, probe);
    return probe;
  }

  /** The turn that tried the key has ended; `good` where the upstream has accepted it. What others try meanwhile is theirs. */
  settle(probe: Probe | null, good: boolean): void {
    for (const name of probe?.names ?? NONE) {
      if (this.#marks.get(name)?.probe !== probe) continue;
      if (good) this.#marks.delete(name);
      else this.#set(name, null);
    }
  }

  /** Lets a key cool down; what is to be kept of it, or null where a longer cooldown stands already. */
  mark(cooldown: Cooldown, now: number): Cooldown | null {
    const name = cooldown.model === null ? cooldown.fingerprint : nameOf(cooldown.fingerprint, cooldown.model);
    const known = this.#marks.get(name);
    if (known !== undefined && known.cooldown.until > cooldown.until) return null;
    this.#forget(now);
    this.#marks.set(name, { cooldown, probe: null });
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
    return now < until || mark.probe !== null ? { state: 'cooling', reason, until: Math.max(until, now) } : READY;
  }

  #set(name: string, probe: Probe | null): void {
    const mark = this.#marks.get(name);
    if (mark !== undefined) this.#marks.set(name, { ...mark, probe });
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
