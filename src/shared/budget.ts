import { z } from 'zod';
import { MoneySchema } from './money.ts';
import { say } from './sentences.ts';

/** How much may be spent in a day, a week (from Monday) or a month of the person's own calendar. */
export const BudgetSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/, say('letters_account')),
  enabled: z.boolean().default(true),
  period: z.enum(['day', 'week', 'month']),
  /** Whose turns count; absent is everybody's. */
  tool: z.string().min(1).optional(),
  /** In US dollars. */
  usd: z.number().positive().max(1_000_000),
  /** What happens once it is used up: only word of it, no dearer tiers, or nothing more at all. */
  action: z.enum(['notify', 'filterFast', 'block']).default('notify'),
});

/** How much may be spent in a time. */
export type Budget = z.output<typeof BudgetSchema>;

/** A budget's limit in picodollars; a millionth of a dollar is the least it can tell apart. */
export function limitOf({ usd }: Pick<Budget, 'usd'>): bigint {
  return BigInt(Math.max(1, Math.round(usd * 1e6))) * 1_000_000n;
}

/** The shares of a budget at which word is sent, in percent. */
export const BUDGET_THRESHOLDS = [50, 80, 100] as const;

/** How far a budget is used in its present period. */
export const BudgetStateSchema = z.object({
  id: z.string(),
  tool: z.string().nullable(),
  period: z.enum(['day', 'week', 'month']),
  action: z.enum(['notify', 'filterFast', 'block']),
  spent: MoneySchema,
  limit: MoneySchema,
  percent: z.number(),
  /** Turns of the period whose price is not known, so that `spent` may be short of them. */
  unpriced: z.int(),
  /** Milliseconds since the epoch: when the period began and when the next begins. */
  from: z.int(),
  until: z.int(),
  /** True while the action is being taken. */
  inForce: z.boolean(),
});

/** How far a budget is used in its present period. */
export type BudgetState = z.output<typeof BudgetStateSchema>;

/** One of {@link BUDGET_THRESHOLDS}. */
export type BudgetThreshold = (typeof BUDGET_THRESHOLDS)[number];

/** The highest threshold that a share has reached; null when none. */
export function thresholdAt(percent: number): BudgetThreshold | null {
  return BUDGET_THRESHOLDS.findLast((threshold) => percent >= threshold) ?? null;
}
