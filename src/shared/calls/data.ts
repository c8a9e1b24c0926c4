import { z } from 'zod';
import { MoneySchema } from '../money.ts';
import { type Call, Nothing } from './call.ts';
import { TurnFilterSchema } from './turn.ts';

const ReportLineSchema = z.object({
  /** The day in UTC, as the providers count, by its beginning in milliseconds since the epoch. */
  day: z.int(),
  model: z.string().nullable(),
  tier: z.string().nullable(),
  provider: z.object({
    requests: z.int().nullable(),
    input: z.int().nullable(),
    output: z.int().nullable(),
    cost: MoneySchema.nullable(),
  }),
  ledger: z.object({ requests: z.int(), input: z.int(), output: z.int(), cost: MoneySchema, unpriced: z.int() }),
  /** Provider less ledger; null where one of them does not know. */
  difference: MoneySchema.nullable(),
  reason: z.enum(['agrees', 'outside', 'tier', 'price', 'unpriced', 'rounding', 'border', 'missing', 'unexplained']),
});

const ReportSchema = z.object({
  from: z.int(),
  until: z.int(),
  lines: z.array(ReportLineSchema),
  /** Differences summed by reason. */
  reasons: z.array(z.object({ reason: ReportLineSchema.shape.reason, lines: z.int(), difference: MoneySchema })),
});

/** The provider's bill beside the ledger. */
export type Report = z.output<typeof ReportSchema>;

/** What may be asked about the data as a whole: in and out, kept and let go. */
export const DATA_CALLS = {
  /** One piece of an export; pieces go on from `next` until it is null. */
  'export.piece': {
    input: z.strictObject({
      format: z.enum(['csv', 'jsonl']),
      filter: TurnFilterSchema.default({}),
      after: z.int().default(0),
    }),
    output: z.object({ text: z.string(), next: z.int().nullable() }),
  },
  /** The provider's export of usage or costs, as text, beside the ledger. */
  'reconcile.import': {
    input: z.strictObject({ account: z.string().optional(), text: z.string().max(50_000_000) }),
    output: ReportSchema,
  },
  /** The same, fetched with an admin key from the keychain. */
  'reconcile.fetch': {
    input: z.strictObject({ account: z.string(), key: z.string(), from: z.int(), until: z.int() }),
    output: ReportSchema,
  },
  /** What {@link DATA_CALLS}`['retention.apply']` would let go. */
  'retention.preview': {
    input: z.strictObject({ days: z.int().min(1) }),
    output: z.object({ turns: z.int(), oldest: z.int().nullable(), before: z.int() }),
  },
  'retention.apply': { input: z.strictObject({ days: z.int().min(1) }), output: z.object({ removed: z.int() }) },
  'backup.make': { input: Nothing, output: z.object({ file: z.string(), bytes: z.int() }) },
  /** What was asked and answered in a turn, where that was kept; null where not. */
  'capture.get': {
    input: z.strictObject({ turn: z.string() }),
    output: z.object({ prompt: z.string().nullable(), answer: z.string().nullable(), cut: z.boolean() }),
  },
  'capture.wipe': { input: Nothing, output: z.object({ removed: z.int() }) },
  /** The raw requests and answers of a turn's attempts, where they were kept. */
  'dump.get': {
    input: z.strictObject({ turn: z.string() }),
    output: z.object({ attempts: z.array(z.object({ request: z.string(), response: z.string() })) }),
  },
} as const satisfies Record<string, Call>;
