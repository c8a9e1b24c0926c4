import { useTranslation } from 'react-i18next';

/** Stands for a figure that is not known, which is never 0 and never an empty place. */
export function Unknown({ why }: { readonly why?: string }) {
  const { t } = useTranslation();
  const words = why ?? t('unknown');
  return (
    <span className="text-ink-faint" title={words}>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
