import i18next from 'i18next';

/** Stands for a figure that is not known, which is never 0 and never an empty place. */
export function Unknown({ why }: { readonly why?: string }) {
  const words = why ?? i18next.t('unknown');
  return (
    <span className="text-ink-faint" title={words}>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
