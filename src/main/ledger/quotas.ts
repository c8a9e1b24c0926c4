import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';

/** How much of a plan is used, as it was told last of an account. */
const KeptQuotaSchema = z.object({
  account: z.string(),
  /** How long the quota's window is. */
  minutes: z.int(),
  usedPercent: z.number(),
  /** Milliseconds since the epoch; null where it was not said. */
  resetsAt: z.int().nullable(),
  seenAt: z.int(),
});

/** One quota of an account's plan, as it is kept over a restart. */
export type KeptQuota = z.output<typeof KeptQuotaSchema>;

/** The quotas in the ledger's file; they are written when they change, by the gateway's own thread. */
export class Quotas {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#put = database.prepare(
      'INSERT INTO quota (account, place, minutes, used_percent, resets_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#drop = database.prepare('DELETE FROM quota WHERE account = ?');
    this.#all = database.prepare(
      'SELECT account, minutes, used_percent AS usedPercent, resets_at AS resetsAt, seen_at AS seenAt FROM quota ORDER BY account, place',
    );
  }

  /** Takes the place of all that is kept of an account. */
  put(account: string, quotas: readonly Omit<KeptQuota, 'account'>[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#drop.run(account);
      for (const [place, { minutes, usedPercent, resetsAt, seenAt }] of quotas.entries())
        this.#put.run(account, place, minutes, usedPercent, resetsAt, seenAt);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  all(): KeptQuota[] {
    return this.#all.all().map((row) => KeptQuotaSchema.parse(row));
  }
}
