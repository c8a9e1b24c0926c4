import { z } from 'zod';
import { ACTIONS } from '../policy.ts';
import { TurnSchema } from '../turn.ts';
import { type Call, Nothing } from './call.ts';

const names = z.array(z.string()).max(100).optional();

/** Which turns are meant; a list that is absent or empty is every value. */
export const TurnFilterSchema = z.strictObject({
  tools: names,
  accounts: names,
  /** As the upstream was asked. */
  models: names,
  /** Billed tiers; `unknown` is a turn whose billed tier is not known. */
  tiers: names,
  verdicts: z.array(z.enum(ACTIONS)).optional(),
  status: z.enum(['ok', 'failed', 'blocked', 'partial']).optional(),
  /** The rule that decided. */
  rule: z.string().optional(),
  session: z.string().optional(),
  /** Milliseconds since the epoch, of the turn's start: from here on, and before this. */
  from: z.int().optional(),
  until: z.int().optional(),
  /** Somewhere in tool, account, models, rule, route or error, or (8 characters and more) how an id begins; in any letter case. */
  text: z.string().max(200).optional(),
});

/** Which turns are meant. */
export type TurnFilter = z.output<typeof TurnFilterSchema>;

/** A page of the ledger; pages go on from `seq`, so rows that arrive meanwhile never shift them. */
const TurnPageRequestSchema = z.strictObject({
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** Rows beyond this `seq` in the chosen order. */
  after: z.int().optional(),
  limit: z.int().min(1).max(1000).default(100),
  filter: TurnFilterSchema.default({}),
});

/** What may be asked about single turns. */
export const TURN_CALLS = {
  'turns.page': { input: TurnPageRequestSchema, output: z.object({ turns: z.array(TurnSchema), more: z.boolean() }) },
  /** How many there are, so that a scroll bar can be drawn. */
  'turns.count': {
    input: z.strictObject({ filter: TurnFilterSchema.default({}) }),
    output: z.object({ count: z.int() }),
  },
  /** One turn, and the others of its session around it, oldest first. */
  'turns.get': {
    input: z.strictObject({ id: z.string() }),
    output: z.object({ turn: TurnSchema.nullable(), neighbours: z.array(TurnSchema) }),
  },
  /** The values that filters can take, most used first. */
  'turns.facets': {
    input: Nothing,
    output: z.object({
      tools: z.array(z.string()),
      accounts: z.array(z.string()),
      models: z.array(z.string()),
      tiers: z.array(z.string()),
    }),
  },
} as const satisfies Record<string, Call>;
