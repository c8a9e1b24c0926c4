import { useState } from 'react';

/** The columns of the list of turns in their order; widths are for the smallest window, the model takes what is left. */
export const COLUMNS = [
  { id: 'time', width: '5.5rem', fixed: true },
  { id: 'tool', width: 'minmax(5.5rem, 9rem)' },
  { id: 'account', width: 'minmax(5.5rem, 8rem)', off: true },
  { id: 'model', width: 'minmax(7rem, 1fr)' },
  { id: 'tiers', width: '16.5rem' },
  { id: 'verdict', width: 'minmax(6rem, 9rem)' },
  { id: 'tokens', width: '6.5rem', numeric: true },
  { id: 'cost', width: 'minmax(5.5rem, 8rem)', numeric: true },
  { id: 'saved', width: '5rem', numeric: true, off: true },
  { id: 'result', width: 'minmax(5rem, 8rem)' },
  { id: 'duration', width: '5.5rem', numeric: true },
] as const satisfies readonly ColumnShape[];

interface ColumnShape {
  readonly id: string;
  readonly width: string;
  readonly numeric?: boolean;
  /** Always shown. */
  readonly fixed?: boolean;
  /** Not shown until it is chosen. */
  readonly off?: boolean;
}

/** The name of one of {@link COLUMNS}. */
export type ColumnId = (typeof COLUMNS)[number]['id'];

const STORED = 'tiergate.turn-columns';
const USUAL: readonly ColumnId[] = COLUMNS.filter((column) => !('off' in column)).map(({ id }) => id);

/** The chosen columns in their order, kept for the next visit, and the way to switch one. */
export function useColumns(): readonly [readonly ColumnId[], (id: ColumnId, shown: boolean) => void] {
  const [chosen, setChosen] = useState(stored);
  const choose = (id: ColumnId, shown: boolean): void => {
    const next = COLUMNS.filter((column) => (column.id === id ? shown : chosen.includes(column.id))).map(
      (column) => column.id,
    );
    setChosen(next);
    localStorage.setItem(STORED, next.join(','));
  };
  return [chosen, choose];
}

function stored(): readonly ColumnId[] {
  const names = localStorage.getItem(STORED)?.split(',');
  if (names === undefined) return USUAL;
  return COLUMNS.filter((column) => 'fixed' in column || names.includes(column.id)).map(({ id }) => id);
}

/** The grid's columns for the chosen ones. */
export function templateOf(columns: readonly ColumnId[]): string {
  return COLUMNS.filter(({ id }) => columns.includes(id))
    .map(({ width }) => width)
    .join(' ');
}

/** True for a column of figures. */
export function isNumeric(id: ColumnId): boolean {
  return COLUMNS.some((column) => column.id === id && 'numeric' in column);
}
