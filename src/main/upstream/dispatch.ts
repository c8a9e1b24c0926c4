import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { joined } from '../envelope/edit.ts';
import type { Connector } from './connector.ts';

/** How long an answer may take to begin: a blocking Flex turn may think for a quarter of an hour. */
const HEADERS_TIMEOUT_MS = 20 * 60_000;

/** How long a stream may be silent. Providers send keep-alives far more often; a dead peer would otherwise hold its turn for ever. */
const SILENCE_TIMEOUT_MS = 15 * 60_000;

/** One request as it leaves the machine. */
export interface UpstreamRequest {
  /** POST when absent, as every turn is. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly origin: string;
  /** The way out; absent is straight. */
  readonly proxy?: string | undefined;
  readonly path: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  /** Bytes, pieces of a large body, a form that streams, or nothing. */
  readonly body: Buffer | readonly Buffer[] | Readable | null;
}

/** From this size on a body leaves in its pieces; below it one write with the head is cheaper. */
const IN_PIECES = 256 * 1024;

/** An edited body as it goes up, and what its head must say of its length, where nobody else says it. */
export function bodyUp(pieces: readonly Buffer[]): Pick<UpstreamRequest, 'body'> & { readonly length: string | null } {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  if (size === 0) return { body: null, length: null };
  if (size < IN_PIECES) return { body: joined(pieces), length: null };
  return { body: pieces, length: String(size) };
}

/** True for a body that goes up in pieces. */
export function isPieces(body: UpstreamRequest['body']): body is readonly Buffer[] {
  return Array.isArray(body);
}

/** undici keeps a request's body until its answer has ended; of this nothing is left once it has gone up. */
function letGo(pieces: readonly Buffer[]): Iterable<Buffer> {
  const left = [...pieces];
  const next = (): IteratorResult<Buffer, undefined> => {
    const value = left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}

/** Sends requests over one pool of connections for each origin and way out. */
export class Dispatch {
  readonly #pools = new Map<string, Pool>();
  readonly #connector: Connector;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  send({ method, origin, proxy, path, headers, body }: UpstreamRequest, handler: Dispatcher.DispatchHandler): void {
    // undici takes whatever can be iterated, which its types do not say.
    const leaving = (isPieces(body) ? letGo(body) : body) as Buffer | Readable | null;
    this.pool(origin, proxy).dispatch({ path, method: method ?? 'POST', headers, body: leaving }, handler);
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

  /** The connections themselves, for what is asked of an origin beside turns; not to be kept over a wait. */
  pool(origin: string, proxy: string | undefined): Dispatcher {
    const name = proxy === undefined ? origin : `${origin} ${proxy}`;
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: null,
        pipelining: 1,
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout: SILENCE_TIMEOUT_MS,
        connect: this.#connector.by(proxy),
        allowH2: false,
      });
      this.#pools.set(name, pool);
    }
    return pool;
  }
}
