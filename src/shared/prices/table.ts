import table from './table.json' with { type: 'json' };

/** The classes of service that prices are listed by; `batch` is another endpoint, not a tier that a turn can ask for. */
export const PRICE_TIERS = ['standard', 'fast', 'flex', 'ultrafast', 'batch'] as const;

/** One of {@link PRICE_TIERS}. */
export type PriceTier = (typeof PRICE_TIERS)[number];

/**
 * Whole picodollars a token, in the order input, cached input, cache write, output, cache write for an hour. Null is "no
 * price of its own": cached and written tokens then are plain input, and output is not sold. Where a cache is sold for five
 * minutes, what an hour of it costs is not known unless it is listed.
 */
export type Rates = readonly [
  input: number | null,
  cached: number | null,
  cacheWrite: number | null,
  output: number | null,
  cacheWriteHour?: number | null,
];

/** The same by name: each rate is its number divided by `per`. */
export interface CompiledRates {
  readonly input: number | null;
  readonly cached: number | null;
  readonly cacheWrite: number | null;
  readonly cacheWriteHour: number | null;
  readonly output: number | null;
  readonly per: number;
}

/** Prices by tier; a tier that is not there is not known. */
export type TierRates = Readonly<Partial<Record<PriceTier, Rates>>>;

/** One model's prices from one day on. */
export interface TableRow {
  readonly provider: string;
  readonly model: string;
  /** The first day (UTC) on which it counts. */
  readonly from: string;
  /** A name in the table's `sources`. */
  readonly source: string;
  readonly tiers: TierRates;
  /** Beyond so many input tokens the whole request is priced by these. */
  readonly long?: {
    readonly above: number;
    readonly tiers: TierRates;
    /** Tiers in which the provider does not run so long a request: it runs, and costs, as Standard. */
    readonly asStandard?: readonly PriceTier[];
  };
  /** By how much processing in one region is dearer, as a fraction. */
  readonly regional?: readonly [times: number, per: number];
  /** The provider sells this model in no other class, so that no word of a tier is needed. */
  readonly sole?: true;
}

/** Somebody who sells models. */
export interface TableProvider {
  readonly id: string;
  readonly name: string;
  /** The pattern of its base URLs. */
  readonly at: string;
}

/** Where rows come from. */
export interface TableSource {
  readonly url: string;
  /** The day it was read, or its version. */
  readonly read: string;
}

/** All prices that are known. */
export interface PriceTable {
  /** The day of the newest reading and a hash of all. */
  readonly version: string;
  readonly sources: Readonly<Record<string, TableSource>>;
  readonly providers: readonly TableProvider[];
  readonly rows: readonly TableRow[];
}

/** The table that this version of the program came with; made by `node build/make-prices.ts`. */
export const PRICE_TABLE = table as unknown as PriceTable;
