import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog, DialogClose, DialogFoot } from './dialog.tsx';
import { ErrorState } from './error-state.tsx';

/** Asks before something is done that cannot be taken back; the focus begins at the way out. */
export function ConfirmDialog({
  title,
  keep,
  confirm,
  look = 'danger',
  busy,
  error,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  /** The word for leaving everything as it is. */
  readonly keep?: string;
  /** The word for doing it. */
  readonly confirm: string;
  readonly look?: 'danger' | 'primary';
  readonly busy: boolean;
  /** Why it could not be done; null where nothing was refused. */
  readonly error: unknown;
  /** What it does. */
  readonly children: ReactNode;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-2 text-pretty text-ink-soft">{children}</div>
      {error !== null && (
        <div className="mt-3">
          <ErrorState error={error} />
        </div>
      )}
      <DialogFoot>
        <DialogClose data-autofocus="true">{keep ?? t('cancel')}</DialogClose>
        <Button look={look} busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
