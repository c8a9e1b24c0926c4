/** Grey lines in the place of what is still being read. */
export function Skeleton({ label, rows }: { readonly label: string; readonly rows: number }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" className="flex h-11 items-center gap-6 border-b border-line px-4">
          <div className="h-2.5 w-14 animate-breathe rounded-full bg-press" />
          <div className="h-2.5 w-24 animate-breathe rounded-full bg-press" />
          <div className="h-2.5 flex-1 animate-breathe rounded-full bg-press" />
          <div className="h-2.5 w-20 animate-breathe rounded-full bg-press" />
        </div>
      ))}
    </div>
  );
}
