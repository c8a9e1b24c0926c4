import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { TiergateError } from '../../shared/errors.ts';
import type { NewTurn, Turn } from '../../shared/turn.ts';
import { Cooldowns, type KeptCooldown } from './cooldowns.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { type KeptQuota, Quotas } from './quotas.ts';
import { COLUMNS, rowOf } from './row.ts';
import { say } from '../../shared/sentences.ts';

/** The ledger's file in a data folder. */
export function ledgerFile(home: string): string {
  return join(home, 'ledger.sqlite');
}

/**
 * After so many pages, 16 MiB, the reader is asked to fold the log back into the file; on this thread that would stall turns.
 * Each time costs two waits for the disk, however little is folded.
 */
const CHECKPOINT_EVERY = 4096;

const ROWS_IN_A_PAGE = 12;

/** How many pages a transaction writes, about: the table's last one and those its rows fill, with the page above and the file's first. */
function pagesOf(rows: number): number {
  const filled = rows / ROWS_IN_A_PAGE;
  return 1 + filled + 2 * Math.min(1, filled);
}

/** How long another program's lock is waited for while nothing depends on it yet. */
const OPENING_TIMEOUT_MS = 5000;

/** How long a row may wait for it: every open turn waits with it. */
const WRITING_TIMEOUT_MS = 50;

/** What the ledger tells about itself. */
export interface LedgerEvents {
  /** The write-ahead log has grown. */
  readonly onCheckpointDue: () => void;
  /** Rows cannot be written, or can be again (null). */
  readonly onTrouble: (reason: string | null) => void;
}

/** A turn whose row waits for the others of its moment. */
interface Gathered {
  readonly turn: NewTurn;
  readonly then: (turn: Turn | null) => void;
}

/** What opening found. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  /** The name under which a broken file was set aside; null when all was well. */
  readonly setAside: string | null;
}

/** The one writer: a row per turn, committed before the turn's last byte leaves. */
export class Ledger {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  /** Which keys are cooling down, in the same file. */
  readonly #cooldowns: Cooldowns;
  readonly #quotas: Quotas;
  readonly #events: LedgerEvents;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #forget: StatementSync;
  #gathered: Gathered[] = [];
  /** Pages written to the log since it was last due, about. */
  #sinceCheckpoint = 0;
  #held = false;
  #lost = 0;
  #troubled = false;

  private constructor(database: DatabaseSync, events: LedgerEvents) {
    this.#database = database;
    this.#events = events;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#forget = database.prepare(
      'DELETE FROM turn WHERE seq IN (SELECT seq FROM turn WHERE seq < ? ORDER BY seq LIMIT ?)',
    );
    this.#cooldowns = new Cooldowns(database);
    this.#quotas = new Quotas(database);
    this.#insert = database.prepare(
      `INSERT INTO turn (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    );
  }

  /** Opens the ledger of a data folder; throws `ledger_newer`. A file that cannot be read is renamed and a new one begun. */
  static open(home: string, events: LedgerEvents, now: () => number): OpenedLedger {
    const file = ledgerFile(home);
    try {
      return { ledger: new Ledger(openDatabase(file), events), setAside: null };
    } catch (error) {
      if (!isBroken(error)) throw error;
      const aside = `${file}.broken-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`;
      for (const suffix of ['', '-wal', '-shm'])
        if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
      return { ledger: new Ledger(openDatabase(file), events), setAside: basename(aside) };
    }
  }

  /** The cooldowns of an earlier run that have not ended. */
  cooldowns(now: number): KeptCooldown[] {
    return this.#cooldowns.all(now);
  }

  /** Keeps a cooldown over a restart; one that cannot be written holds until then. */
  keepCooldown(cooldown: KeptCooldown): void {
    try {
      this.#cooldowns.put(cooldown);
    } catch (error) {
      this.#events.onTrouble(error instanceof Error ? error.message : String(error));
    }
  }

  /** Forgets the cooldowns of a key. */
  dropCooldown(fingerprint: string): void {
    this.#cooldowns.drop(fingerprint);
  }

  /** What was told last of the plans of logins, in an earlier run. */
  get quotas(): KeptQuota[] {
    return this.#quotas.all();
  }

  /** Keeps an account's quotas over a restart, in the place of those before; what cannot be written holds until then. */
  keepQuotas(account: string, quotas: readonly Omit<KeptQuota, 'account'>[]): void {
    try {
      this.#quotas.put(account, quotas);
    } catch (error) {
      this.#events.onTrouble(error instanceof Error ? error.message : String(error));
    }
  }

  /** Turns that could not be written since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Commits one turn and gives it its number; null when it could not be written, which never stops the turn itself. */
  record(turn: NewTurn): Turn | null {
    try {
      const seq = this.#write(turn);
      this.#written(1);
      return { ...turn, seq };
    } catch (error) {
      this.#lost += 1;
      this.#troubled = true;
      this.#events.onTrouble(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /**
   * Commits a turn together with all others that end in the same round of the event loop, then calls back, whether or not
   * it could be written: one transaction for several rows costs a third.
   */
  recordSoon(turn: NewTurn, then: (turn: Turn | null) => void): void {
    this.#gathered.push({ turn, then });
    if (this.#gathered.length === 1) setImmediate(this.#commitUnlessHeld);
  }

  /** True once rows have been committed since the log was last due. */
  get hasGrown(): boolean {
    return this.#sinceCheckpoint > 0;
  }

  /**
   * Lets rows that are recorded soon wait until what is returned is called: the log begins anew only once all of it has been
   * folded back, and under load rows come faster than that.
   */
  hold(): () => void {
    this.#held = true;
    return () => {
      if (!this.#held) return;
      this.#held = false;
      this.#commitGathered();
    };
  }

  readonly #commitUnlessHeld = (): void => {
    if (!this.#held) this.#commitGathered();
  };

  #commitGathered(): void {
    if (this.#gathered.length === 0) return;
    const gathered = this.#gathered;
    this.#gathered = [];
    const recorded = this.#recordTogether(gathered.map(({ turn }) => turn));
    for (const [index, { then }] of gathered.entries()) {
      try {
        then(recorded[index] ?? null);
      } catch (error) {
        // Told as what it is, a bug, but only once the others have ended too.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #recordTogether(turns: readonly NewTurn[]): (Turn | null)[] {
    if (turns.length > 1) {
      try {
        this.#begin.run();
        const recorded = turns.map((turn) => ({ ...turn, seq: this.#write(turn) }));
        this.#commit.run();
        this.#written(turns.length);
        return recorded;
      } catch {
        // None of them is there now; each by itself will say what is wrong, and be counted.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      }
    }
    return turns.map((turn) => this.record(turn));
  }

  #write(turn: NewTurn): number {
    return Number(this.#insert.run(...rowOf(turn)).lastInsertRowid);
  }

  #written(rows: number): void {
    if (this.#troubled) {
      this.#troubled = false;
      this.#events.onTrouble(null);
    }
    this.#sinceCheckpoint += pagesOf(rows);
    if (this.#sinceCheckpoint < CHECKPOINT_EVERY) return;
    this.#sinceCheckpoint = 0;
    this.#events.onCheckpointDue();
  }

  /** Lets go of the oldest rows before a number, at most so many; returns how many. Open turns wait meanwhile. */
  forget(before: number, most: number): number {
    return Number(this.#forget.run(before, most).changes);
  }

  close(): void {
    this.#commitGathered();
    // Nobody waits any more, so the log can be folded back whole.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }
}

function openDatabase(file: string): DatabaseSync {
  // Made by us first, so that it is never readable by others, not even for a moment.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: OPENING_TIMEOUT_MS });
  try {
    const version = versionOf(database);
    // NORMAL survives the death of the process; FULL would only add the death of the machine, at ten times the cost.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;');
    if (version < MIGRATIONS.length) migrate(database);
    database.prepare('SELECT * FROM turn ORDER BY seq DESC LIMIT 1').get();
    database.exec(`PRAGMA busy_timeout = ${WRITING_TIMEOUT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Which steps the file has been through; asked before anything is changed in it. */
function versionOf(database: DatabaseSync): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > MIGRATIONS.length) {
    throw new TiergateError('ledger_newer', say('ledger_version', { version, known: MIGRATIONS.length }));
  }
  return version;
}

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Asked again: another program may have gone the same way before the lock was had.
    for (const step of MIGRATIONS.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLite's primary result codes for a damaged file and for one that is no database. */
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primary = error.errcode & 0xff;
  return primary === CORRUPT || primary === NOT_A_DATABASE;
}
