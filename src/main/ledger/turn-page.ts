import type { StatementSync } from 'node:sqlite';
import type { TurnFilter } from '../../shared/calls/turn.ts';
import type { Turn } from '../../shared/turn.ts';
import { type Digest, HOUR_MS } from './digest/digest.ts';
import { turnOf } from './row.ts';
import { type Chosen, choose } from './turn-filter.ts';

/** A page of turns, going on from a row's number. */
export interface TurnPage {
  readonly order: 'newest' | 'oldest';
  readonly after?: number | undefined;
  readonly limit: number;
  readonly filter?: TurnFilter | undefined;
}

/** Marks of one kind are read so many at a time. */
const MARKS = 8;

/** True where a filter says nothing. */
export function isEmpty(filter: TurnFilter | undefined): boolean {
  return Object.values(filter ?? {}).every(
    (value) => value === undefined || (Array.isArray(value) && value.length === 0),
  );
}

/** Numbers of rows in the chosen order, one after the other. */
interface Stream {
  /** The next number; null at the end. */
  head: number | null;
  advance(): void;
}

/** Pages through turns in the order of the ledger, whatever they are filtered by. */
export class TurnPages {
  readonly #digest: Digest;
  readonly #plain: Readonly<Record<TurnPage['order'], StatementSync>>;
  readonly #marks: Readonly<Record<TurnPage['order'], StatementSync>>;
  readonly #row: StatementSync;
  readonly #repriced: StatementSync;

  constructor(digest: Digest) {
    this.#digest = digest;
    const { database } = digest;
    const [newest, oldest] = ['seq < ? ORDER BY seq DESC', 'seq > ? ORDER BY seq ASC'];
    this.#plain = {
      newest: database.prepare(`SELECT * FROM ledger.turn WHERE ${newest} LIMIT ?`),
      oldest: database.prepare(`SELECT * FROM ledger.turn WHERE ${oldest} LIMIT ?`),
    };
    this.#marks = {
      newest: database.prepare(`SELECT seq, started_at FROM mark WHERE kind = ? AND ${newest} LIMIT ${MARKS}`),
      oldest: database.prepare(`SELECT seq, started_at FROM mark WHERE kind = ? AND ${oldest} LIMIT ${MARKS}`),
    };
    this.#row = database.prepare('SELECT * FROM ledger.turn WHERE seq = ?');
    this.#repriced = database.prepare('SELECT * FROM repriced WHERE seq BETWEEN ? AND ?');
  }

  page({ order, after, limit, filter }: TurnPage): { turns: Turn[]; more: boolean } {
    const start = after ?? (order === 'newest' ? Number.MAX_SAFE_INTEGER : 0);
    if (filter === undefined || isEmpty(filter)) {
      const rows = this.#plain[order].all(start, limit + 1);
      return { turns: this.#priced(rows.slice(0, limit).map(turnOf)), more: rows.length > limit };
    }
    const numbers = this.#numbers(order, start, limit + 1, choose(this.#digest, filter));
    const turns = numbers.slice(0, limit).flatMap((seq) => {
      const row = this.#row.get(seq);
      return row === undefined ? [] : [turnOf(row)];
    });
    return { turns: this.#priced(turns), more: numbers.length > limit };
  }

  /** Each turn with its newest figures, and with the total it was first given. */
  #priced(turns: readonly Turn[]): Turn[] {
    const numbers = turns.map(({ seq }) => seq);
    if (numbers.length === 0) return [];
    const later = new Map(
      this.#repriced.all(Math.min(...numbers), Math.max(...numbers)).map((row) => [Number(row['seq']), row]),
    );
    return turns.map((turn) => {
      const row = later.get(turn.seq);
      if (row === undefined) return turn;
      const number = (name: string): number | null => row[name] as number | null;
      return {
        ...turn,
        cost: {
          input: number('input'),
          cached: number('cached'),
          cacheWrite: number('cache_write'),
          cacheWriteHour: rest(number('total'), ['input', 'cached', 'cache_write', 'output'].map(number)),
          output: number('output'),
          total: number('total'),
        },
        costBasis: row['basis'] as Turn['costBasis'],
        saved: number('saved'),
        premium: number('premium'),
        priceVersion: row['version'] as string | null,
        firstPrice: { total: turn.cost.total, priceVersion: turn.priceVersion },
      };
    });
  }

  #numbers(order: TurnPage['order'], start: number, wanted: number, { kinds, rows, from, until }: Chosen): number[] {
    const sign = order === 'newest' ? -1 : 1;
    const single = rows.map(({ seq }) => seq).filter((seq) => (seq - start) * sign > 0);
    const ordered = order === 'newest' ? single.toReversed() : single;
    const bounds = this.#bounds(from, until);
    const begin = order === 'newest' ? Math.min(start, bounds.last + 1) : Math.max(start, bounds.first - 1);
    const numbers = kinds === null ? this.#digest.kinds.all.map(({ number }) => number) : [...kinds];
    const streams: Stream[] = [
      listStream(ordered),
      ...numbers.map((kind) => this.#stream(order, kind, begin, bounds, from, until)),
    ].filter(({ head }) => head !== null);
    const found: number[] = [];
    while (found.length < wanted) {
      let [first, head]: [Stream | null, number] = [null, 0];
      for (const stream of streams)
        if (stream.head !== null && (first === null || (stream.head - head) * sign < 0))
          [first, head] = [stream, stream.head];
      if (first === null) break;
      found.push(head);
      first.advance();
    }
    return found;
  }

  /** The rows between which all turns of a time stand; turns are in the order of their end. */
  #bounds(from: number, until: number): { first: number; last: number } {
    if (from === -Infinity && until === Infinity) return { first: 0, last: Number.MAX_SAFE_INTEGER - 1 };
    const row = this.#digest.database
      .prepare('SELECT min(first_seq) AS first, max(last_seq) AS last FROM hour WHERE hour >= ? AND hour <= ?')
      .get(
        Math.max(0, Math.floor(from / HOUR_MS)),
        Math.min(Number.MAX_SAFE_INTEGER, Math.floor((until - 1) / HOUR_MS)),
      );
    return { first: Number(row?.['first'] ?? 1), last: Number(row?.['last'] ?? 0) };
  }

  #stream(
    order: TurnPage['order'],
    kind: number,
    begin: number,
    { first, last }: { first: number; last: number },
    from: number,
    until: number,
  ): Stream {
    let at = begin;
    const marks: number[] = [];
    let ended = false;
    const next = (): number | null => {
      while (marks.length === 0 && !ended) {
        const rows = this.#marks[order].all(kind, at);
        ended = rows.length < MARKS;
        for (const row of rows) {
          at = Number(row['seq']);
          if (at < first || at > last) ended = true;
          else if (Number(row['started_at']) >= from && Number(row['started_at']) < until) marks.push(at);
        }
      }
      return marks.shift() ?? null;
    };
    const stream: Stream = {
      head: next(),
      advance: () => {
        stream.head = next();
      },
    };
    return stream;
  }
}

function listStream(numbers: readonly number[]): Stream {
  let index = 0;
  const stream: Stream = {
    head: numbers[0] ?? null,
    advance: () => {
      index += 1;
      stream.head = numbers[index] ?? null;
    },
  };
  return stream;
}

/** The part that has no column of its own: a digest is not made anew for it, since later prices would go with the old one. */
function rest(total: number | null, parts: readonly (number | null)[]): number | null {
  return total === null ? null : parts.reduce((left: number, part) => left - (part ?? 0), total);
}
