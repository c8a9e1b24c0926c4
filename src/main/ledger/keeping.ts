import { closeSync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** The oldest turns, up to the first that began after a moment. */
export interface OldTurns {
  readonly turns: number;
  /** When the oldest of all turns began; null where there is none. */
  readonly oldest: number | null;
  /** The number of the first row that is kept. */
  readonly firstKept: number;
}

/** Finds the oldest turns that began before a moment. The newest row is never among them: numbers go on from it. */
export function oldTurns(database: DatabaseSync, { before }: { readonly before: number }): OldTurns {
  const number = (query: string, ...values: number[]): number | null => {
    const value = Object.values(database.prepare(query).get(...values) ?? {})[0];
    return typeof value === 'number' ? value : null;
  };
  const newest = number('SELECT max(seq) FROM turn') ?? 0;
  const firstKept = Math.min(newest, number('SELECT min(seq) FROM turn WHERE started_at >= ?', before) ?? newest);
  return {
    turns: number('SELECT count(*) FROM turn WHERE seq < ?', firstKept) ?? 0,
    oldest: number('SELECT min(started_at) FROM turn'),
    firstKept,
  };
}

/** Copies the ledger as it stands at this moment into a file of its own, whole and in order. */
export function backUp(database: DatabaseSync, { to }: { readonly to: string }): { readonly bytes: number } {
  // Made by us first, so that it is never readable by others, not even for a moment.
  closeSync(openSync(to, 'wx', 0o600));
  database.prepare('VACUUM INTO ?').run(to);
  return { bytes: statSync(to).size };
}

/** What a look through the whole file found. */
export interface Integrity {
  /** What is wrong with it, in SQLite's words; empty where nothing is. */
  readonly problems: readonly string[];
  readonly turns: number;
  /** When the newest turn began; null where there is none. */
  readonly newest: number | null;
}

/** Reads every page of the file, and says what does not fit. */
export function lookThrough(database: DatabaseSync): Integrity {
  const found = database.prepare('PRAGMA integrity_check(20)').all();
  const problems = found.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  const { turns, newest } =
    database.prepare('SELECT count(*) AS turns, max(started_at) AS newest FROM turn').get() ?? {};
  return { problems, turns: Number(turns), newest: typeof newest === 'number' ? newest : null };
}
