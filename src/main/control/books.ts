import type { Status } from '../../shared/control.ts';
import type { Limit } from '../../shared/policy.ts';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import { Pricing, type TokenRates } from '../../shared/pricing.ts';
import type { NewTurn, Turn } from '../../shared/turn.ts';
import { type Ledger, ledgerFile } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { runTask } from '../ledger/task.ts';
import type { Log } from '../logs/log.ts';
import type { SettingsStore } from '../settings/store.ts';
import { Telemetry, type TelemetryOptions } from '../telemetry/telemetry.ts';
import { Budgets } from './budgets.ts';
import { CacheWatch } from './cache-watch.ts';
import type { MetricsPage } from './metrics-page.ts';
import type { Notices } from './notices.ts';
import type { Pushes } from './pushes.ts';
import { Retention } from './retention.ts';
import { say } from '../../shared/sentences.ts';

/** What the books need from the rest of the house. */
export interface BooksOptions {
  readonly home: string;
  readonly zone: string;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly settings: SettingsStore;
  readonly ledger: Pick<Ledger, 'record' | 'recordSoon' | 'forget'>;
  readonly reader: Pick<LedgerReader, 'spend'>;
  readonly notices: Notices;
  readonly pushes: Pushes;
  readonly log: Log;
  readonly version: string;
  readonly figures: TelemetryOptions['figures'];
}

/** Everything that is kept about turns beside their rows: what they add up to, and who hears of it. */
export class Books {
  /** The page for Prometheus. */
  readonly metrics: MetricsPage;
  readonly #options: BooksOptions;
  readonly #budgets: Budgets;
  readonly #telemetry: Telemetry;
  readonly #retention: Retention;
  readonly #cache: CacheWatch;
  #pricing: Pricing;

  constructor(options: BooksOptions) {
    const { home, zone, now, after, settings, reader, notices, pushes, log, version, figures } = options;
    this.#options = options;
    this.#pricing = new Pricing(PRICE_TABLE, settings.current);
    this.#telemetry = new Telemetry({
      version,
      figures,
      after,
      account: (id) => settings.current.accounts.find((account) => account.id === id) ?? null,
      trouble: (reason) => {
        notices.tell('collector_unreachable', reason);
      },
    });
    this.#cache = new CacheWatch((reason) => {
      if (reason === null) notices.clear('cache_lost');
      else notices.raise('cache_lost', reason);
    });
    this.metrics = {
      keyHash: () => settings.current.telemetry.metricsKeyHash ?? null,
      text: () => this.#telemetry.page(),
    };
    this.#budgets = new Budgets({
      home,
      zone,
      now,
      after,
      budgets: () => settings.current.budgets,
      read: (from) => reader.spend({ from }),
      reached: (budget, threshold) => {
        log.info({ budget: budget.id, threshold }, say('log_budget'));
        pushes.budget(budget, threshold);
      },
      changed: () => {
        pushes.statusChanged();
      },
      trouble: (reason) => {
        notices.tell('spending_unknown', reason);
      },
    });
    this.#retention = new Retention({
      find: (before) => runTask(ledgerFile(home), 'oldTurns', { before }),
      zone,
      now,
      after,
      days: () => settings.current.retention.days,
      ledger: options.ledger,
      done: (removed) => {
        log.info({ removed }, say('log_turns_removed'));
        pushes.statusChanged();
      },
      trouble: (error) => {
        log.error({ error: String(error) }, say('log_turns_left'));
      },
    });
  }

  /** Lets go of turns older than so many days; returns how many. */
  forget(days: number): Promise<number> {
    return this.#retention.apply(days);
  }

  /** Turns have been given other prices. */
  repriced(): Promise<void> {
    return this.#budgets.repriced();
  }

  async start(): Promise<void> {
    await this.#budgets.start();
    await this.#followTelemetry();
    this.#retention.start();
  }

  async close(): Promise<void> {
    this.#budgets.close();
    this.#retention.close();
    await this.#budgets.saved;
    await this.#telemetry.close();
  }

  /** Prices a turn and commits its row. */
  readonly record = (turn: NewTurn): void => {
    const priced = this.#priced(turn);
    this.#count(priced, this.#options.ledger.record(priced));
  };

  /** Prices a turn and commits its row with the others of its moment, then calls back. */
  readonly recordSoon = (turn: NewTurn, then: () => void): void => {
    const priced = this.#priced(turn);
    this.#options.ledger.recordSoon(priced, (recorded) => {
      this.#count(priced, recorded);
      then();
    });
  };

  /** What tokens of a model cost on an account now, in a tier as it is sent; null is not known. */
  readonly ratesOf = (way: {
    readonly account: { readonly id: string };
    readonly model: string | null;
    readonly sentTier: string | null;
  }): TokenRates | null =>
    way.model === null ? null : this.#pricing.rates(way.account.id, way.model, way.sentTier, this.#options.now());

  settingsChanged(): void {
    this.#pricing = new Pricing(PRICE_TABLE, this.#options.settings.current);
    this.#budgets.settingsChanged();
    void this.#followTelemetry();
  }

  /** What the budgets forbid at this moment; the same list as before while nothing has changed. */
  limits(): readonly Limit[] {
    return this.#budgets.limits();
  }

  /** The part of the status that is about money. */
  status(): Pick<Status, 'spend' | 'budgets'> {
    return { spend: this.#budgets.spend(), budgets: this.#budgets.states() };
  }

  #priced(turn: NewTurn): NewTurn {
    return { ...turn, ...this.#pricing.price(turn) };
  }

  /** A turn whose row is lost was paid for all the same. */
  #count(turn: NewTurn, recorded: Turn | null): void {
    const counted = recorded ?? { ...turn, seq: 0 };
    this.#budgets.recorded(counted);
    this.#cache.recorded(counted);
    this.#telemetry.recorded(counted);
    if (recorded !== null) this.#options.pushes.turn(recorded);
  }

  async #followTelemetry(): Promise<void> {
    try {
      await this.#telemetry.follow(this.#options.settings.current.telemetry);
    } catch (error) {
      // Nobody's turns depend on it.
      this.#options.log.error({ error: String(error) }, say('log_telemetry'));
    }
  }
}
