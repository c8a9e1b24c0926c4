import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Asks before a tool's key is taken away. */
export function RevokeTool({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useTranslation('tools');
  const revoke = useCommand('tool.revoke', ['tool.list', 'status.get']);
  return (
    <ConfirmDialog
      title={t('revoke.title', { name })}
      keep={t('revoke.keep')}
      confirm={t('revoke.do')}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ name }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{t('revoke.text')}</p>
    </ConfirmDialog>
  );
}
