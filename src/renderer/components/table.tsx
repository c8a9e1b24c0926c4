import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** One column: its title, what stands in it, and whether that is a number. */
export interface Column<Row> {
  readonly id: string;
  readonly title: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  /** True for the column that names its row. */
  readonly head?: boolean;
  readonly className?: string;
}

/** A plain table for some dozens of rows. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}) {
  return (
    <div className="relative overflow-x-auto -outline-offset-2" tabIndex={0} role="region" aria-label={label}>
      <table className="w-full border-separate border-spacing-0">
        <thead>
          <tr>
            {columns.map(({ id, title, numeric, className }) => (
              <th
                key={id}
                scope="col"
                className={classNames(
                  'border-b border-line px-2 py-1.5 text-xs font-medium whitespace-nowrap text-ink-faint first:pl-4 last:pr-4',
                  numeric === true ? 'text-right' : 'text-left',
                  className,
                )}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="group hover:bg-hover">
              {columns.map(({ id, cell, numeric, head, className }) => {
                const Cell = head === true ? 'th' : 'td';
                return (
                  <Cell
                    key={id}
                    {...(head === true ? { scope: 'row' } : {})}
                    className={classNames(
                      'h-9 border-b border-line px-2 py-1 font-normal group-last:border-b-0 first:pl-4 last:pr-4',
                      numeric === true ? 'text-right tabular-nums' : 'text-left',
                      className,
                    )}
                  >
                    {cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
