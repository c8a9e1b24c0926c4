import { useTranslation } from 'react-i18next';
import { useCommand } from '../call.ts';
import { Button } from '../components/button.tsx';
import { Dialog, DialogClose } from '../components/dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';

/** Asks before every prompt and answer that was kept is taken away. */
export function WipeCapture({
  onWiped,
  onClose,
}: {
  readonly onWiped: (removed: number) => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('settings');
  const wipe = useCommand('capture.wipe', ['capture.get']);
  return (
    <Dialog title={t('wipe.title')} onClose={onClose}>
      <p className="text-ink-soft">{t('wipe.text')}</p>
      {wipe.error !== null && (
        <div className="mt-3">
          <ErrorState error={wipe.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">{t('wipe.keep')}</DialogClose>
        <Button
          look="danger"
          busy={wipe.isPending}
          onClick={() => wipe.mutate({}, { onSuccess: ({ removed }) => onWiped(removed) })}
        >
          {t('wipe.wipe')}
        </Button>
      </div>
    </Dialog>
  );
}
