import type { ComponentProps, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog, DialogClose, DialogFoot } from './dialog.tsx';
import { ErrorState } from './error-state.tsx';

/** A form in a dialog. What was refused stands under its fields; the button that saves stays in sight however long it is. */
export function FormDialog({
  label,
  save,
  busy,
  disabled = false,
  error,
  errorNote,
  aside,
  children,
  onSubmit,
  ...dialog
}: Omit<ComponentProps<typeof Dialog>, 'children'> & {
  /** The form's name; without one it is that of the dialog. */
  readonly label?: string;
  /** The word on the button that saves. */
  readonly save?: string;
  readonly busy: boolean;
  /** True while what stands in the form cannot be saved. */
  readonly disabled?: boolean;
  /** Why it could not be saved; null where nothing was refused. */
  readonly error: unknown;
  /** What a refusal leaves as it was. */
  readonly errorNote?: string;
  /** A few words beside the buttons. */
  readonly aside?: string;
  readonly children: ReactNode;
  readonly onSubmit: ComponentProps<'form'>['onSubmit'];
}) {
  const { t } = useTranslation();
  return (
    <Dialog {...dialog}>
      <form noValidate aria-label={label ?? dialog.title} onSubmit={onSubmit}>
        {children}
        {error !== null && (
          <div className="mt-3">
            <ErrorState error={error}>
              {errorNote !== undefined && <p className="mt-1 text-ink-soft">{errorNote}</p>}
            </ErrorState>
          </div>
        )}
        <DialogFoot>
          {aside !== undefined && <p className="mr-auto text-xs text-ink-soft">{aside}</p>}
          <DialogClose>{t('cancel')}</DialogClose>
          <Button type="submit" look="primary" busy={busy} disabled={disabled}>
            {busy ? t('saving') : (save ?? t('save'))}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
