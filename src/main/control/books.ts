import type { Status } from '../../shared/control.ts';
import type { Limit } from '../../shared/policy.ts';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import { Pricing } from '../../shared/pricing.ts';
import type { NewTurn, Turn } from '../../shared/turn.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Log } from '../logs/log.ts';
import type { SettingsStore } from '../settings/store.ts';
import { Budgets } from './budgets.ts';
import type { Notices } from './notices.ts';
import type { Pushes } from './pushes.ts';

/** What the books need from the rest of the house. */
export interface BooksOptions {
  readonly home: string;
  readonly zone: string;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly settings: SettingsStore;
  readonly reader: Pick<LedgerReader, 'spend'>;
  readonly notices: Notices;
  readonly pushes: Pushes;
  readonly log: Log;
}

/** Everything that is kept about turns beside their rows: what they add up to, and who hears of it. */
export class Books {
  readonly #budgets: Budgets;
  readonly #settings: SettingsStore;
  #pricing: Pricing;

  constructor({ home, zone, now, after, settings, reader, notices, pushes, log }: BooksOptions) {
    this.#settings = settings;
    this.#pricing = new Pricing(PRICE_TABLE, settings.current);
    this.#budgets = new Budgets({
      home,
      zone,
      now,
      after,
      budgets: () => settings.current.budgets,
      read: (from) => reader.spend({ from }),
      reached: (budget, threshold) => {
        log.info({ budget: budget.id, threshold }, 'a budget has reached a threshold');
        pushes.budget(budget, threshold);
      },
      changed: () => {
        pushes.statusChanged();
      },
      trouble: (reason) => {
        if (reason === null) notices.clear('spending_unknown');
        else notices.raise('spending_unknown', reason);
      },
    });
  }

  async start(): Promise<void> {
    await this.#budgets.start();
  }

  async close(): Promise<void> {
    this.#budgets.close();
    await this.#budgets.saved;
  }

  /** The turn with its figures, before its row is written. */
  priced(turn: NewTurn): NewTurn {
    return { ...turn, ...this.#pricing.price(turn) };
  }

  /** A turn's row has been committed. */
  recorded(turn: Turn): void {
    this.#budgets.recorded(turn);
  }

  settingsChanged(): void {
    this.#pricing = new Pricing(PRICE_TABLE, this.#settings.current);
    this.#budgets.settingsChanged();
  }

  /** What the budgets forbid at this moment; the same list as before while nothing has changed. */
  limits(): readonly Limit[] {
    return this.#budgets.limits();
  }

  /** The part of the status that is about money. */
  status(): Pick<Status, 'spend' | 'budgets'> {
    return { spend: this.#budgets.spend(), budgets: this.#budgets.states() };
  }
}
