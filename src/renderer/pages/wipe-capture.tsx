import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../call.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { fullCount } from '../words/figure.ts';

/** The button that takes away every prompt and answer that was kept, after it has asked; beside it, what was taken away. */
export function WipeCapture({
  offered = true,
  small = false,
}: {
  /** False where there is nothing to take away here; what was taken away is still told. */
  readonly offered?: boolean;
  readonly small?: boolean;
}) {
  const { t } = useTranslation('settings');
  const wipe = useCommand('capture.wipe', ['capture.get']);
  const [asking, setAsking] = useState(false);
  const removed = wipe.data?.removed;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span role="status" className="text-xs text-ink-soft empty:hidden">
        {removed === undefined ? '' : t('wipe.done', { count: removed, figure: fullCount(removed) })}
      </span>
      {offered && (
        <Button size={small ? 'small' : 'normal'} onClick={() => setAsking(true)}>
          {t('wipe.open')}
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title={t('wipe.title')}
          keep={t('wipe.keep')}
          confirm={t('wipe.wipe')}
          busy={wipe.isPending}
          error={wipe.error}
          onConfirm={() => wipe.mutate({}, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          <p>{t('wipe.text')}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
