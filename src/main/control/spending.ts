import { PERIODS, type Period, type PeriodName, periodAt } from '../../shared/calendar.ts';
import { type Turn, isUnpriced } from '../../shared/turn.ts';
import type { SpendSoFar, ToolSpend } from '../ledger/spend.ts';

/** What turns came to, in picodollars. */
export type Spend = Omit<ToolSpend, 'tool'>;

const NOTHING: Spend = { cost: 0n, saved: 0n, premium: 0n, turns: 0, unpriced: 0 };

/** One period that has not ended, and what each tool has spent in it. */
interface Running {
  readonly period: Period;
  readonly byTool: Map<string, Spend>;
  /** Turns recorded while the ledger is being asked, which may or may not be in its answer; null while it is not. */
  waiting: Turn[] | null;
}

/** Reads what was spent since a moment. */
export type ReadSpend = (from: number) => Promise<SpendSoFar>;

/**
 * What has been spent this day, week and month: read from the ledger once, then kept up by every turn that is recorded. A
 * turn counts where it began, in memory as in the ledger, so that a restart changes no figure.
 */
export class Spending {
  readonly #now: () => number;
  readonly #zone: string;
  readonly #running = new Map<PeriodName, Running>();
  #from = Infinity;
  #until = -Infinity;

  constructor(now: () => number, zone: string) {
    this.#now = now;
    this.#zone = zone;
    this.follow();
  }

  /** Takes what the ledger holds of the present periods. */
  async load(read: ReadSpend): Promise<void> {
    this.follow();
    await Promise.all(
      [...this.#running.values()].map(async (running) => {
        const waiting: Turn[] = [];
        running.waiting = waiting;
        try {
          const { tools, lastSeq } = await read(running.period.from);
          running.byTool.clear();
          for (const { tool, ...spend } of tools) running.byTool.set(tool, spend);
          for (const turn of waiting) if (turn.seq > lastSeq) count(running, turn.tool, spendOf(turn));
        } finally {
          // Also where the ledger could not say: what waits is counted already, and would pile up.
          running.waiting = null;
        }
      }),
    );
  }

  /**
   * Begins the periods anew that have ended; says whether there was one, and whether the clock went back into a time that
   * only the ledger knows.
   */
  follow(): 'same' | 'next' | 'back' {
    const now = this.#now();
    if (now >= this.#from && now < this.#until) return 'same';
    const back = now < this.#from && this.#running.size > 0;
    for (const name of PERIODS) {
      const period = periodAt(name, now, this.#zone);
      if (this.#running.get(name)?.period.from !== period.from)
        this.#running.set(name, { period, byTool: new Map<string, Spend>(), waiting: null });
    }
    // The other two end at the end of a day.
    const { from, until } = this.period('day');
    this.#from = from;
    this.#until = until;
    return back ? 'back' : 'next';
  }

  /** Counts one turn that has been recorded. */
  add(turn: Turn): void {
    const spend = spendOf(turn);
    for (const running of this.#running.values()) {
      if (turn.startedAt < running.period.from || turn.startedAt >= running.period.until) continue;
      running.waiting?.push(turn);
      count(running, turn.tool, spend);
    }
  }

  period(name: PeriodName): Period {
    return this.#of(name).period;
  }

  /** What one tool has spent in a period, or all of them together. */
  spent(name: PeriodName, tool: string | null): Spend {
    const { byTool } = this.#of(name);
    if (tool !== null) return byTool.get(tool) ?? NOTHING;
    return [...byTool.values()].reduce(plus, NOTHING);
  }

  #of(name: PeriodName): Running {
    const running = this.#running.get(name);
    if (running === undefined) throw new TypeError(`there is no ${name}`);
    return running;
  }
}

function count({ byTool }: Running, tool: string, spend: Spend): void {
  byTool.set(tool, plus(byTool.get(tool) ?? NOTHING, spend));
}

function spendOf(turn: Turn): Spend {
  const isMoney = turn.costBasis === 'money';
  const money = (amount: number | null): bigint => (isMoney ? BigInt(amount ?? 0) : 0n);
  return {
    cost: money(turn.cost.total),
    saved: money(turn.saved),
    premium: money(turn.premium),
    turns: 1,
    unpriced: isUnpriced(turn) ? 1 : 0,
  };
}

function plus(a: Spend, b: Spend): Spend {
  return {
    cost: a.cost + b.cost,
    saved: a.saved + b.saved,
    premium: a.premium + b.premium,
    turns: a.turns + b.turns,
    unpriced: a.unpriced + b.unpriced,
  };
}
