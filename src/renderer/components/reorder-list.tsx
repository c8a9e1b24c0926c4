import { GripVertical } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names.ts';

/**
 * A list whose order counts, changed by dragging a row's handle, or with the arrow keys on it. The wanted order is shown
 * until `onReorder` settles; then the items say what holds.
 */
export function ReorderList<Item>({
  label,
  items,
  keyOf,
  nameOf,
  onReorder,
  children,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly nameOf: (item: Item) => string;
  readonly onReorder: (keys: readonly string[]) => Promise<unknown>;
  /** One row, with the handle to put into it. */
  readonly children: (item: Item, handle: ReactNode) => ReactNode;
}) {
  const { t } = useTranslation();
  const list = useRef<HTMLOListElement>(null);
  const given = items.map(keyOf);
  const [wanted, setWanted] = useState<readonly string[] | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const focus = useRef<string | null>(null);
  const order = wanted === null ? given : [...given].sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b));
  const byKey = new Map(items.map((item) => [keyOf(item), item]));

  // A row that is moved within the document loses the focus.
  useLayoutEffect(() => {
    if (focus.current === null) return;
    handleOf(list.current, focus.current)?.focus();
    focus.current = null;
  }, [wanted]);

  const settle = (keys: readonly string[]): void => {
    if (keys.join('\n') === given.join('\n')) {
      setWanted(null);
      return;
    }
    setWanted(keys);
    void onReorder(keys).finally(() => setWanted(null));
  };

  const step = (key: string, by: -1 | 1): void => {
    const from = order.indexOf(key);
    const to = from + by;
    if (to < 0 || to >= order.length) return;
    focus.current = key;
    setSaid(t('moved', { name: key, place: to + 1, count: order.length }));
    settle(order.toSpliced(from, 1).toSpliced(to, 0, key));
  };

  const drag = useDrag(list, (key, place, end) => {
    if (place === null) {
      setDragged(null);
      setWanted(null);
      return;
    }
    const next = order.filter((other) => other !== key).toSpliced(place, 0, key);
    setDragged(end ? null : key);
    if (end) settle(next);
    else setWanted(next);
  });

  return (
    <>
      <ol ref={list} aria-label={label}>
        {order.map((key) => {
          const item = byKey.get(key);
          if (item === undefined) return null;
          const handle = (
            <button
              type="button"
              data-handle={key}
              aria-label={t('move', { name: nameOf(item) })}
              title={t('moveHow')}
              className="grid h-6 w-5 shrink-0 cursor-grab touch-none place-items-center rounded-sm text-ink-faint hover:bg-press hover:text-ink active:cursor-grabbing"
              onPointerDown={(event) => {
                if (event.button === 0) drag(key);
              }}
              onKeyDown={(event) => {
                if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
                event.preventDefault();
                step(key, event.key === 'ArrowUp' ? -1 : 1);
              }}
            >
              <GripVertical aria-hidden="true" className="size-3.5" />
            </button>
          );
          return (
            <li
              key={key}
              data-row={key}
              className={classNames(
                'border-b border-line last:border-b-0',
                dragged === key && 'relative bg-accent-wash shadow-raised select-none',
              )}
            >
              {children(item, handle)}
            </li>
          );
        })}
      </ol>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}

function handleOf(list: HTMLElement | null, key: string): HTMLElement | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('[data-handle]') ?? [])].find(
    ({ dataset }) => dataset['handle'] === key,
  );
}

/** Tells to which place a row is dragged; null is that the drag was given up. */
function useDrag(
  list: React.RefObject<HTMLElement | null>,
  onDrag: (key: string, place: number | null, end: boolean) => void,
): (key: string) => void {
  const latest = useRef(onDrag);
  useEffect(() => {
    latest.current = onDrag;
  });
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);
  return (key) => {
    stop.current?.();
    const gone = new AbortController();
    const { signal } = gone;
    stop.current = () => gone.abort();
    const placeAt = (y: number): number => {
      const others = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].filter(
        ({ dataset }) => dataset['row'] !== key,
      );
      return others.filter((row) => {
        const { top, height } = row.getBoundingClientRect();
        return top + height / 2 < y;
      }).length;
    };
    const end = (place: number | null): void => {
      gone.abort();
      latest.current(key, place, true);
    };
    // At the window: the row moves under the pointer, and with it anything that could hold the pointer.
    addEventListener('pointermove', ({ clientY }) => latest.current(key, placeAt(clientY), false), { signal });
    addEventListener('pointerup', ({ clientY }) => end(placeAt(clientY)), { signal });
    addEventListener('pointercancel', () => end(null), { signal });
    addEventListener('keydown', (event) => event.key === 'Escape' && end(null), { signal });
  };
}
