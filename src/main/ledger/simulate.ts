import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Policy } from '../../shared/policy.ts';
import { Pricing, type PricingSettings, UNPRICED } from '../../shared/pricing.ts';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import { type RecordedTurn, Simulation, type SimulationResult } from '../../shared/simulation.ts';

/** Which turns are judged again, and how. */
export interface SimulateRequest extends PricingSettings {
  readonly policy: Policy;
  /** Milliseconds since the epoch, of the turns' start: from here on, and before this. */
  readonly from: number;
  readonly until: number;
}

/** Judges a range of recorded turns again under another policy. */
export function simulate(
  database: DatabaseSync,
  { policy, from, until, accounts, prices }: SimulateRequest,
): SimulationResult {
  const pricing = new Pricing(PRICE_TABLE, { accounts, prices });
  const simulation = new Simulation({
    policy,
    kindOf: (id) => accounts.find((account) => account.id === id)?.kind ?? null,
    costAt: (turn, tier) => pricing.costAt(turn, tier),
  });
  const rows = database.prepare(`
    SELECT id, started_at, sent_at, tool, account, route, served_trust, verdict, status, cost_total, cost_basis,
           model_requested, model_upstream, model_served, tier_requested, tier_sent, tier_served, tier_billed,
           tokens_input, tokens_cached, tokens_cache_write, tokens_cache_write_hour, tokens_output, tokens_reasoning
    FROM turn WHERE started_at >= ? AND started_at < ? ORDER BY seq DESC`);
  for (const row of rows.iterate(from, until)) simulation.add(turnOf(row));
  return simulation.result();
}

/** Only what is looked at, and unchecked: a schema over a million rows would take longer than the whole simulation. */
function turnOf(row: Readonly<Record<string, SQLOutputValue>>): RecordedTurn {
  return {
    id: row['id'],
    startedAt: row['started_at'],
    sentAt: row['sent_at'],
    tool: row['tool'],
    account: row['account'],
    route: row['route'],
    servedTrust: row['served_trust'],
    verdict: row['verdict'],
    status: row['status'],
    cost: { ...UNPRICED.cost, total: row['cost_total'] },
    costBasis: row['cost_basis'],
    models: { requested: row['model_requested'], upstream: row['model_upstream'], served: row['model_served'] },
    tiers: {
      requested: row['tier_requested'],
      sent: row['tier_sent'],
      served: row['tier_served'],
      billed: row['tier_billed'],
    },
    tokens: {
      input: row['tokens_input'],
      cached: row['tokens_cached'],
      cacheWrite: row['tokens_cache_write'],
      cacheWriteHour: row['tokens_cache_write_hour'],
      output: row['tokens_output'],
      reasoning: row['tokens_reasoning'],
    },
  } as RecordedTurn;
}
