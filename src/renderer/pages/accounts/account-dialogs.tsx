import type { Account } from '../../../shared/account.ts';
import type { AccountChanges } from '../../account-changes.ts';
import { RemoveAccount } from './remove-account.tsx';

/** What a dialog of the page is open for. */
export interface AccountDialog {
  readonly kind: 'remove';
  readonly account: Account;
}

/** The one dialog that is open. */
export function AccountDialogs({
  dialog,
  last,
  changes,
  onClose,
}: {
  readonly dialog: AccountDialog;
  /** True while there is no other account. */
  readonly last: boolean;
  readonly changes: AccountChanges;
  readonly onClose: () => void;
}) {
  return <RemoveAccount id={dialog.account.id} last={last} changes={changes} onClose={onClose} />;
}
