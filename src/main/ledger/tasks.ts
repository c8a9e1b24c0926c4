import type { DatabaseSync } from 'node:sqlite';
import { backUp, lookThrough, oldTurns } from './keeping.ts';
import { ledgerDays } from './ledger-days.ts';
import { simulate } from './simulate.ts';

/** Everything that looks at many rows at once and may take its time; each runs in a thread of its own. */
export const TASKS = { simulate, ledgerDays, oldTurns, backUp, lookThrough } as const satisfies Record<
  string,
  (database: DatabaseSync, request: never) => unknown
>;

/** The name of such a task. */
export type TaskName = keyof typeof TASKS;

/** What a task is asked. */
export type TaskRequest<Name extends TaskName> =
  Parameters<(typeof TASKS)[Name]> extends [unknown, infer Request] ? Request : null;

/** What a task answers. */
export type TaskAnswer<Name extends TaskName> = ReturnType<(typeof TASKS)[Name]>;
