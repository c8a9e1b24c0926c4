import { z } from 'zod';
import type { Budget } from '../shared/budget.ts';

/** What is wrong with a member of the form. */
export type BudgetProblem = 'usdBad' | 'usdOutside' | 'idBad' | 'idTaken';

function problem(message: BudgetProblem): { readonly message: BudgetProblem } {
  return { message };
}

/** A budget as it is typed; `others` are the names that are taken. */
export function budgetFormSchema(others: readonly string[]) {
  return z.object({
    /** Empty is every tool. */
    tool: z.string(),
    period: z.enum(['day', 'week', 'month']),
    usd: z
      .string()
      .trim()
      .regex(/^\d+(?:\.\d{1,6})?$/, problem('usdBad'))
      .refine((text) => Number(text) > 0 && Number(text) <= 1_000_000, problem('usdOutside')),
    action: z.enum(['notify', 'filterFast', 'block']),
    /** Empty makes one. */
    id: z
      .string()
      .trim()
      .regex(/^[\w.-]{0,64}$/, problem('idBad'))
      .refine((id) => !others.includes(id), problem('idTaken')),
  });
}

/** A budget as it is typed. */
export type BudgetForm = z.output<ReturnType<typeof budgetFormSchema>>;

/** What the form begins with: a budget's own values, or those of a new one, for one tool or every tool. */
export function budgetFormOf(budget: Budget | null, tool = ''): BudgetForm {
  return {
    tool: budget?.tool ?? tool,
    period: budget?.period ?? 'month',
    usd: budget === null ? '' : plainNumber(budget.usd),
    action: budget?.action ?? 'notify',
    id: budget?.id ?? '',
  };
}

/** The budget that a valid form means. */
export function budgetOf(
  { tool, period, usd, action, id }: BudgetForm,
  others: readonly string[],
  enabled: boolean,
): Budget {
  return {
    id: id === '' ? freeId(tool, period, others) : id,
    enabled,
    period,
    ...(tool === '' ? {} : { tool }),
    usd: Number(usd),
    action,
  };
}

/** The budgets with one put in the place of the one that had the name, or at the end. */
export function withBudget(budgets: readonly Budget[], id: string | null, budget: Budget): Budget[] {
  return budgets.some((one) => one.id === id)
    ? budgets.map((one) => (one.id === id ? budget : one))
    : [...budgets, budget];
}

/** A number of dollars without an exponent, as it may be typed again. */
function plainNumber(usd: number): string {
  return usd.toFixed(6).replace(/\.?0+$/, '');
}

function freeId(tool: string, period: string, taken: readonly string[]): string {
  const stem = `${tool === '' ? 'all' : tool.replaceAll(/[^\w.-]+/g, '-').slice(0, 40)}-${period}`;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.includes(id)) return id;
  }
}
