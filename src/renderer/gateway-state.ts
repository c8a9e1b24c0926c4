import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { ControlError, type Status } from '../shared/control.ts';
import type { Policy } from '../shared/policy.ts';
import { useGateway } from './gateway.tsx';
import { queryKeys } from './query-keys.ts';
import { changePolicy, type RuleChange } from './rule-change.ts';
import type { TurnFeed, TurnFeedState } from './turn-feed.ts';
import { isSessionOver } from './words/fault-word.ts';

/** Milliseconds between attempts after a failed question. */
const ASK_AGAIN = 3000;

function askAgain(query: { readonly state: { readonly error: Error | null } }): number | false {
  return query.state.error === null || isSessionOver(query.state.error) ? false : ASK_AGAIN;
}

/** What the gateway is and how it does, kept fresh by pushes. */
export function useStatus(): UseQueryResult<Status> {
  const { client } = useGateway();
  return useQuery({ queryKey: queryKeys.status, queryFn: () => client.call('status.get'), refetchInterval: askAgain });
}

/** The policy in force, kept fresh by pushes. */
export function usePolicy(): UseQueryResult<Policy> {
  const { client } = useGateway();
  return useQuery({ queryKey: queryKeys.policy, queryFn: () => client.call('policy.get'), refetchInterval: askAgain });
}

/** The live list of turns and what may be asked of it. */
export function useTurns(): TurnFeedState & Pick<TurnFeed, 'loadOlder' | 'catchUp'> {
  const { feed } = useGateway();
  const state = useSyncExternalStore(feed.subscribe, feed.state);
  return { ...state, loadOlder: feed.loadOlder, catchUp: feed.catchUp };
}

/** Saves a change of one rule. The policy is saved as a whole, so the change goes into the one in force at that moment. */
export function useSaveRule(id: string) {
  const { client } = useGateway();
  const queries = useQueryClient();
  return useMutation({
    // One save after the other: two at once would each undo the other's change.
    scope: { id: 'policy' },
    mutationFn: async (change: RuleChange) => {
      const policy = changePolicy(await client.call('policy.get'), id, change);
      if (policy === null) throw new ControlError(RULE_GONE);
      return client.call('policy.set', { policy });
    },
    onSuccess: (policy) => {
      queries.setQueryData(queryKeys.policy, policy);
    },
  });
}

const RULE_GONE = {
  code: 'rule_gone',
  message: 'This rule is no longer in the policy: it was removed somewhere else.',
  next: 'Look at the list again; it shows the policy in force.',
};

/** Makes a tool; its key is in the answer only, so the caller holds it and nothing keeps it. */
export function useAddTool() {
  const { client } = useGateway();
  const refresh = useRefreshStatus();
  return useMutation({
    mutationFn: (name: string) => client.call('tool.add', { name }),
    onSuccess: refresh,
    gcTime: 0,
  });
}

/** Takes a tool's key away. */
export function useRevokeTool() {
  const { client } = useGateway();
  const refresh = useRefreshStatus();
  return useMutation({ mutationFn: (name: string) => client.call('tool.revoke', { name }), onSuccess: refresh });
}

function useRefreshStatus(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: queryKeys.status });
}
