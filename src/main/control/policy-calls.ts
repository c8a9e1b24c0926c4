import type { POLICY_CALLS } from '../../shared/calls/policy.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { type Policy, PolicySchema } from '../../shared/policy.ts';
import { type Problem, problemsOf, problemsText } from '../../shared/settings.ts';
import type { ControlRooms } from './rooms.ts';

/** The policy: what it is, and putting another in force. */
export function policyCalls({
  settings,
}: ControlRooms): Pick<HandlersOf<typeof POLICY_CALLS>, 'policy.get' | 'policy.set' | 'policy.check'> {
  return {
    'policy.get': () => settings.current.policy,
    'policy.set': async ({ policy }) => {
      const checked = parsePolicy(policy);
      if ('problems' in checked) throw new TiergateError('policy_invalid', problemsText(checked.problems));
      return (await settings.change((current) => ({ ...current, policy: checked.policy }))).policy;
    },
    'policy.check': ({ policy }) => {
      const checked = parsePolicy(policy);
      return { problems: 'problems' in checked ? checked.problems : [] };
    },
  };
}

function parsePolicy(document: unknown): { readonly policy: Policy } | { readonly problems: Problem[] } {
  const parsed = PolicySchema.safeParse(document);
  return parsed.success ? { policy: parsed.data } : { problems: problemsOf(parsed.error) };
}
