/** Stands for a figure that is not known, which is never 0 and never an empty place. */
export function Unknown({ why = 'not known' }: { readonly why?: string }) {
  return (
    <span className="text-ink-faint" title={why}>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{why}</span>
    </span>
  );
}
