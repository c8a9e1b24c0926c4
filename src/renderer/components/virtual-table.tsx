import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { classNames } from './class-names.ts';
import type { Column } from './table.tsx';

/** A column of a table whose rows are not all there: it needs a width of its own, as a track of a grid. */
export interface VirtualColumn<Row> extends Omit<Column<Row>, 'className'> {
  /** Such as `6rem` or `minmax(0, 1fr)`. */
  readonly width: string;
}

const ROW_HEIGHT = 36;

/** A table of any length that fills its place: only the rows on the screen are there. It scrolls with the arrow keys. */
export function VirtualTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  minWidth,
}: {
  readonly label: string;
  readonly columns: readonly VirtualColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** A class that keeps the columns readable in a narrow window, where the table scrolls sideways. */
  readonly minWidth: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  // The compiler leaves this component alone because of it.
  // eslint-disable-next-line react-hooks/incompatible-library -- see above
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    useFlushSync: false,
  });
  const gridTemplateColumns = columns.map(({ width }) => width).join(' ');
  const cellClass = (numeric: boolean | undefined): string =>
    classNames('min-w-0 truncate', numeric === true && 'text-right tabular-nums');
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className="relative h-full overflow-auto bg-panel -outline-offset-2"
    >
      <div className={minWidth}>
        <div role="rowgroup" className="sticky top-0 z-10">
          <div
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns }}
            className="grid h-8 items-center gap-x-3 border-b border-line bg-canvas px-4 text-xs font-medium text-ink-faint"
          >
            {columns.map(({ id, title, numeric }) => (
              <div key={id} role="columnheader" className={cellClass(numeric)}>
                {title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={keyOf(row)}
                role="row"
                aria-rowindex={index + 2}
                data-row={index}
                style={{ gridTemplateColumns, transform: `translateY(${start}px)` }}
                className="absolute inset-x-0 top-0 grid h-9 items-center gap-x-3 border-b border-line px-4 hover:bg-hover"
              >
                {columns.map(({ id, cell, numeric, head }) => (
                  <div key={id} role={head === true ? 'rowheader' : 'cell'} className={cellClass(numeric)}>
                    {cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
