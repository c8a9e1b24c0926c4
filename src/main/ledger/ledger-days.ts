import type { DatabaseSync } from 'node:sqlite';
import type { LedgerLine } from '../../shared/reconcile.ts';

/** Which turns are added up. */
export interface LedgerDaysRequest {
  readonly accounts: readonly string[];
  /** Milliseconds since the epoch, of the turns' start: from here on, and before this. */
  readonly from: number;
  readonly until: number;
}

/**
 * Adds up turns by the day in UTC, the model that ran and the billed tier, as a provider's own report does; what ran no model,
 * such as a list of files, is not in such a report.
 */
export function ledgerDays(database: DatabaseSync, { accounts, from, until }: LedgerDaysRequest): LedgerLine[] {
  const statement = database.prepare(`
    SELECT started_at / 86400000 * 86400000 AS day,
           coalesce(model_served, model_upstream) AS model,
           tier_billed AS tier,
           count(*) AS requests,
           coalesce(sum(tokens_input), 0) AS input,
           coalesce(sum(tokens_output), 0) AS output,
           coalesce(sum(cost_total), 0) AS cost,
           count(*) FILTER (WHERE cost_total IS NULL) AS unpriced,
           count(*) FILTER (WHERE ended_at / 86400000 > started_at / 86400000) AS crossing
    FROM turn
    WHERE started_at >= ? AND started_at < ? AND account IN (SELECT value FROM json_each(?))
      AND sent_at IS NOT NULL AND coalesce(status, 0) < 400
      AND coalesce(model_served, model_upstream, tokens_input, tokens_output) IS NOT NULL
    GROUP BY 1, 2, 3`);
  // A day's picodollars may outgrow what a number holds exactly.
  statement.setReadBigInts(true);
  return statement.all(from, until, JSON.stringify(accounts)).map((row) => ({
    day: Number(row['day']),
    model: row['model'] as string | null,
    tier: row['tier'] as string | null,
    requests: Number(row['requests']),
    input: Number(row['input']),
    output: Number(row['output']),
    cost: row['cost'] as bigint,
    unpriced: Number(row['unpriced']),
    crossing: Number(row['crossing']),
  }));
}
