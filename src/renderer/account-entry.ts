import type { Account } from '../shared/account.ts';
import type { AccountState } from '../shared/control.ts';

/** An account as the settings say it, and how it does; null while the gateway has not taken it up yet. */
export interface AccountEntry {
  readonly account: Account;
  readonly state: AccountState | null;
}

/** Joins what the settings say with how each does, in the order in which they are asked. */
export function entriesOf(accounts: readonly Account[], states: readonly AccountState[]): AccountEntry[] {
  return accounts
    .map((account) => ({ account, state: states.find(({ id }) => id === account.id) ?? null }))
    .sort((a, b) => a.account.priority - b.account.priority);
}
