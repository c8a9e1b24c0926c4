import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
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
    <ConfirmDialog
      key="asking"
      title={t('rotate.title', { name })}
      confirm={t('rotate.do')}
      look="primary"
      busy={rotate.isPending}
      error={rotate.error}
      onConfirm={() => rotate.mutate({ name })}
      onClose={onClose}
    >
      <p>{t('rotate.text')}</p>
    </ConfirmDialog>
  );
}
