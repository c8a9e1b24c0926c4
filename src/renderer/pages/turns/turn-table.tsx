import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SANDBOX_ACCOUNT } from '../../../shared/account.ts';
import type { Turn } from '../../../shared/turn.ts';
import { classNames } from '../../components/class-names.ts';
import { useStatus } from '../../gateway-state.ts';
import type { TurnFeed, TurnFeedState } from '../../turn-feed.ts';
import { type ColumnId, isNumeric, templateOf } from './turn-columns.ts';
import { MissingRow, ROW_HEIGHT, rowId, TurnRow } from './turn-row.tsx';

/** How many rows before an end more is asked for, so that nobody who scrolls sees that end. */
const AHEAD = 40;

/** Turns as a table of any size, newest first: only the rows on the screen are there. */
export function TurnTable({
  list,
  feed,
  columns,
  chosen,
  onOpen,
}: {
  readonly list: TurnFeedState;
  readonly feed: Pick<TurnFeed, 'loadOlder' | 'loadNewer' | 'restart'>;
  readonly columns: readonly ColumnId[];
  /** The turn whose detail is open. */
  readonly chosen: string | null;
  readonly onOpen: (turn: Turn) => void;
}) {
  const { t } = useTranslation('turns');
  const { data: status } = useStatus();
  const { turns, above, more, older } = list;
  const scroller = useRef<HTMLDivElement>(null);
  // Only what comes while one is looking is worth a glance; the rest was there.
  const [latest] = useState(turns[0]?.seq ?? 0);
  const [cursor, setCursor] = useState<string | null>(chosen);
  const sandboxes = new Set(status?.accounts.filter(({ sandbox }) => sandbox).map(({ id }) => id));
  // The built-in account is not among the settings' accounts.
  sandboxes.add(SANDBOX_ACCOUNT.id);

  const count = above + turns.length + (more ? 1 : 0);
  // The compiler leaves this component alone because of it; the rows are memoised by hand.
  // eslint-disable-next-line react-hooks/incompatible-library -- see above
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;

  const { loadOlder, loadNewer, restart } = feed;
  useEffect(() => {
    if (older.busy || older.error !== null) return;
    if (above > 0 && firstIndex < above + AHEAD) void loadNewer();
    else if (more && lastIndex > above + turns.length - AHEAD) void loadOlder();
  }, [above, firstIndex, lastIndex, loadNewer, loadOlder, more, older, turns.length]);

  useStillness(scroller, turns, above);

  const open = useCallback(
    (turn: Turn) => {
      setCursor(turn.id);
      onOpen(turn);
    },
    [onOpen],
  );
  const template = templateOf(columns);
  const at = turns.findIndex(({ id }) => id === (chosen ?? cursor));
  const active = at === -1 ? null : above + at;

  const move = (index: number): void => {
    const turn = turns[index];
    if (turn === undefined) return;
    setCursor(turn.id);
    virtual.scrollToIndex(above + index);
    if (chosen !== null) open(turn);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = turns.length - 1;
    const rows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, at + 1),
      j: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      k: Math.max(0, at - 1),
      PageDown: Math.min(last, at + rows),
      PageUp: Math.max(0, at - rows),
      End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === 'Home') {
      if (above > 0) void restart().then(() => scroller.current?.scrollTo({ top: 0 }));
      else move(0);
    } else if (event.key === 'Enter' && turns[at] !== undefined) open(turns[at]);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="grid"
      aria-label={t('list')}
      aria-rowcount={more ? -1 : count + 1}
      aria-activedescendant={
        active === null || !items.some(({ index }) => index === active) ? undefined : rowId(active)
      }
      data-list="turns"
      className="relative h-full overflow-auto bg-panel -outline-offset-2"
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (cursor === null && turns[0] !== undefined) setCursor(chosen ?? turns[0].id);
      }}
    >
      <div className="min-w-[54rem]">
        <div role="rowgroup" className="sticky top-0 z-10">
          <div
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns: template }}
            className="grid h-8 items-center gap-x-3 border-b border-line bg-canvas px-4 text-xs font-medium text-ink-faint"
          >
            {columns.map((id) => (
              <div key={id} role="columnheader" className={classNames('truncate', isNumeric(id) && 'text-right')}>
                {t(`columns.${id}`)}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key }) => {
            const turn = turns[index - above];
            return turn === undefined ? (
              <MissingRow key={key} index={index} />
            ) : (
              <TurnRow
                key={turn.seq}
                turn={turn}
                index={index}
                columns={columns}
                template={template}
                sandbox={turn.account !== null && sandboxes.has(turn.account)}
                chosen={index === active}
                arrived={turn.seq > latest && index === 0}
                onOpen={open}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Keeps the rows one is reading in their place while others are put in above them. */
function useStillness(
  scroller: { readonly current: HTMLDivElement | null },
  turns: readonly Turn[],
  above: number,
): void {
  const before = useRef<{ readonly seq: number; readonly index: number } | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    const known = before.current;
    const head = turns[0];
    if (element !== null && known !== null && element.scrollTop > ROW_HEIGHT) {
      const now = turns.findIndex(({ seq }) => seq === known.seq);
      const moved = now === -1 ? 0 : now + above - known.index;
      if (moved !== 0) element.scrollBy(0, moved * ROW_HEIGHT);
    }
    before.current = head === undefined ? null : { seq: head.seq, index: above };
  }, [above, scroller, turns]);
}
