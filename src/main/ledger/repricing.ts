import type { StatementSync } from 'node:sqlite';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import { type PricingSettings, Pricing, type TurnPrice } from '../../shared/pricing.ts';
import { type Digest, HOUR_MS } from './digest/digest.ts';
import { FACT_COLUMNS, type TurnFacts, factsOf } from './digest/facts.ts';
import { type HourTallies, tallyOf } from './digest/hour-tallies.ts';
import { type Tally, addTurn } from './digest/tally.ts';

/** Which turns are to be priced again, and by what. */
export interface RepriceRequest {
  readonly settings: PricingSettings;
  /** Milliseconds since the epoch, of the turn's start. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** False only tells what would change. */
  readonly apply: boolean;
}

/** What it came to. */
export interface RepriceAnswer {
  readonly turns: number;
  readonly changed: number;
  /** Changed turns whose price was not known before. */
  readonly found: number;
  /** How much dearer money's sums become (or, negative, cheaper), in picodollars. */
  readonly difference: string;
}

/** So many rows are looked at between two pauses. */
const SLICE = 4000;

/** Gives turns the figures that they have by the present prices; what the ledger's rows say stays. */
export class Repricing {
  readonly #digest: Digest;
  readonly #rows: StatementSync;
  readonly #put: StatementSync;

  constructor(digest: Digest) {
    this.#digest = digest;
    this.#rows = digest.database.prepare(
      `SELECT ${FACT_COLUMNS} FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq WHERE t.seq > ? ORDER BY t.seq LIMIT ?`,
    );
    this.#put = digest.database.prepare('INSERT OR REPLACE INTO repriced VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** Goes through the ledger; each pause lets other questions through. */
  *reprice({ settings, from = -Infinity, until = Infinity, apply }: RepriceRequest): Generator<void, RepriceAnswer> {
    const pricing = new Pricing(PRICE_TABLE, settings);
    let [turns, changed, found, difference] = [0, 0, 0, 0n];
    for (let seq = 0, more = true; more;) {
      const rows = this.#rows.all(seq, SLICE).map(factsOf);
      seq = rows.at(-1)?.seq ?? seq;
      more = rows.length === SLICE;
      const within = rows.filter(({ startedAt }) => startedAt >= from && startedAt < until);
      const news = within.flatMap((turn): Repriced[] => {
        const price = pricing.price({ ...turn, verdict: turn.kind.verdict, route: turn.kind.route });
        return price.cost.total === null || isSame(turn, price) ? [] : [{ turn, price }];
      });
      turns += within.length;
      changed += news.length;
      found += news.filter(({ turn }) => turn.cost === null).length;
      for (const { turn, price } of news)
        difference += BigInt(moneyOf(price.costBasis, price.cost.total)) - BigInt(moneyOf(turn.basis, turn.cost));
      if (apply && news.length > 0) this.#apply(news);
      if (more) yield;
    }
    return { turns, changed, found, difference: String(difference) };
  }

  #apply(news: readonly Repriced[]): void {
    const { database, kinds } = this.#digest;
    database.exec('BEGIN IMMEDIATE');
    try {
      const hours = new Map<number, { tallies: HourTallies; seq: number }>();
      for (const { turn, price } of news) {
        const { cost, costBasis: basis, saved, premium, priceVersion } = price;
        this.#put.run(
          turn.seq,
          priceVersion,
          cost.input,
          cost.cached,
          cost.cacheWrite,
          cost.output,
          cost.total,
          basis,
          saved,
          premium,
        );
        const hour = Math.floor(turn.startedAt / HOUR_MS);
        const changes = hours.get(hour) ?? { tallies: new Map<number, Tally>(), seq: turn.seq };
        hours.set(hour, changes);
        const tally = tallyOf(changes.tallies, kinds.numberOf(turn.kind) ?? 0);
        addTurn(tally, turn, false, -1);
        addTurn(tally, { ...turn, cost: cost.total, basis, saved, premium, unpriced: false }, false);
      }
      for (const [hour, { tallies, seq }] of hours) this.#digest.addToHour(hour, tallies, seq, seq);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

interface Repriced {
  readonly turn: TurnFacts;
  readonly price: TurnPrice;
}

function isSame(turn: TurnFacts, { cost, costBasis, saved, premium }: TurnPrice): boolean {
  return turn.cost === cost.total && turn.basis === costBasis && turn.saved === saved && turn.premium === premium;
}

function moneyOf(basis: 'money' | 'credits' | null, cost: number | null): number {
  return basis === 'money' ? (cost ?? 0) : 0;
}
