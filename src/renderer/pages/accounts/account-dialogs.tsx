import type { Account } from '../../../shared/account.ts';
import type { AccountChanges } from '../../account-changes.ts';
import { EditAccount } from './edit-account.tsx';
import { ImportLogin } from './import-login.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { MappingDialog } from './mapping-dialog.tsx';
import { RemoveAccount } from './remove-account.tsx';
import { RemoveKey } from './remove-key.tsx';

/** What a dialog about an account is open for. */
export type AccountDialog = { readonly account: Account } & (
  | { readonly kind: 'remove' | 'edit' | 'import' }
  | { readonly kind: 'mapping'; readonly models: readonly string[] }
  /** Null adds a key; else the one of that keychain name is replaced. */
  | { readonly kind: 'key'; readonly name: string | null }
  | { readonly kind: 'removeKey'; readonly source: string }
);

/** The one dialog about an account that is open. */
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
  const { account } = dialog;
  switch (dialog.kind) {
    case 'remove':
      return <RemoveAccount id={account.id} last={last} changes={changes} onClose={onClose} />;
    case 'edit':
      return <EditAccount account={account} changes={changes} onClose={onClose} />;
    case 'import':
      return <ImportLogin id={account.id} onClose={onClose} />;
    case 'mapping':
      return <MappingDialog account={account} models={dialog.models} changes={changes} onClose={onClose} />;
    case 'key':
      return <KeyDialog id={account.id} name={dialog.name} onClose={onClose} />;
    case 'removeKey':
      return <RemoveKey id={account.id} source={dialog.source} onClose={onClose} />;
  }
}
