import type { DatabaseSync } from 'node:sqlite';

/** What one tool's turns since some moment came to, in picodollars. */
export interface ToolSpend {
  readonly tool: string;
  readonly cost: bigint;
  readonly saved: bigint;
  readonly premium: bigint;
  readonly turns: number;
  /** Turns that ran and whose price is not known. */
  readonly unpriced: number;
}

/** What all tools' turns since some moment came to, up to and including one row. */
export interface SpendSoFar {
  readonly tools: readonly ToolSpend[];
  readonly lastSeq: number;
}

/**
 * Prepares the question what was spent since a moment, by tool, at the digest: by the prices that turns were given last. Plan
 * usage is no money, so it is in none of the sums.
 */
export function prepareSpend(database: DatabaseSync): (request: { readonly from: number }) => SpendSoFar {
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM ledger.turn');
  const statement = database.prepare(`
    SELECT tool,
           coalesce(sum(cost)    FILTER (WHERE basis = 'money'), 0) AS cost,
           coalesce(sum(saved)   FILTER (WHERE basis = 'money'), 0) AS saved,
           coalesce(sum(premium) FILTER (WHERE basis = 'money'), 0) AS premium,
           count(*) AS turns,
           count(*) FILTER (WHERE sent_at IS NOT NULL AND cost IS NULL AND coalesce(status, 0) < 400) AS unpriced
    FROM (SELECT t.tool, t.sent_at, t.status,
                 iif(r.seq IS NULL, t.cost_total, r.total) AS cost,
                 iif(r.seq IS NULL, t.cost_basis, r.basis) AS basis,
                 iif(r.seq IS NULL, t.saved, r.saved) AS saved,
                 iif(r.seq IS NULL, t.premium, r.premium) AS premium
          FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq
          WHERE t.started_at >= ? AND t.seq <= ?)
    GROUP BY tool`);
  // A month's picodollars outgrow what a number holds exactly.
  statement.setReadBigInts(true);
  return ({ from }) => {
    const lastSeq = Number(last.get()?.['seq']);
    const tools = statement.all(from, lastSeq).map(({ tool, cost, saved, premium, turns, unpriced }) => ({
      tool: String(tool),
      cost: cost as bigint,
      saved: saved as bigint,
      premium: premium as bigint,
      turns: Number(turns),
      unpriced: Number(unpriced),
    }));
    return { tools, lastSeq };
  };
}
