import type { SQLOutputValue } from 'node:sqlite';
import type { CacheFacts } from '../../../shared/cache-loss.ts';
import type { Action } from '../../../shared/policy.ts';
import { wasDowngraded } from '../../../shared/tier.ts';

/** How a turn ended, as filters name it. */
export type Outcome = 'ok' | 'failed' | 'blocked' | 'partial';

/** What turns are told apart by: few combinations of it are ever in use. */
export interface KindFacts {
  readonly tool: string;
  readonly account: string | null;
  /** As the upstream was asked. */
  readonly model: string | null;
  /** Billed. */
  readonly tier: string | null;
  readonly verdict: Action | null;
  readonly outcome: Outcome;
  readonly rule: string | null;
  readonly modelRequested: string | null;
  readonly modelServed: string | null;
  readonly route: string | null;
  readonly error: string | null;
}

/** What sums are made of. */
interface AmountFacts {
  /** In picodollars, by the newest price that it was given. */
  readonly cost: number | null;
  readonly basis: 'money' | 'credits' | null;
  readonly saved: number | null;
  readonly premium: number | null;
  /** Ran, and its price is not known. */
  readonly unpriced: boolean;
  readonly downgraded: boolean;
  readonly firstTokenMs: number | null;
  /** Time in which tokens were coming. */
  readonly generatingMs: number | null;
}

/** What the digest looks at in a turn. */
export interface TurnFacts extends CacheFacts, AmountFacts {
  readonly seq: number;
  readonly id: string;
  readonly responseId: string | null;
  readonly session: string | null;
  readonly startedAt: number;
  readonly kind: KindFacts;
}

/** The columns that {@link factsOf} reads; `t` is the ledger's turn and `r` its later price, if there is one. */
export const FACT_COLUMNS = `
  t.seq, t.id, t.response_id, t.session, t.started_at, t.sent_at, t.first_token_at, t.ended_at, t.tool, t.account, t.verdict,
  t.rule, t.route, t.error, t.status, t.partial, t.model_requested, t.model_upstream, t.model_served, t.tier_requested,
  t.tier_sent, t.tier_served, t.tier_billed, t.tokens_input, t.tokens_cached, t.tokens_cache_write,
  t.tokens_cache_write_hour, t.tokens_output, t.tokens_reasoning,
  CASE WHEN r.seq IS NULL THEN t.cost_total ELSE r.total   END AS cost,
  CASE WHEN r.seq IS NULL THEN t.cost_basis ELSE r.basis   END AS basis,
  CASE WHEN r.seq IS NULL THEN t.saved      ELSE r.saved   END AS saved,
  CASE WHEN r.seq IS NULL THEN t.premium    ELSE r.premium END AS premium`;

/** Reads such a row. */
export function factsOf(row: Readonly<Record<string, SQLOutputValue>>): TurnFacts {
  const text = (name: string): string | null => row[name] as string | null;
  const number = (name: string): number | null => row[name] as number | null;
  const startedAt = Number(row['started_at']);
  const [sentAt, firstTokenAt, endedAt] = [number('sent_at'), number('first_token_at'), Number(row['ended_at'])];
  const [error, status, cost, verdict] = [text('error'), number('status'), number('cost'), text('verdict')];
  const partial = row['partial'] === 1;
  const tiers = {
    requested: text('tier_requested'),
    sent: text('tier_sent'),
    served: text('tier_served'),
    billed: text('tier_billed'),
  };
  const models = { requested: text('model_requested'), upstream: text('model_upstream'), served: text('model_served') };
  const outcome = verdict === 'block' ? 'blocked' : partial ? 'partial' : error === null ? 'ok' : 'failed';
  return {
    seq: Number(row['seq']),
    id: String(row['id']),
    responseId: text('response_id'),
    session: text('session'),
    startedAt,
    sentAt,
    account: text('account'),
    models,
    tiers,
    tokens: {
      input: number('tokens_input'),
      cached: number('tokens_cached'),
      cacheWrite: number('tokens_cache_write'),
      cacheWriteHour: number('tokens_cache_write_hour'),
      output: number('tokens_output'),
      reasoning: number('tokens_reasoning'),
    },
    kind: {
      tool: String(row['tool']),
      account: text('account'),
      model: models.upstream,
      tier: tiers.billed,
      verdict: verdict as Action | null,
      outcome,
      rule: text('rule'),
      modelRequested: models.requested,
      modelServed: models.served,
      route: text('route'),
      error,
    },
    cost,
    basis: text('basis') as 'money' | 'credits' | null,
    saved: number('saved'),
    premium: number('premium'),
    unpriced: sentAt !== null && cost === null && (status ?? 0) < 400,
    downgraded: wasDowngraded(tiers),
    firstTokenMs: sentAt === null || firstTokenAt === null ? null : Math.max(0, firstTokenAt - sentAt),
    generatingMs: firstTokenAt === null || endedAt <= firstTokenAt ? null : endedAt - firstTokenAt,
  };
}
