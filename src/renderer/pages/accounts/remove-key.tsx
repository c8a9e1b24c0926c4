import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
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
    <Dialog title={t('keyRemoval.title', { name: keyPlace(source) })} onClose={onClose}>
      <p className="text-ink-soft">{t(source.startsWith('env ') ? 'keyRemoval.env' : 'keyRemoval.keychain', { id })}</p>
      {remove.error !== null && (
        <div className="mt-3">
          <ErrorState error={remove.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">{t('removal.keep')}</DialogClose>
        <Button
          look="danger"
          busy={remove.isPending}
          onClick={() => remove.mutate({ id, source }, { onSuccess: onClose })}
        >
          {t('removal.do')}
        </Button>
      </div>
    </Dialog>
  );
}
