import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';

/** Asks before a tool's key is taken away. */
export function RevokeTool({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useTranslation('tools');
  const revoke = useCommand('tool.revoke', ['tool.list', 'status.get']);
  return (
    <Dialog title={t('revoke.title', { name })} onClose={onClose}>
      <p className="text-ink-soft">{t('revoke.text')}</p>
      {revoke.error !== null && (
        <div className="mt-3">
          <ErrorState error={revoke.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">{t('revoke.keep')}</DialogClose>
        <Button look="danger" busy={revoke.isPending} onClick={() => revoke.mutate({ name }, { onSuccess: onClose })}>
          {t('revoke.do')}
        </Button>
      </div>
    </Dialog>
  );
}
