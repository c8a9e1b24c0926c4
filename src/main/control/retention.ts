import { PERIODS, periodAt } from '../../shared/calendar.ts';
import type { CallOutput } from '../../shared/control.ts';
import type { OldTurns } from '../ledger/keeping.ts';
import type { Ledger } from '../ledger/ledger.ts';

const DAY_MS = 24 * 3_600_000;

/** How long after the start old turns are let go for the first time, so that the start itself stays quick. */
const FIRST_AFTER_MS = 60_000;

/** Rows let go at one time: open turns wait for these and not for all. */
const SLICE = 200;

/** What letting go of old turns needs from the rest of the house. */
export interface RetentionOptions {
  /** Finds the oldest turns that began before a moment. */
  readonly find: (before: number) => Promise<OldTurns>;
  readonly zone: string;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** How long turns are kept; null is for ever. */
  readonly days: () => number | null;
  readonly ledger: Pick<Ledger, 'forget'>;
  /** Turns have been let go. */
  readonly done: (removed: number) => void;
  readonly trouble: (error: unknown) => void;
}

/**
 * Lets go of old turns, every day. Those of the running week and month stay, however few days are to be kept: budgets and
 * the bill are their sum.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule(FIRST_AFTER_MS);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** Lets go of it; returns how many turns. */
  async apply(days: number): Promise<number> {
    const { firstKept } = await this.#options.find(cutoff(this.#options, days));
    let removed = 0;
    for (let more = true; more && !this.#closed;) {
      const gone = this.#options.ledger.forget(firstKept, SLICE);
      removed += gone;
      more = gone === SLICE;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (removed > 0) this.#options.done(removed);
    return removed;
  }

  #schedule(milliseconds: number): void {
    if (this.#closed) return;
    this.#cancel = this.#options.after(milliseconds, () => {
      const days = this.#options.days();
      const work = days === null ? Promise.resolve(0) : this.apply(days);
      work.catch(this.#options.trouble).finally(() => {
        this.#schedule(DAY_MS);
      });
    });
  }
}

/** What keeping turns for so many days would let go. */
export async function previewRetention(
  options: Pick<RetentionOptions, 'find' | 'zone' | 'now'>,
  days: number,
): Promise<CallOutput<'retention.preview'>> {
  const before = cutoff(options, days);
  const { turns, oldest } = await options.find(before);
  return { turns, oldest, before };
}

function cutoff({ now, zone }: Pick<RetentionOptions, 'zone' | 'now'>, days: number): number {
  return Math.min(now() - days * DAY_MS, ...PERIODS.map((name) => periodAt(name, now(), zone).from));
}
