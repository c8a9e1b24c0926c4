import { z } from 'zod';
import { MoneySchema } from '../money.ts';
import { PriceOverrideSchema } from '../price-override.ts';
import { type Call, Nothing } from './call.ts';
import { TurnFilterSchema } from './turn.ts';

/** By what sums can be told apart; days and hours are those of the asked time zone. */
const GroupSchema = z.enum(['hour', 'day', 'tool', 'account', 'model', 'tier', 'verdict']);

/** By what sums can be told apart. */
export type Group = z.output<typeof GroupSchema>;

/** Sums over some turns. What is null is known for none of them. */
const SumsSchema = z.object({
  turns: z.int(),
  /** Turns that ran and whose price is not known; the money below lacks them. */
  unpriced: z.int(),
  /** Money spent. */
  cost: MoneySchema,
  /** What plan usage would have cost; never part of `cost`. */
  credits: MoneySchema,
  /** Of money; what plan usage was spared is apart, like what it cost. */
  saved: MoneySchema,
  premium: MoneySchema,
  creditsSaved: MoneySchema,
  creditsPremium: MoneySchema,
  tokens: z.object({ input: z.int(), cached: z.int(), cacheWrite: z.int(), output: z.int(), reasoning: z.int() }),
  /** Output tokens a second of generating, over turns that say both. */
  tokensPerSecond: z.number().nullable(),
  /** Mean time from sending to the first token, in milliseconds. */
  firstTokenMs: z.number().nullable(),
  failed: z.int(),
  /** Asked and sent dearer, served cheaper. */
  downgraded: z.int(),
  /** Turns whose tier changed within a session and that lost its cache by that. */
  cacheLost: z.int(),
});

/** Sums over some turns. */
export type Sums = z.output<typeof SumsSchema>;

const RateSchema = z.object({
  /** Picodollars a token, as decimal digits with a fraction where the price has one; null is not known. */
  input: z.string().nullable(),
  cached: z.string().nullable(),
  cacheWrite: z.string().nullable(),
  cacheWriteHour: z.string().nullable(),
  output: z.string().nullable(),
});

const PriceRowSchema = z.object({
  provider: z.string(),
  model: z.string(),
  /** The day from which it counts. */
  effectiveFrom: z.string(),
  source: z.string(),
  /** True where the user's own price counts instead of the table's. */
  overridden: z.boolean(),
  tiers: z.partialRecord(z.enum(['standard', 'fast', 'flex', 'ultrafast', 'batch']), RateSchema),
  /** Beyond so many input tokens the whole request is priced by `tiers`; null where there is no such step. */
  longContext: z
    .object({
      above: z.int(),
      tiers: z.partialRecord(z.enum(['standard', 'fast', 'flex', 'ultrafast', 'batch']), RateSchema),
    })
    .nullable(),
});

/** One model's prices from one day on. */
export type PriceRow = z.output<typeof PriceRowSchema>;

/** What may be asked about money. */
export const BILL_CALLS = {
  'bill.sums': {
    input: z.strictObject({
      filter: TurnFilterSchema.default({}),
      /** At most two; none is one sum over all. */
      by: z.array(GroupSchema).max(2).default([]),
      /** An IANA name; days and hours begin there. */
      zone: z.string().default('UTC'),
    }),
    output: z.object({
      total: SumsSchema,
      /** By key, in the order of `by`: a time is the milliseconds since the epoch of its beginning as digits; null is not known. */
      groups: z.array(z.object({ key: z.array(z.string().nullable()), sums: SumsSchema })),
    }),
  },
  'prices.list': {
    input: Nothing,
    output: z.object({
      /** Names the table that new turns are priced with. */
      version: z.string(),
      rows: z.array(PriceRowSchema),
      overrides: z.array(PriceOverrideSchema),
    }),
  },
  /**
   * Prices recorded turns again by the present table and settings; a turn whose price is not known by them keeps its figures.
   * Its first total and the table of that are told with it from then on.
   */
  'prices.reprice': {
    input: z.strictObject({
      /** Milliseconds since the epoch, of the turn's start: from here on, and before this. */
      from: z.int().optional(),
      until: z.int().optional(),
      /** False only tells what would change. */
      apply: z.boolean().default(false),
    }),
    output: z.object({
      turns: z.int(),
      changed: z.int(),
      /** Changed turns whose price was not known before. */
      found: z.int(),
      /** How much dearer (or, negative, cheaper) the sums of money become. */
      difference: MoneySchema,
      /** Names the table that they are priced with. */
      version: z.string(),
    }),
  },
  /** Models and tiers that ran without a known price, the most used first. */
  'prices.unpriced': {
    input: Nothing,
    output: z.object({
      models: z.array(
        z.object({ model: z.string().nullable(), tier: z.string().nullable(), turns: z.int(), lastAt: z.int() }),
      ),
    }),
  },
} as const satisfies Record<string, Call>;
