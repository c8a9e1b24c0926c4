import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Queries } from './queries.ts';
import type { Answer, Question } from './reader-worker.ts';
import type { RepriceAnswer, RepriceRequest } from './repricing.ts';

/** The digest's file beside the ledger's. */
function digestFileOf(ledger: string): string {
  return join(dirname(ledger), 'digest.sqlite');
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Asks the ledger in a thread of its own with a read-only connection, so that no question ever holds up a turn. */
export class LedgerReader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(file: string) {
    // Beside this file in both forms the program runs in: as TypeScript under Node, and built.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./reader-worker.${extension}`, import.meta.url), {
      workerData: { file, digestFile: digestFileOf(file) },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value);
    });
    this.#worker.on('error', (error: Error) => {
      this.#fail(error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error('the ledger’s reader has ended'));
    });
  }

  /** A page of turns. */
  page(request: Parameters<Queries['page']>[0]): Promise<ReturnType<Queries['page']>> {
    return this.#ask('page', request) as Promise<ReturnType<Queries['page']>>;
  }

  /** What was spent since a moment, by tool. */
  spend(request: Parameters<Queries['spend']>[0]): Promise<ReturnType<Queries['spend']>> {
    return this.#ask('spend', request) as Promise<ReturnType<Queries['spend']>>;
  }

  /** How many turns a filter means. */
  count(request: Parameters<Queries['count']>[0]): Promise<number> {
    return this.#ask('count', request) as Promise<number>;
  }

  /** One turn by its id, and those of its session around it. */
  get(request: Parameters<Queries['get']>[0]): Promise<ReturnType<Queries['get']>> {
    return this.#ask('get', request) as Promise<ReturnType<Queries['get']>>;
  }

  /** The values that filters can take. */
  facets(): Promise<ReturnType<Queries['facets']>> {
    return this.#ask('facets', null) as Promise<ReturnType<Queries['facets']>>;
  }

  /** Sums over turns, told apart by up to two things. */
  sums(request: Parameters<Queries['sums']>[0]): Promise<ReturnType<Queries['sums']>> {
    return this.#ask('sums', request) as Promise<ReturnType<Queries['sums']>>;
  }

  /** Models and tiers that ran without a known price. */
  unpriced(): Promise<ReturnType<Queries['unpriced']>> {
    return this.#ask('unpriced', null) as Promise<ReturnType<Queries['unpriced']>>;
  }

  /** How often each rule has decided. */
  ruleHits(request: Parameters<Queries['ruleHits']>[0]): Promise<ReturnType<Queries['ruleHits']>> {
    return this.#ask('ruleHits', request) as Promise<ReturnType<Queries['ruleHits']>>;
  }

  /** Prices turns again; the rows of the ledger keep their first figures. */
  reprice(request: RepriceRequest): Promise<RepriceAnswer> {
    return this.#ask('reprice', request) as Promise<RepriceAnswer>;
  }

  /** Folds the write-ahead log back into the file, as far as that makes nobody wait. */
  async checkpoint(): Promise<void> {
    await this.#ask('checkpoint', null);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(query: Question['query'], request: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A question that is waited for keeps the process alive; the idle thread does not.
      this.#worker.ref();
      this.#worker.postMessage({ id, query, request } satisfies Question);
    });
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
