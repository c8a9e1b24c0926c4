import { stringify } from 'csv-stringify/sync';
import type { Turn } from '../../shared/turn.ts';

/** The columns of a CSV export; what is not known stays empty. */
const COLUMNS: Readonly<Record<string, (turn: Turn) => string | number | boolean | null>> = {
  seq: ({ seq }) => seq,
  id: ({ id }) => id,
  response_id: ({ responseId }) => responseId,
  started_at: ({ startedAt }) => new Date(startedAt).toISOString(),
  sent_at: ({ sentAt }) => instant(sentAt),
  first_token_at: ({ firstTokenAt }) => instant(firstTokenAt),
  ended_at: ({ endedAt }) => new Date(endedAt).toISOString(),
  tool: ({ tool }) => tool,
  session: ({ session }) => session,
  account: ({ account }) => account,
  key_fingerprint: ({ keyFingerprint }) => keyFingerprint,
  own_key: ({ ownKey }) => ownKey,
  dialect: ({ dialect }) => dialect,
  transport: ({ transport }) => transport,
  route: ({ route }) => route,
  streamed: ({ streamed }) => streamed,
  model_requested: ({ models }) => models.requested,
  model_upstream: ({ models }) => models.upstream,
  model_served: ({ models }) => models.served,
  tier_requested: ({ tiers }) => tiers.requested,
  tier_sent: ({ tiers }) => tiers.sent,
  tier_served: ({ tiers }) => tiers.served,
  tier_billed: ({ tiers }) => tiers.billed,
  served_trust: ({ servedTrust }) => servedTrust,
  verdict: ({ verdict }) => verdict,
  rule: ({ rule }) => rule,
  tokens_input: ({ tokens }) => tokens.input,
  tokens_cached: ({ tokens }) => tokens.cached,
  tokens_cache_write: ({ tokens }) => tokens.cacheWrite,
  tokens_cache_write_1h: ({ tokens }) => tokens.cacheWriteHour,
  tokens_output: ({ tokens }) => tokens.output,
  tokens_reasoning: ({ tokens }) => tokens.reasoning,
  cost_input_picousd: ({ cost }) => cost.input,
  cost_cached_picousd: ({ cost }) => cost.cached,
  cost_cache_write_picousd: ({ cost }) => cost.cacheWrite,
  cost_cache_write_1h_picousd: ({ cost }) => cost.cacheWriteHour,
  cost_output_picousd: ({ cost }) => cost.output,
  cost_total_picousd: ({ cost }) => cost.total,
  cost_total_usd: ({ cost }) => (cost.total === null ? null : dollars(cost.total)),
  cost_basis: ({ costBasis }) => costBasis,
  saved_picousd: ({ saved }) => saved,
  premium_picousd: ({ premium }) => premium,
  price_version: ({ priceVersion }) => priceVersion,
  status: ({ status }) => status,
  error: ({ error }) => error,
  partial: ({ partial }) => partial,
  attempts: ({ attempts }) => attempts.length,
};

/** How turns can be written out. */
export type ExportFormat = 'csv' | 'jsonl';

/** Some turns written out, in their order; the head of a table only where they are the first. */
export function exportText(turns: readonly Turn[], format: ExportFormat, first: boolean): string {
  if (format === 'jsonl') return turns.map((turn) => `${JSON.stringify(turn)}\n`).join('');
  const rows = turns.map((turn) => Object.values(COLUMNS).map((value) => value(turn)));
  return stringify(first ? [Object.keys(COLUMNS), ...rows] : rows, {
    // A name that a spreadsheet would take for a formula gets an apostrophe before it.
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: String },
  });
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Every digit of it, where a floating-point number would lose some. */
function dollars(picodollars: number): string {
  const digits = String(Math.abs(picodollars)).padStart(13, '0');
  const whole = `${digits.slice(0, -12)}.${digits.slice(-12)}`;
  return picodollars < 0 ? `-${whole}` : whole;
}
