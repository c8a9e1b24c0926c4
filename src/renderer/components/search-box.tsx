import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../keyboard.ts';

/** Milliseconds after the last letter before it is searched. */
const TYPING = 200;

/** A place to search; `/` goes there, and what is typed is handed on when typing rests. */
export function SearchBox({
  label,
  hint,
  text,
  onChange,
}: {
  readonly label: string;
  /** What is searched, where the label does not say it. */
  readonly hint?: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const [typed, setTyped] = useState(text);
  const [given, setGiven] = useState(text);
  if (given !== text) {
    // The address was changed elsewhere, as by the button that clears everything.
    setGiven(text);
    setTyped(text);
  }
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  useKeys((key, event) => {
    if (key !== '/') return;
    event.preventDefault();
    box.current?.focus();
    box.current?.select();
  });
  return (
    <div className="relative">
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-ink-faint"
      />
      <input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={label}
        title={hint}
        value={typed}
        maxLength={200}
        spellCheck={false}
        className="h-7 w-52 rounded-md border border-line-control bg-raised pr-2 pl-7 text-sm text-ink placeholder:text-ink-faint"
        onChange={({ target }) => {
          setTyped(target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onChange(target.value.trim()), TYPING);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
    </div>
  );
}
