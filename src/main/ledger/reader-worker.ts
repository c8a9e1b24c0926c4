import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { Digest } from './digest/digest.ts';
import { type Queries, needsDigest, prepareQueries } from './queries.ts';

/** A question as it crosses to this thread. */
export interface Question {
  readonly id: number;
  readonly query: keyof Queries | 'checkpoint';
  readonly request: unknown;
}

/** An answer as it crosses back. */
export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

const { file, digestFile } = workerData as { readonly file: string; readonly digestFile: string };
let digest = Digest.open(digestFile, file);
let queries = prepareQueries(digest);

/** Lets the digest take in what the ledger has gained; between two slices other questions are answered. */
async function caughtUp(): Promise<void> {
  for (;;) {
    try {
      if (!digest.catchUp()) return;
    } catch (error) {
      if (digest.inMemory) throw error;
      // A disk that is full takes no digest, but what the ledger has can still be told.
      digest.close();
      digest = Digest.inMemory(file);
      queries = prepareQueries(digest);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Goes through an answer that comes with pauses, and answers other questions in them. */
async function inPieces(pieces: Generator<void>): Promise<unknown> {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function answer({ query, request }: Question): Promise<unknown> {
  if (query !== 'checkpoint') {
    if (needsDigest(query, request)) await caughtUp();
    const value = queries[query](request as never);
    return 'next' in Object(value) ? inPieces(value as Generator<void>) : value;
  }
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
  answer(question).then(
    (value) => parentPort?.postMessage({ id, value } satisfies Answer),
    (error: unknown) =>
      parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
  );
});
