import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TiergateError } from '../../shared/errors.ts';
import { findRunning } from './running.ts';

/** How often a folder is tried that another gateway has, and how often at most: one that stops lets its turns end first. */
const TRY_EVERY_MS = 100;
const TRIES = 200;

/** SQLite's primary result code for a file that somebody else has. */
const BUSY = 5;

/** What keeps a second gateway off a data folder; the system lets go of it when the process dies, however that ends. */
export class FolderLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Takes a data folder, which is made if need be. Waits for a gateway that stops; throws `gateway_running` where one
   * stays, or `home_unusable`.
   */
  static async take(
    home: string,
    after: (milliseconds: number, action: () => void) => () => void,
  ): Promise<FolderLock> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      // Asked first, so that nobody waits for one that will not stop.
      if ((await findRunning(home)) !== null) break;
      const database = tryLock(home);
      if (database !== null) return new FolderLock(database);
      await new Promise<void>((resolve) => after(TRY_EVERY_MS, resolve));
    }
    throw new TiergateError('gateway_running', home);
  }

  release(): void {
    this.#database.close();
  }
}

/** An exclusive transaction on an empty file of its own, which is locked alike on every system; null where another has it. */
function tryLock(home: string): DatabaseSync | null {
  const file = join(home, 'gateway.lock');
  let database: DatabaseSync | null = null;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // Never opened beside SQLite while it is locked: closing it again would end the lock of this process.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY) return null;
    throw new TiergateError('home_unusable', cause instanceof Error ? cause.message : home, { cause });
  }
}
