import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { NewKey } from './new-key.tsx';

/** Asks before a tool's key is replaced, then shows the new one, once. */
export function RotateTool({
  name,
  baseUrl,
  onClose,
}: {
  readonly name: string;
  readonly baseUrl: string | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['tools', 'common']);
  const rotate = useCommand('tool.rotate');
  if (rotate.data !== undefined) {
    return (
      <Dialog key="made" title={t('key.title', { name })} onClose={onClose}>
        <NewKey name={name} localKey={rotate.data.key} baseUrl={baseUrl} />
      </Dialog>
    );
  }
  return (
    <Dialog key="asking" title={t('rotate.title', { name })} onClose={onClose}>
      <p className="text-ink-soft">{t('rotate.text')}</p>
      {rotate.error !== null && (
        <div className="mt-3">
          <ErrorState error={rotate.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">{t('common:cancel')}</DialogClose>
        <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate({ name })}>
          {t('rotate.do')}
        </Button>
      </div>
    </Dialog>
  );
}
