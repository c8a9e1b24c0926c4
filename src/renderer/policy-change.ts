import type { Policy, Rule } from '../shared/policy.ts';

/** What the window may do to a policy; each change counts from the next request. */
export type PolicyChange =
  | { readonly kind: 'enable'; readonly id: string; readonly enabled: boolean }
  /** In the place of the rule with that id; null is a new rule, which comes first so that it decides. */
  | { readonly kind: 'put'; readonly id: string | null; readonly rule: Rule }
  | { readonly kind: 'remove'; readonly id: string }
  /** Rules that the order does not name came meanwhile, and stay first as new rules do. */
  | { readonly kind: 'order'; readonly ids: readonly string[] }
  | { readonly kind: 'replace'; readonly policy: Policy };

/** The policy after a change; null when the rule it is about is gone. */
export function changePolicy(policy: Policy, change: PolicyChange): Policy | null {
  const { rules } = policy;
  if (change.kind === 'replace') return change.policy;
  if (change.kind === 'order') return { ...policy, rules: ordered(rules, change.ids) };
  if (change.kind === 'put' && change.id === null) return { ...policy, rules: [change.rule, ...rules] };
  const { id } = change;
  if (!rules.some((rule) => rule.id === id)) return null;
  if (change.kind === 'remove') return { ...policy, rules: rules.filter((rule) => rule.id !== id) };
  const after = (rule: Rule): Rule => (change.kind === 'enable' ? { ...rule, enabled: change.enabled } : change.rule);
  return { ...policy, rules: rules.map((rule) => (rule.id === id ? after(rule) : rule)) };
}

function ordered(rules: readonly Rule[], ids: readonly string[]): Rule[] {
  return rules.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}
