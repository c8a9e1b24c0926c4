import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type Queries, prepareQueries } from './queries.ts';

/** A question as it crosses to this thread. */
export interface Question {
  readonly id: number;
  readonly query: keyof Queries | 'checkpoint';
  readonly request: unknown;
}

/** An answer as it crosses back. */
export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

const { file } = workerData as { readonly file: string };
const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
const queries = prepareQueries(database);

function answer({ query, request }: Question): unknown {
  if (query !== 'checkpoint') return queries[query](request as never);
  // Folding the log back takes a connection that may write; PASSIVE never makes the writer wait.
  const folder = new DatabaseSync(file, { timeout: 0 });
  try {
    folder.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } finally {
    folder.close();
  }
  return null;
}

parentPort?.on('message', (question: Question) => {
  const { id } = question;
  try {
    parentPort?.postMessage({ id, value: answer(question) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
});
