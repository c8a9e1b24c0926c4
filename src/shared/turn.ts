import { z } from 'zod';
import { ACTIONS } from './policy.ts';

const count = z.int().min(0).nullable();
const instant = z.int();

/** The wire protocols; `platform` is what the providers' other endpoints speak (embeddings, images, audio, files, batches). */
const DIALECTS = ['responses', 'chat', 'messages', 'realtime', 'platform'] as const;

/** One of {@link DIALECTS}. */
export type DialectName = (typeof DIALECTS)[number];

/** One try to get a turn answered. */
const AttemptSchema = z.object({
  account: z.string(),
  keyFingerprint: z.string().nullable(),
  startedAt: instant,
  sentTier: z.string().nullable(),
  /** What the upstream answered; null when it could not be asked. */
  status: z.int().nullable(),
  /** Why it went on from here; null where this is the answer. */
  error: z.string().nullable(),
});

/** One try to get a turn answered. */
export type Attempt = z.output<typeof AttemptSchema>;

/** One call of a user's MCP server within a turn. */
const ToolCallSchema = z.object({
  server: z.string(),
  tool: z.string(),
  /** Milliseconds. */
  took: z.int(),
  error: z.string().nullable(),
});

/** One request and its response as the ledger keeps it and the window shows it; null is "not known", never 0 and never Standard. */
export const TurnSchema = z.object({
  /** The gateway's own name for the turn, unique for ever. */
  id: z.string(),
  /** The ledger's order; later turns have larger numbers. */
  seq: z.int(),
  /** The upstream's name for the response. */
  responseId: z.string().nullable(),
  /** Times are milliseconds since the epoch. */
  startedAt: instant,
  /** When the answered attempt left, after any waiting; null when nothing left. */
  sentAt: instant.nullable(),
  firstTokenAt: instant.nullable(),
  endedAt: instant,
  tool: z.string(),
  /** What the turns of one conversation share; a hash where the tool did not name it. */
  session: z.string().nullable(),
  /** Null when the turn was refused before an account was chosen. */
  account: z.string().nullable(),
  keyFingerprint: z.string().nullable(),
  /** True where the tool has brought the key itself; null where nothing left with a key, or it is not known. */
  ownKey: z.boolean().nullable(),
  dialect: z.enum(DIALECTS),
  transport: z.enum(['http', 'websocket']),
  /** The path that was asked for, as it follows `/v1`. */
  route: z.string().nullable(),
  streamed: z.boolean(),
  models: z.object({
    requested: z.string().nullable(),
    /** What left the machine, after the account's mapping. */
    upstream: z.string().nullable(),
    /** What the upstream says it ran. */
    served: z.string().nullable(),
  }),
  tiers: z.object({
    /** By the tool; null is no tier. */
    requested: z.string().nullable(),
    /** Left the machine; null is no tier, or nothing left. */
    sent: z.string().nullable(),
    /** The upstream says it ran. */
    served: z.string().nullable(),
    /** What is priced. */
    billed: z.string().nullable(),
  }),
  servedTrust: z.enum(['authoritative', 'reported', 'unverifiable']).nullable(),
  /** Null when the request could not be judged, because it could not be read. */
  verdict: z.enum(ACTIONS).nullable(),
  rule: z.string().nullable(),
  /** What observe-only rules would have done. */
  observed: z.array(z.object({ rule: z.string(), action: z.enum(ACTIONS) })),
  tokens: z.object({
    /** Everything read, with what was cached and what was written to the cache. */
    input: count,
    cached: count,
    cacheWrite: count,
    /** Of `cacheWrite`, what was written for an hour and not for five minutes. */
    cacheWriteHour: count,
    output: count,
    reasoning: count,
  }),
  /** In picodollars (10⁻¹² USD), by part; each token is in one of them only. */
  cost: z.object({
    input: count,
    cached: count,
    cacheWrite: count,
    cacheWriteHour: count,
    output: count,
    total: count,
  }),
  /** Whether the cost is money, or what a plan's usage would have cost; null where there is no cost. */
  costBasis: z.enum(['money', 'credits']).nullable(),
  /** In picodollars: what the policy spared, by the tier that was asked for. */
  saved: z.int().nullable(),
  /** In picodollars: what a tier dearer than Standard cost more than Standard. */
  premium: z.int().nullable(),
  priceVersion: z.string().nullable(),
  /** What the turn was priced at when it ended, where it has been priced again since. */
  firstPrice: z.object({ total: count, priceVersion: z.string().nullable() }).optional(),
  /** The HTTP status the tool got; null when it left before there was one. */
  status: z.int().nullable(),
  /** A code of the error catalogue, or `upstream_<status>`; null when all went well. */
  error: z.string().nullable(),
  /** True when the turn ended without its terminal event. */
  partial: z.boolean(),
  /** Every try, the last one last; none for a turn whose first try was the answer: that one is the row itself. */
  attempts: z.array(AttemptSchema),
  toolCalls: z.array(ToolCallSchema),
});

/** One request and its response. */
export type Turn = z.output<typeof TurnSchema>;

/** A turn before the ledger has numbered it. */
export type NewTurn = Omit<Turn, 'seq'>;

/** True for a turn that ran, or may have run, and whose price is not known. An upstream's refusal costs nothing. */
export function isUnpriced({ sentAt, cost, status }: Pick<Turn, 'sentAt' | 'cost' | 'status'>): boolean {
  return sentAt !== null && cost.total === null && (status === null || status < 400);
}
