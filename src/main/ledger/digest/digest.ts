import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { cacheLost } from '../../../shared/cache-loss.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { FACT_COLUMNS, type TurnFacts, factsOf } from './facts.ts';
import { type HourTallies, addPacked, pack, packedOf, tallyOf } from './hour-tallies.ts';
import { Kinds } from './kinds.ts';
import { DIGEST_TABLES, DIGEST_VERSION } from './tables.ts';
import { addTally, addTurn } from './tally.ts';

/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

/** The number under which the sums over all hours stand. */
export const ALL_HOURS = -1;

/** So many turns are taken in at a time, so that other questions are not kept waiting. */
const SLICE = 4000;

/** Sessions whose newest turn is kept at hand. */
const SESSIONS_AT_HAND = 2000;

/** How much of a turn's id and of a response's is looked up by. */
export const NAME_LENGTHS = { id: 8, responseId: 20 } as const;

/** An hour of a slice. */
interface HourSlice {
  readonly tallies: HourTallies;
  readonly firstSeq: number;
  lastSeq: number;
}

/**
 * What questions over many turns are answered from: sums by hour and kind, and which turns are of a kind. It stands in a
 * database of its own beside the ledger and follows it when it is asked, so that a turn pays for none of it.
 */
export class Digest {
  /** With the ledger attached, which is only read. */
  readonly database: DatabaseSync;
  readonly inMemory: boolean;
  readonly #sessions = new Map<string, TurnFacts>();
  readonly #statements: Readonly<
    Record<'rows' | 'inHour' | 'mark' | 'name' | 'session' | 'before' | 'lost' | 'hour' | 'setHour', StatementSync>
  >;
  #kinds: Kinds;

  /** Opens the digest of a ledger, made anew where it is of another version; where its file cannot be had, in memory. */
  static open(file: string, ledger: string): Digest {
    try {
      // Made by us first, so that it is never readable by others.
      if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
      try {
        return new Digest(file, ledger);
      } catch (error) {
        if (!(error instanceof Error && 'errcode' in error)) throw error;
        for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
        closeSync(openSync(file, 'a', 0o600));
        return new Digest(file, ledger);
      }
    } catch {
      return Digest.inMemory(ledger);
    }
  }

  /** A digest that lasts as long as the program: where a disk is full or may not be written. */
  static inMemory(ledger: string): Digest {
    return new Digest(':memory:', ledger);
  }

  private constructor(file: string, ledger: string) {
    this.inMemory = file === ':memory:';
    this.database = new DatabaseSync(file, { timeout: 5000 });
    try {
      // How ids begin is in no order, so its pages are kept at hand while many turns are taken in.
      this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000');
      this.database.prepare('ATTACH ? AS ledger').run(`${pathToFileURL(ledger).href}?mode=ro`);
      // Not this digest's fault: it must not be thrown away for it, with the later prices that only it knows.
      if (this.#ledgerVersion() < MIGRATIONS.length)
        throw new Error('the ledger is an older one; start the gateway once');
      if (this.#version() !== DIGEST_VERSION) this.#begin();
      this.#kinds = new Kinds(this.database);
      this.#statements = {
        rows: this.database.prepare(
          `SELECT ${FACT_COLUMNS} FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq WHERE t.seq > ? ORDER BY t.seq LIMIT ?`,
        ),
        mark: this.database.prepare('INSERT INTO mark VALUES (?, ?, ?)'),
        name: this.database.prepare('INSERT OR IGNORE INTO name VALUES (?, ?)'),
        session: this.database.prepare('INSERT INTO session VALUES (?, ?)'),
        before: this.database.prepare(
          `SELECT ${FACT_COLUMNS} FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq
           WHERE t.seq = (SELECT max(seq) FROM session WHERE session = ?)`,
        ),
        lost: this.database.prepare('INSERT INTO cache_lost VALUES (?, ?)'),
        hour: this.database.prepare('SELECT first_seq, last_seq, tallies FROM hour WHERE hour = ?'),
        setHour: this.database.prepare('INSERT OR REPLACE INTO hour VALUES (?, ?, ?, ?)'),
        inHour: this.database.prepare(
          `SELECT ${FACT_COLUMNS}, l.seq AS lost FROM ledger.turn t
           LEFT JOIN repriced r ON r.seq = t.seq LEFT JOIN cache_lost l ON l.seq = t.seq
           WHERE t.seq BETWEEN ? AND ? AND t.started_at >= ? AND t.started_at < ?`,
        ),
      };
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  get kinds(): Kinds {
    return this.#kinds;
  }

  /** Takes in what the ledger has gained, a slice at a time; true while there is more. */
  catchUp(): boolean {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const last = this.#lastSeq();
      const rows = this.#statements.rows.all(last, SLICE);
      if (rows.length > 0) this.#takeIn(rows.map(factsOf));
      this.database.exec('COMMIT');
      return rows.length === SLICE;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      this.#forget();
      throw error;
    }
  }

  /** Takes in everything at once. */
  catchUpWhole(): void {
    while (this.catchUp());
  }

  close(): void {
    this.database.close();
  }

  /** The tallies of an hour as they are stored; null where nothing began in it. */
  packedHour(hour: number): Float64Array | null {
    const row = this.#statements.hour.get(hour);
    return row === undefined ? null : packedOf(row['tallies'] as Uint8Array);
  }

  /** Adds to the tallies of an hour and of all hours. */
  addToHour(hour: number, tallies: HourTallies, firstSeq: number, lastSeq: number): void {
    for (const number of [hour, ALL_HOURS]) {
      const row = this.#statements.hour.get(number);
      const sums = this.#packed(number);
      for (const [kind, tally] of tallies) addTally(tallyOf(sums, kind), tally);
      const first = Math.min(firstSeq, Number(row?.['first_seq'] ?? firstSeq));
      this.#statements.setHour.run(number, first, Math.max(lastSeq, Number(row?.['last_seq'] ?? lastSeq)), pack(sums));
    }
  }

  #takeIn(turns: readonly TurnFacts[]): void {
    const hours = new Map<number, HourSlice>();
    for (const turn of turns) {
      const { seq, startedAt } = turn;
      const kind = this.#kinds.count(turn);
      const lost = this.#inSession(turn);
      const hour = Math.floor(startedAt / HOUR_MS);
      const slice = hours.get(hour) ?? { tallies: new Map(), firstSeq: seq, lastSeq: seq };
      hours.set(hour, slice);
      slice.lastSeq = seq;
      addTurn(tallyOf(slice.tallies, kind), turn, lost > 0);
      this.#statements.mark.run(kind, seq, startedAt);
      this.#statements.name.run(turn.id.slice(0, NAME_LENGTHS.id).toLowerCase(), seq);
      if (turn.responseId !== null)
        this.#statements.name.run(turn.responseId.slice(0, NAME_LENGTHS.responseId).toLowerCase(), seq);
      if (lost > 0) this.#statements.lost.run(seq, lost);
    }
    for (const [hour, { tallies, firstSeq, lastSeq }] of hours) this.addToHour(hour, tallies, firstSeq, lastSeq);
    this.#kinds.write();
    const newest = turns.at(-1);
    this.database
      .prepare('UPDATE state SET last_seq = ?, last_id = ?, first_seq = coalesce(first_seq, ?)')
      .run(newest?.seq ?? 0, newest?.id ?? null, turns[0]?.seq ?? null);
  }

  /** Puts a turn into its session; tells how many cached tokens it lost there. */
  #inSession(turn: TurnFacts): number {
    const { session } = turn;
    if (session === null) return 0;
    const row = this.#sessions.has(session) ? undefined : this.#statements.before.get(session);
    const before = this.#sessions.get(session) ?? (row === undefined ? undefined : factsOf(row));
    this.#sessions.delete(session);
    if (this.#sessions.size >= SESSIONS_AT_HAND) {
      const [oldest = ''] = this.#sessions.keys();
      this.#sessions.delete(oldest);
    }
    this.#sessions.set(session, turn);
    this.#statements.session.run(session, turn.seq);
    return before === undefined ? 0 : cacheLost(before, turn);
  }

  /** Up to where the digest has followed; it begins anew where the ledger is another one. */
  #lastSeq(): number {
    const state = this.database.prepare('SELECT * FROM state').get();
    const last = Number(state?.['last_seq'] ?? 0);
    if (last === 0) return 0;
    const there = this.database.prepare('SELECT id FROM ledger.turn WHERE seq = ?').get(last);
    const first = this.database.prepare('SELECT min(seq) AS first FROM ledger.turn').get()?.['first'];
    if (there?.['id'] === state?.['last_id']) {
      if (first !== state?.['first_seq']) this.#letGo(Number(first));
      return last;
    }
    this.#begin();
    this.#forget();
    return 0;
  }

  /**
   * Follows the ledger in letting go of its oldest rows. How ids and sessions began is left standing: it leads to rows that are
   * no more, and numbers are not used twice.
   */
  #letGo(first: number): void {
    const whole = this.#packed(ALL_HOURS);
    for (const { hour, last_seq: last } of this.database
      .prepare('SELECT hour, last_seq FROM hour WHERE hour >= 0 AND first_seq < ?')
      .all(first)) {
      const number = Number(hour);
      for (const [kind, tally] of this.#packed(number)) addTally(tallyOf(whole, kind), tally, 0, -1);
      const rest: HourTallies = new Map();
      for (const row of this.#statements.inHour.all(first, last ?? 0, number * HOUR_MS, (number + 1) * HOUR_MS)) {
        const turn = factsOf(row);
        const kind = this.#kinds.numberOf(turn.kind) ?? 0;
        addTurn(tallyOf(rest, kind), turn, row['lost'] !== null);
        addTurn(tallyOf(whole, kind), turn, row['lost'] !== null);
      }
      if (rest.size === 0) this.database.prepare('DELETE FROM hour WHERE hour = ?').run(number);
      else this.#statements.setHour.run(number, first, last ?? 0, pack(rest));
    }
    this.database.prepare('UPDATE hour SET tallies = ? WHERE hour = ?').run(pack(whole), ALL_HOURS);
    const unmark = this.database.prepare('DELETE FROM mark WHERE kind = ? AND seq < ?');
    for (const { number } of this.#kinds.all) unmark.run(number, first);
    for (const table of ['cache_lost', 'repriced'])
      this.database.prepare(`DELETE FROM ${table} WHERE seq < ?`).run(first);
    this.database.prepare('UPDATE state SET first_seq = ?').run(first);
  }

  #packed(hour: number): HourTallies {
    const tallies: HourTallies = new Map();
    const packed = this.packedHour(hour);
    if (packed !== null) addPacked(tallies, packed);
    return tallies;
  }

  #ledgerVersion(): number {
    return Number(this.database.prepare('PRAGMA ledger.user_version').get()?.['user_version'] ?? 0);
  }

  #version(): number {
    const has = this.database.prepare(`SELECT 1 FROM main.sqlite_master WHERE name = 'state'`).get();
    if (has === undefined) return 0;
    return Number(this.database.prepare('SELECT version FROM state').get()?.['version'] ?? 0);
  }

  #begin(): void {
    for (const row of this.database.prepare(`SELECT name FROM main.sqlite_master WHERE type = 'table'`).all())
      this.database.exec(`DROP TABLE main.${String(row['name'])}`);
    this.database.exec(DIGEST_TABLES);
    this.database.prepare('INSERT INTO state VALUES (?, 0, NULL, NULL)').run(DIGEST_VERSION);
  }

  #forget(): void {
    this.#sessions.clear();
    this.#kinds = new Kinds(this.database);
  }
}
