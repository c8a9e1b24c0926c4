import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { TiergateError } from '../../shared/errors.ts';
import type { ProviderLine } from '../../shared/reconcile.ts';
import { reportedTier } from '../../shared/tier.ts';

const Count = z.coerce.number().int().min(0);
const Name = z
  .string()
  .trim()
  .transform((text) => (text === '' ? null : text))
  .nullish();

/** One result of a bucket, of the usage endpoint or of the costs endpoint. */
const ResultSchema = z.object({
  num_model_requests: Count.optional(),
  input_tokens: Count.optional(),
  output_tokens: Count.optional(),
  model: Name,
  service_tier: Name,
  batch: z.union([z.boolean(), z.enum(['true', 'false', 'True', 'False', ''])]).nullish(),
  line_item: Name,
  amount: z.object({ value: z.coerce.number(), currency: z.string().optional() }).optional(),
});

const BucketSchema = z.object({ start_time: z.coerce.number().int().min(0), results: z.array(ResultSchema) });

type Result = z.output<typeof ResultSchema>;

/** Reads the provider's export of usage or costs, as JSON of its endpoints or as CSV; throws `report_unreadable`. */
export function readReport(text: string): ProviderLine[] {
  const lines = /^\s*[[{]/.test(text.replace(/^\uFEFF/, '')) ? readJson(text) : readCsv(text);
  if (lines.length === 0)
    throw new TiergateError('report_unreadable', 'there is no usage and there are no costs in it');
  return lines;
}

/** The lines of some buckets, as the endpoints answer them. */
export function linesOf(buckets: readonly unknown[]): ProviderLine[] {
  return buckets.flatMap((bucket) => {
    const { start_time, results } = parsed(BucketSchema, bucket);
    return results.map((result) => lineOf(start_time * 1000, result));
  });
}

function readJson(text: string): ProviderLine[] {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new TiergateError('report_unreadable', error instanceof Error ? error.message : 'not JSON');
  }
  return linesOf(bucketsIn(document));
}

/** Every bucket in a page, a list of pages, or several of them under names of their own. */
function bucketsIn(value: unknown, depth = 0): unknown[] {
  if (depth > 4 || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => bucketsIn(item, depth + 1));
  if ('results' in value && 'start_time' in value) return [value];
  return Object.values(value).flatMap((item) => bucketsIn(item, depth + 1));
}

function readCsv(text: string): ProviderLine[] {
  let rows: Readonly<Record<string, string>>[];
  try {
    rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new TiergateError('report_unreadable', error instanceof Error ? error.message : 'not CSV');
  }
  return rows.map((row) => {
    const time = row['start_time'] ?? row['start_time_iso'] ?? row['date'] ?? '';
    const day = /^\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time);
    if (Number.isNaN(day)) throw new TiergateError('report_unreadable', 'a row has no start_time');
    const known = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ''));
    const value = known['amount_value'] ?? known['amount.value'];
    const currency = known['amount_currency'] ?? known['amount.currency'];
    const amount = value === undefined ? {} : { amount: { value, ...(currency === undefined ? {} : { currency }) } };
    return lineOf(day, parsed(ResultSchema, { ...known, ...amount }));
  });
}

function lineOf(day: number, result: Result): ProviderLine {
  const { amount, line_item: item } = result;
  if (amount === undefined) {
    const batch = String(result.batch).toLowerCase() === 'true';
    return {
      day,
      model: result.model ?? null,
      tier: batch ? 'batch' : reportedTier(result.service_tier ?? null),
      requests: result.num_model_requests ?? null,
      input: result.input_tokens ?? null,
      output: result.output_tokens ?? null,
      cost: null,
    };
  }
  if ((amount.currency ?? 'usd').toLowerCase() !== 'usd')
    throw new TiergateError('report_unreadable', `its costs are in ${amount.currency ?? ''}, the ledger’s in USD`);
  // A line item names the model and what of it: "gpt-5.5, input_tokens".
  const model = item?.split(',')[0]?.trim() ?? null;
  return { day, model, tier: null, requests: null, input: null, output: null, cost: picodollars(amount.value) };
}

function picodollars(value: number): bigint {
  return BigInt(Math.round(value * 1e9)) * 1000n;
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TiergateError('report_unreadable', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
