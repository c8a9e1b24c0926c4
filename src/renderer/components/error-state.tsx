import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { faultWords } from '../words/fault-word.ts';
import { Button } from './button.tsx';

/** A failure where it happened: what, why, and the next step. */
export function ErrorState({
  error,
  onRetry,
  children,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  const { code, message, cause, next } = faultWords(error);
  return (
    <div role="alert" data-code={code} className="flex gap-2.5 rounded-md bg-bad-wash px-3 py-2.5 text-ink">
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-break-word">{message}</p>
        {cause !== null && <p className="text-ink-soft">{cause}</p>}
        <p className="mt-1 text-ink-soft">
          <span className="font-medium text-ink">{t('next')} </span>
          {next}
        </p>
        {children}
      </div>
      {onRetry !== undefined && (
        <Button size="small" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
