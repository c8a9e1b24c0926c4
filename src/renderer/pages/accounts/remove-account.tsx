import { useTranslation } from 'react-i18next';
import type { AccountChanges } from '../../account-changes.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';

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
    <Dialog title={t('removal.title', { id })} onClose={onClose}>
      <p className="text-ink-soft">{t('removal.text')}</p>
      {last && <p className="mt-2 text-ink-soft">{t('removal.last')}</p>}
      {save.error !== null && (
        <div className="mt-3">
          <ErrorState error={save.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">{t('removal.keep')}</DialogClose>
        <Button
          look="danger"
          busy={save.isPending}
          onClick={() => {
            void change({ kind: 'remove', id }).then((done) => {
              if (done) onClose();
            });
          }}
        >
          {t('removal.do')}
        </Button>
      </div>
    </Dialog>
  );
}
