import { z } from 'zod';
import { MoneySchema } from '../money.ts';
import { ACTIONS, type Policy } from '../policy.ts';
import { type Call, Nothing, ProblemSchema } from './call.ts';

/** A policy that has been parsed on the other side. */
export const PolicyDocumentSchema = z.custom<Policy>((value) => typeof value === 'object' && value !== null);

const VerdictSchema = z.object({
  action: z.enum(ACTIONS),
  rule: z.string().nullable(),
  /** Null is no tier. */
  sentTier: z.string().nullable(),
  message: z.string().nullable(),
  observed: z.array(z.object({ rule: z.string(), action: z.enum(ACTIONS) })),
});

/** What may be asked about the policy. */
export const POLICY_CALLS = {
  'policy.get': { input: Nothing, output: PolicyDocumentSchema },
  /** Answers when the policy is in force for the next request. */
  'policy.set': { input: z.strictObject({ policy: z.unknown() }), output: PolicyDocumentSchema },
  'policy.check': {
    input: z.strictObject({ policy: z.unknown() }),
    output: z.object({ problems: z.array(ProblemSchema) }),
  },
  /** Reads a policy document of this program or the JSON of sub2api's setting, and changes nothing. */
  'policy.read': {
    input: z.strictObject({ text: z.string().max(1_000_000) }),
    output: z.object({ policy: PolicyDocumentSchema.nullable(), problems: z.array(ProblemSchema) }),
  },
  /** What would happen to a request typed by hand, under this policy or, where none is given, the one in force. */
  'policy.try': {
    input: z.strictObject({
      policy: z.unknown().optional(),
      tool: z.string(),
      /** Null is the account that would be asked first. */
      account: z.string().nullable().default(null),
      model: z.string(),
      /** As a tool would write it; null is no tier. */
      tier: z.string().nullable(),
    }),
    output: VerdictSchema.extend({ account: z.string() }),
  },
  /** How often each rule has decided, and what it spared. */
  'policy.hits': {
    input: z.strictObject({ from: z.int().optional() }),
    output: z.object({
      rules: z.array(z.object({ rule: z.string(), turns: z.int(), saved: MoneySchema, lastAt: z.int() })),
    }),
  },
  /** Earlier policies, the newest first. */
  'policy.history': {
    input: Nothing,
    output: z.object({ entries: z.array(z.object({ at: z.int(), policy: PolicyDocumentSchema })) }),
  },
  /** Judges recorded turns again under an edited policy. */
  'policy.simulate': {
    input: z.strictObject({ policy: z.unknown(), from: z.int(), until: z.int() }),
    output: z.object({
      turns: z.int(),
      changed: z.int(),
      /** How much dearer (or, negative, cheaper) the range would have been, as far as prices are known. */
      difference: MoneySchema,
      /** Changed turns whose difference is not known. */
      unpriced: z.int(),
      /** The newest of the changed turns. */
      examples: z.array(
        z.object({
          id: z.string(),
          startedAt: z.int(),
          tool: z.string(),
          model: z.string().nullable(),
          requestedTier: z.string().nullable(),
          before: z.enum(ACTIONS).nullable(),
          after: z.enum(ACTIONS),
          rule: z.string().nullable(),
          difference: MoneySchema.nullable(),
        }),
      ),
      /** Changed turns by what they were and what they would be. */
      moves: z.array(
        z.object({
          before: z.enum(ACTIONS).nullable(),
          after: z.enum(ACTIONS),
          turns: z.int(),
          /** Null where no turn of them has a known one. */
          difference: MoneySchema.nullable(),
        }),
      ),
    }),
  },
} as const satisfies Record<string, Call>;
