import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { keyPlace } from '../../words/account-word.ts';

/** Asks before a key is taken away. */
export function RemoveKey({
  id,
  source,
  onClose,
}: {
  readonly id: string;
  readonly source: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('accounts');
  const remove = useCommand('account.removeKey', ['account.list', 'status.get', 'key.list']);
  return (
    <ConfirmDialog
      title={t('keyRemoval.title', { name: keyPlace(source) })}
      keep={t('removal.keep')}
      confirm={t('removal.do')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ id, source }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t(source.startsWith('env ') ? 'keyRemoval.env' : 'keyRemoval.keychain', { id })}</p>
    </ConfirmDialog>
  );
}
