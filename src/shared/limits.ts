import type { BudgetState } from './budget.ts';
import type { Limit, Policy } from './policy.ts';

/** What the used-up budgets forbid, dearest first; empty while none is used up. */
export function limitsOf(budgets: readonly BudgetState[]): Limit[] {
  return budgets
    .filter(({ inForce }) => inForce)
    .map(({ id, tool, action, period, until }) => ({
      id: `budget:${id}`,
      tool,
      action: action === 'block' ? 'block' : 'filter',
      message: `The budget ${id}${tool === null ? '' : ` of ${tool}`} for this ${period} is used up; turns go on at ${new Date(until).toISOString()}, or when the budget is raised in Tiergate.`,
    }));
}

/** The policy that the door judges by: the person's own rules, under the limits of the moment. */
export function effectivePolicy(policy: Policy, limits: readonly Limit[]): Policy {
  return limits.length === 0 ? policy : { ...policy, limits };
}

/** True while a tool may have no turn at all, whatever it asks for. */
export function isClosed({ limits = [] }: Policy, tool: string): boolean {
  return limits.some((limit) => limit.action === 'block' && (limit.tool === null || limit.tool === tool));
}
