import { X } from 'lucide-react';
import { type ComponentProps, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';

/**
 * A modal dialog over the whole window, open as long as it is rendered; the focus begins at `data-autofocus`. The native element keeps the focus inside, and
 * unlike the libraries for it puts no style element into the page, which the CSP would refuse.
 */
export function Dialog({
  title,
  wide = false,
  children,
  onClose,
}: {
  readonly title: string;
  /** True for a form of two columns. */
  readonly wide?: boolean;
  readonly children: ReactNode;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    if (dialog?.open === false) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>('[data-autofocus="true"]')?.focus();
    }
    return () => giveBackFocus(opener);
  }, []);

  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      onClose={onClose}
      // It closes the dialog, and nothing that the dialog was opened from.
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
      className={classNames(
        'm-auto scroll-pb-16 max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] rounded-xl border border-line bg-panel text-ink shadow-dialog backdrop:bg-scrim',
        wide ? 'w-[47rem]' : 'w-[35rem]',
      )}
    >
      <div className="flex items-center justify-between gap-4 px-5 pt-4">
        <h2 id={titleId} className="text-base font-semibold">
          {title}
        </h2>
        <DialogClose look="bare" size="icon" aria-label={t('close')}>
          <X aria-hidden="true" className="size-4" />
        </DialogClose>
      </div>
      <div className="px-5 pt-2 pb-5">{children}</div>
    </dialog>
  );
}

/** The native element gives the focus back only when it is closed, not when it is taken away, as after it was saved. */
function giveBackFocus(opener: Element | null): void {
  const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;
  if (isLost() && opener instanceof HTMLElement) opener.focus();
  // The opener may be gone, or may not take it.
  if (isLost()) document.getElementById('page')?.focus();
}

/** The buttons of a dialog, which stay in sight while the rest of it scrolls. */
export function DialogFoot({ children }: { readonly children: ReactNode }) {
  return (
    <div className="sticky bottom-0 -mx-5 mt-5 -mb-5 flex items-center justify-end gap-2 border-t border-line bg-panel px-5 py-3">
      {children}
    </div>
  );
}

/** A button that closes the dialog it is in. */
export function DialogClose(props: Omit<ComponentProps<typeof Button>, 'onClick'>) {
  return <Button {...props} onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()} />;
}
