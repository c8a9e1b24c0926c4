import { useTranslation } from 'react-i18next';
import type { AccountChanges } from '../../account-changes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Asks before an account and its keys are taken away. */
export function RemoveAccount({
  id,
  last,
  changes: { save, change },
  onClose,
}: {
  readonly id: string;
  readonly last: boolean;
  readonly changes: AccountChanges;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('accounts');
  return (
    <ConfirmDialog
      title={t('removal.title', { id })}
      keep={t('removal.keep')}
      confirm={t('removal.do')}
      busy={save.isPending}
      error={save.error}
      onConfirm={() => {
        void change({ kind: 'remove', id }).then((done) => {
          if (done) onClose();
        });
      }}
      onClose={onClose}
    >
      <p>{t('removal.text')}</p>
      {last && <p>{t('removal.last')}</p>}
    </ConfirmDialog>
  );
}
