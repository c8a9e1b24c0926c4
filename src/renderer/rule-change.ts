import type { Action, Policy, Rule } from '../shared/policy.ts';
import type { Tier } from '../shared/tier.ts';

/** What the window may change about a rule. */
export type RuleChange =
  | { readonly enabled: boolean }
  | { readonly action: Exclude<Action, 'force'> }
  | { readonly action: 'force'; readonly forceTo: Tier };

/** The rule after a change; `forceTo` goes when nothing forces any more, since the policy refuses it then. */
export function changeRule(rule: Rule, change: RuleChange): Rule {
  if ('enabled' in change) return { ...rule, enabled: change.enabled };
  if (change.action === 'force') return { ...rule, action: 'force', forceTo: change.forceTo };
  const { forceTo, ...rest } = rule;
  const kept = rule.fallbackAction === 'force' && forceTo !== undefined ? { forceTo } : {};
  return { ...rest, ...kept, action: change.action };
}

/** The policy with one rule changed; null when it has no such rule. */
export function changePolicy(policy: Policy, id: string, change: RuleChange): Policy | null {
  if (!policy.rules.some((rule) => rule.id === id)) return null;
  return { ...policy, rules: policy.rules.map((rule) => (rule.id === id ? changeRule(rule, change) : rule)) };
}
