import { useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useState } from 'react';
import { ControlError } from '../shared/control.ts';
import type { Policy } from '../shared/policy.ts';
import { callKey } from './call-key.ts';
import { useGateway } from './gateway.tsx';
import { changePolicy, type PolicyChange } from './policy-change.ts';

/** One change that can be taken back: the policies before and after it. */
interface Step {
  readonly before: Policy;
  readonly after: Policy;
}

/**
 * Changes the policy, and takes the window's own changes back. The policy is saved as a whole, so each change goes into
 * the one in force at that moment; undoing ends where somebody else has changed it meanwhile.
 */
export function usePolicyChanges(inForce: Policy | undefined) {
  const { client } = useGateway();
  const queries = useQueryClient();
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const save = useMutation({
    // One save after the other: two at once would each undo the other's change.
    scope: { id: 'policy' },
    mutationFn: async (change: PolicyChange): Promise<Step> => {
      const before = await client.call('policy.get');
      const wanted = changePolicy(before, change);
      if (wanted === null) throw ruleGone();
      return { before, after: await client.call('policy.set', { policy: wanted }) };
    },
    onSuccess: (step) => {
      queries.setQueryData(callKey('policy.get', {}), step.after);
    },
  });
  const last = steps.at(-1);
  const undoable = last !== undefined && JSON.stringify(last.after) === JSON.stringify(inForce);

  return {
    save,
    /** Settles when the change is in force; a refusal stands in `save.error`. */
    change: async (change: PolicyChange): Promise<boolean> => {
      try {
        const step = await save.mutateAsync(change);
        setSteps((past) => [...past, step].slice(-50));
        return true;
      } catch {
        return false;
      }
    },
    undo: undoable
      ? () => {
          save.mutate(
            { kind: 'replace', policy: last.before },
            { onSuccess: () => setSteps((past) => past.slice(0, -1)) },
          );
        }
      : null,
  };
}

/** What may be done with the policy. */
export type PolicyChanges = ReturnType<typeof usePolicyChanges>;

function ruleGone(): ControlError {
  return new ControlError({
    code: 'rule_gone',
    message: i18next.t('policy:ruleGone.message'),
    next: i18next.t('policy:ruleGone.next'),
  });
}
