import type { Rounds } from './figures.ts';
import { GOALS, type Goal } from './goals.ts';
import { median } from './quantile.ts';

/** The goals as lines, and how many were missed. */
export interface Table {
  readonly lines: readonly string[];
  readonly failed: number;
}

const HEADINGS = ['', 'bare', 'gateway', 'ratio', 'rounds', 'must hold', 'aim', ''];

/** Judges every goal whose scenario was run. */
export function judge(rounds: Rounds): Table {
  const rows: string[][] = [];
  let failed = 0;
  for (const goal of GOALS) {
    if (rounds.of(goal.scenario, 'gateway', goal.figure).length === 0) continue;
    const { cells, held } = row(goal, rounds);
    if (!held) failed += 1;
    rows.push(cells);
  }
  return { lines: align([HEADINGS, ...rows]), failed };
}

function row(goal: Goal, rounds: Rounds): { cells: string[]; held: boolean } {
  const { title, scenario, figure, unit, by, hold, aim } = goal;
  const ratios = rounds.ratios(scenario, figure);
  const gateway = rounds.of(scenario, 'gateway', figure);
  const judged = by === 'ratio' ? median(ratios) : by === 'median' ? median(gateway) : Math.max(...gateway);
  const held = meets(goal, judged, hold);
  const sign = goal.better === 'more' ? '≥' : '≤';
  const times = by === 'ratio' ? 'x' : '';
  const cells = [
    title,
    `${amount(rounds.median(scenario, 'bare', figure))} ${unit}`,
    `${amount(by === 'worst' ? judged : median(gateway))} ${unit}`,
    by === 'ratio' ? `${judged.toFixed(2)}x` : '',
    by === 'ratio' && ratios.length > 1 ? `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}` : '',
    hold === null ? '' : `${sign} ${amount(hold)}${times}`,
    aim === null ? '' : `${sign} ${amount(aim)}${times}`,
    hold === null ? '' : held ? (meets(goal, judged, aim) ? 'PASS, aim reached' : 'PASS') : 'FAIL',
  ];
  return { cells, held };
}

/** NaN, which is what a scenario without a single answer gives, meets no limit. */
function meets({ better }: Goal, value: number, limit: number | null): boolean {
  if (limit === null) return true;
  return better === 'more' ? value >= limit : value <= limit;
}

function amount(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === HEADINGS.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
