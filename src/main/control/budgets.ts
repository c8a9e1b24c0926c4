import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import {
  BUDGET_THRESHOLDS,
  type Budget,
  type BudgetState,
  type BudgetThreshold,
  limitOf,
  thresholdAt,
} from '../../shared/budget.ts';
import type { Status } from '../../shared/control.ts';
import { limitsOf } from '../../shared/limits.ts';
import type { Limit } from '../../shared/policy.ts';
import type { Turn } from '../../shared/turn.ts';
import { type ReadSpend, type Spend, Spending } from './spending.ts';

/** What was told last of a budget: in which period, at which limit, which threshold. */
const ToldSchema = z.record(
  z.string(),
  z.object({ from: z.int(), usd: z.number(), threshold: z.literal(BUDGET_THRESHOLDS) }),
);

/** What the budgets need from the rest of the house. */
export interface BudgetsOptions {
  readonly home: string;
  readonly zone: string;
  readonly now: () => number;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** The budgets of the settings in force. */
  readonly budgets: () => readonly Budget[];
  readonly read: ReadSpend;
  /** A budget has reached a threshold, for the first time in its period. */
  readonly reached: (budget: BudgetState, threshold: BudgetThreshold) => void;
  /** A period has begun, or the figures were read anew. */
  readonly changed: () => void;
  /** The ledger could not be asked, so that earlier spending is missing (null: it could be, again). */
  readonly trouble: (reason: string | null) => void;
}

/** A day with the clocks put back has 25 hours; a timer that long needs no second look. */
const LONGEST_WAIT_MS = 25 * 3_600_000;

/** Watches what is spent against the budgets, and says what they forbid. */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #spending: Spending;
  readonly #file: string;
  #told: z.output<typeof ToldSchema>;
  #saving: Promise<void> = Promise.resolve();
  #loading: Promise<void> = Promise.resolve();
  #limits: readonly Limit[] = [];
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#spending = new Spending(options.now, options.zone);
    this.#file = join(options.home, 'budgets.json');
    this.#told = readTold(this.#file);
  }

  /** Takes what was spent before from the ledger, and begins to watch the calendar. */
  async start(): Promise<void> {
    await this.#load();
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** Resolves when everything that was told is also on disk. */
  get saved(): Promise<void> {
    return this.#saving;
  }

  /** Counts a turn that has been recorded. */
  recorded(turn: Turn): void {
    this.#follow();
    this.#spending.add(turn);
    this.#look();
  }

  /** Turns have been given other prices. */
  repriced(): Promise<void> {
    return this.#load();
  }

  /** The budgets of the settings have changed. */
  settingsChanged(): void {
    this.#look();
  }

  /** What is forbidden at this moment; the same list as before while nothing has changed. */
  limits(): readonly Limit[] {
    this.#follow();
    return this.#limits;
  }

  /** How far each budget is used. */
  states(): BudgetState[] {
    this.#follow();
    return this.#options
      .budgets()
      .filter(({ enabled }) => enabled)
      .map((budget) => this.#stateOf(budget));
  }

  /** What has been spent this day, week and month. */
  spend(): Status['spend'] {
    this.#follow();
    return {
      day: shown(this.#spending.spent('day', null)),
      week: shown(this.#spending.spent('week', null)),
      month: shown(this.#spending.spent('month', null)),
    };
  }

  #stateOf({ id, tool: only, period, action, usd }: Budget): BudgetState {
    const tool = only ?? null;
    const { cost, unpriced } = this.#spending.spent(period, tool);
    const limit = limitOf({ usd });
    const { from, until } = this.#spending.period(period);
    return {
      id,
      tool,
      period,
      action,
      spent: String(cost),
      limit: String(limit),
      // Two digits after the point; rounded down, so that 100 is never shown before it is reached.
      percent: Number((cost * 10_000n) / limit) / 100,
      unpriced,
      from,
      until,
      inForce: action !== 'notify' && cost >= limit,
    };
  }

  /** Sees what has been reached and what is forbidden now. */
  #look(): void {
    // Most people have no budget, and every turn looks.
    if (this.#limits.length === 0 && !this.#options.budgets().some(({ enabled }) => enabled)) return;
    const states = this.states();
    const limits = limitsOf(states);
    if (JSON.stringify(limits) !== JSON.stringify(this.#limits)) this.#limits = limits;
    for (const state of states) this.#tell(state);
  }

  #tell(state: BudgetState): void {
    const { id, from, percent } = state;
    const threshold = thresholdAt(percent);
    const usd = Number(BigInt(state.limit) / 1_000_000n) / 1e6;
    const told = this.#told[id];
    const before = told?.from === from && told.usd === usd ? told.threshold : 0;
    if (threshold === null || threshold <= before) return;
    this.#told = { ...this.#told, [id]: { from, usd, threshold } };
    const text = JSON.stringify(this.#told);
    // On disk first, so that no restart tells it again; word of it goes out even where the disk is full.
    this.#saving = this.#saving
      .then(() => writeFileAtomic(this.#file, text, { mode: 0o600 }))
      .catch(() => undefined)
      .then(() => {
        this.#options.reached(state, threshold);
      });
  }

  #follow(): void {
    const moved = this.#spending.follow();
    if (moved === 'same') return;
    if (moved === 'back') void this.#load();
    this.#look();
    this.#watch();
    this.#options.changed();
  }

  #load(): Promise<void> {
    const { read, trouble, changed } = this.#options;
    this.#loading = this.#loading
      .then(() => this.#spending.load(read))
      .then(
        () => {
          trouble(null);
        },
        (error: unknown) => {
          trouble(error instanceof Error ? error.message : String(error));
        },
      )
      .then(() => {
        this.#look();
        changed();
      });
    return this.#loading;
  }

  /** Wakes up where the day ends, so that tray and window show the new one without a turn. */
  #watch(): void {
    this.#cancel();
    if (this.#closed) return;
    const wait = this.#spending.period('day').until - this.#options.now();
    this.#cancel = this.#options.after(Math.min(Math.max(wait, 0), LONGEST_WAIT_MS), () => {
      this.#follow();
      this.#watch();
    });
  }
}

function shown({ cost, saved, premium, turns, unpriced }: Spend): Status['spend']['day'] {
  return { cost: String(cost), saved: String(saved), premium: String(premium), turns, unpriced };
}

function readTold(file: string): z.output<typeof ToldSchema> {
  try {
    return ToldSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Not there yet, or damaged: the worst is that something is told twice.
    return {};
  }
}
