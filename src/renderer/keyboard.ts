import { useEffect, useRef } from 'react';
import { hrefOf, PAGES } from './address.ts';
import { navigate } from './route.ts';

/** How long after `g` its letter is waited for, in milliseconds. */
const SECOND_KEY = 1200;

/** True where keys are text, or belong to a control that has a use for them. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

/** True for keys that mean themselves. */
function isPlain({ ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  return !ctrlKey && !metaKey && !altKey && !defaultPrevented;
}

/** Calls a handler for plain keys pressed anywhere but where text is typed or a dialog is open. */
export function useKeys(handler: (key: string, event: KeyboardEvent) => void): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isPlain(event) || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      latest.current(event.key, event);
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
    };
  }, []);
}

/** `g` and a letter goes to a page, and `?` asks for help. */
export function usePageKeys(onHelp: () => void): void {
  const begun = useRef(-Infinity);
  useKeys((key, event) => {
    if (key === '?') {
      event.preventDefault();
      onHelp();
      return;
    }
    if (event.timeStamp - begun.current < SECOND_KEY) {
      begun.current = -Infinity;
      const page = PAGES.find(({ letter }) => letter === key.toLowerCase());
      if (page === undefined) return;
      event.preventDefault();
      navigate(hrefOf(page.name));
      return;
    }
    if (key === 'g') begun.current = event.timeStamp;
  });
}
