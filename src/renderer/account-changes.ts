import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Account } from '../shared/account.ts';
import { type ControlClient, ControlError } from '../shared/control.ts';
import { entriesOf } from './account-entry.ts';
import { callKey } from './call-key.ts';
import { useAnswer } from './call.ts';
import { useGateway } from './gateway.tsx';
import { useStatus } from './gateway-state.ts';

/** What the window may do to an account; each counts from the next request. */
export type AccountChange =
  | { readonly kind: 'order'; readonly ids: readonly string[] }
  | { readonly kind: 'enable'; readonly id: string; readonly enabled: boolean }
  /** Made to the account as it is at that moment, so that nothing that changed meanwhile is lost. */
  | { readonly kind: 'edit'; readonly id: string; readonly edit: (account: Account) => Account }
  | { readonly kind: 'remove'; readonly id: string }
  /** Forgets cooldowns and breaker. */
  | { readonly kind: 'reset'; readonly id: string };

/** The accounts in the order in which they are asked, each with how it does. */
export function useAccounts() {
  const list = useAnswer('account.list', {});
  const status = useStatus();
  const states = status.data?.accounts ?? [];
  return {
    error: list.error ?? (status.data === undefined ? status.error : null),
    entries: list.data === undefined || status.data === undefined ? undefined : entriesOf(list.data.accounts, states),
    retry: () => {
      void list.refetch();
      void status.refetch();
    },
  };
}

/** Changes accounts, one change after the other; it has ended when the screen shows what holds. */
export function useAccountChanges() {
  const { client } = useGateway();
  const queries = useQueryClient();
  const save = useMutation({
    scope: { id: 'accounts' },
    mutationFn: (change: AccountChange) => put(client, change),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: callKey('account.list') }),
        queries.invalidateQueries({ queryKey: callKey('status.get') }),
      ]),
  });
  return {
    save,
    /** Settles with whether the change is in force; a refusal stands in `save.error`. */
    change: (change: AccountChange): Promise<boolean> =>
      save.mutateAsync(change).then(
        () => true,
        () => false,
      ),
  };
}

/** What may be done with accounts. */
export type AccountChanges = ReturnType<typeof useAccountChanges>;

const ACCOUNT_GONE = {
  code: 'account_unknown',
  message: 'This account is no longer there: it was removed somewhere else.',
  next: 'Look at the list again; it shows the accounts that are there.',
};

async function put(client: ControlClient, change: AccountChange): Promise<unknown> {
  switch (change.kind) {
    case 'order':
      return client.call('account.reorder', { ids: [...change.ids] });
    case 'enable':
      return client.call('account.enable', { id: change.id, enabled: change.enabled });
    case 'remove':
      return client.call('account.remove', { id: change.id });
    case 'reset':
      return client.call('account.reset', { id: change.id });
    case 'edit': {
      const { accounts } = await client.call('account.list');
      const before = accounts.find(({ id }) => id === change.id);
      if (before === undefined) throw new ControlError(ACCOUNT_GONE);
      return client.call('account.set', { id: change.id, account: change.edit(before) });
    }
  }
}
