import { FileUp } from 'lucide-react';
import { useState } from 'react';

/** Picks a file whose text is read. The browser's own control speaks the browser's language; this one the window's. */
export function FileButton({
  label,
  accept,
  onText,
}: {
  readonly label: string;
  /** As the `accept` of a file input. */
  readonly accept: string;
  readonly onText: (text: string) => void;
}) {
  const [name, setName] = useState<string | null>(null);
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <label className="inline-flex h-6 shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-raised px-2 text-xs font-medium shadow-raised outline-offset-2 outline-accent hover:bg-hover has-focus-visible:outline-2">
        <FileUp aria-hidden="true" className="size-3.5" />
        {label}
        <input
          type="file"
          accept={accept}
          className="sr-only"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file === undefined) return;
            setName(file.name);
            void file.text().then(onText);
          }}
        />
      </label>
      {name !== null && <span className="truncate text-xs text-ink-soft">{name}</span>}
    </span>
  );
}
