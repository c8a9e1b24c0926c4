import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';

/** How long a connection may take to stand. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long an answer may take to begin: a blocking Flex turn may think for a quarter of an hour. */
const HEADERS_TIMEOUT_MS = 20 * 60_000;

/** How long a stream may be silent. Providers send keep-alives far more often; a dead peer would otherwise hold its turn for ever. */
const SILENCE_TIMEOUT_MS = 15 * 60_000;

/** One request as it leaves the machine. */
export interface UpstreamRequest {
  /** POST when absent, as every turn is. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly origin: string;
  readonly path: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  /** Bytes, a form that streams, or nothing. */
  readonly body: Buffer | Readable | null;
}

/** Sends requests over one pool of connections an origin. */
export class Dispatch {
  readonly #pools = new Map<string, Pool>();

  send({ method, origin, path, headers, body }: UpstreamRequest, handler: Dispatcher.DispatchHandler): void {
    this.#pool(origin).dispatch({ path, method: method ?? 'POST', headers, body }, handler);
  }

  /** Begins with fresh connections: those of before a sleep or in another network may be dead without knowing. */
  renew(): void {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    // What is under way ends in its own time; a pool whose answers never end is ended with them by their own limits.
    for (const pool of pools) pool.close().catch(() => undefined);
  }

  /** Ends idle connections at once and the others as their answers end. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: null,
        pipelining: 1,
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout: SILENCE_TIMEOUT_MS,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        // HTTP/1.1 is what was measured and what every provider speaks.
        allowH2: false,
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}
