import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';

/** One key that is cooling down; the key itself is in none of it. */
const KeptCooldownSchema = z.object({
  fingerprint: z.string(),
  /** Null is every model. */
  model: z.string().nullable(),
  reason: z.enum(['rate_limited', 'quota', 'unauthorized']),
  /** Milliseconds since the epoch. */
  until: z.int(),
});

/** One key that is cooling down, as it is kept over a restart. */
export type KeptCooldown = z.output<typeof KeptCooldownSchema>;

/** The cooldowns in the ledger's file; marks are rare, so the gateway's own thread writes them. */
export class Cooldowns {
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO cooldown (fingerprint, model, reason, until) VALUES (?, ?, ?, ?)',
    );
    this.#drop = database.prepare('DELETE FROM cooldown WHERE fingerprint = ?');
    this.#all = database.prepare('SELECT fingerprint, model, reason, until FROM cooldown WHERE until > ?');
  }

  put({ fingerprint, model, reason, until }: KeptCooldown): void {
    this.#put.run(fingerprint, model ?? '', reason, until);
  }

  drop(fingerprint: string): void {
    this.#drop.run(fingerprint);
  }

  /** Those that have not ended. */
  all(now: number): KeptCooldown[] {
    return this.#all
      .all(now)
      .map((row) => KeptCooldownSchema.parse({ ...row, model: row['model'] === '' ? null : row['model'] }));
  }
}
