import i18next from 'i18next';
import { memo } from 'react';
import type { Turn } from '../../../shared/turn.ts';
import { useLanguage } from '../../appearance.ts';
import { classNames } from '../../components/class-names.ts';
import { TurnCell } from './turn-cell.tsx';
import { type ColumnId, isNumeric } from './turn-columns.ts';

/** The height of a row in pixels; every row has the same, so that a list of any size knows where each is. */
export const ROW_HEIGHT = 44;

/** What the row with this number is called, for what points to it. */
export function rowId(index: number): string {
  return `turn-row-${index}`;
}

/** One turn; drawn again only when something about it, or the language, is another. */
export const TurnRow = memo(function TurnRow({
  turn,
  index,
  columns,
  template,
  sandbox,
  chosen,
  arrived,
  onOpen,
}: {
  readonly turn: Turn;
  readonly index: number;
  readonly columns: readonly ColumnId[];
  readonly template: string;
  /** True when the built-in upstream answered. */
  readonly sandbox: boolean;
  readonly chosen: boolean;
  /** True when it came while the list was on the screen. */
  readonly arrived: boolean;
  readonly onOpen: (turn: Turn) => void;
}) {
  useLanguage();
  return (
    // The keys are the list's: it holds the focus and says which row is meant.
    <div
      role="row"
      id={rowId(index)}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-turn={turn.id}
      style={{ gridTemplateColumns: template, height: ROW_HEIGHT, transform: `translateY(${index * ROW_HEIGHT}px)` }}
      className={classNames(
        'absolute inset-x-0 grid items-center gap-x-3 border-b border-line bg-panel px-4 hover:bg-hover aria-selected:bg-accent-wash',
        arrived && 'animate-arrive',
      )}
      onClick={() => onOpen(turn)}
    >
      {columns.map((id) => (
        <div
          key={id}
          role={id === 'time' ? 'rowheader' : 'gridcell'}
          className={classNames('min-w-0', isNumeric(id) && 'text-right tabular-nums')}
        >
          <TurnCell id={id} turn={turn} sandbox={sandbox} />
        </div>
      ))}
    </div>
  );
});

/** Stands where a turn will be as soon as it is read. */
export function MissingRow({ index }: { readonly index: number }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      style={{ height: ROW_HEIGHT, transform: `translateY(${index * ROW_HEIGHT}px)` }}
      className="absolute inset-x-0 flex items-center border-b border-line bg-panel px-4"
    >
      <span role="gridcell" aria-label={i18next.t('loading')} className="h-2 w-1/3 rounded-full bg-press" />
    </div>
  );
}
