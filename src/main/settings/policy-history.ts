import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import writeFileAtomic from 'write-file-atomic';
import { type Policy, PolicySchema } from '../../shared/policy.ts';

/** Older ones are let go. */
const KEPT = 100;

const EntrySchema = z.object({ at: z.int(), policy: PolicySchema });

/** One policy, and when it came into force. */
export interface PolicyEntry {
  readonly at: number;
  readonly policy: Policy;
}

/** The policies that were in force, so that a change can be looked at and taken back; a file beside the settings. */
export class PolicyHistory {
  readonly #file: string;
  #entries: readonly PolicyEntry[];
  #writing: Promise<void> = Promise.resolve();

  constructor(home: string) {
    this.#file = join(home, 'policy-history.json');
    this.#entries = readEntries(this.#file);
  }

  /** Newest first. */
  get entries(): readonly PolicyEntry[] {
    return this.#entries;
  }

  /** Takes down a policy that has come into force, unless it is the one that was there already. */
  add(policy: Policy, at: number): void {
    if (JSON.stringify(this.#entries[0]?.policy) === JSON.stringify(policy)) return;
    this.#entries = [{ at, policy }, ...this.#entries].slice(0, KEPT);
    const text = JSON.stringify(this.#entries);
    // Best effort and one after the other: without it only the way back is lost.
    this.#writing = this.#writing.then(() => writeFileAtomic(this.#file, text, { mode: 0o600 })).catch(() => undefined);
  }

  /** Resolves when everything taken down is on disk. */
  async close(): Promise<void> {
    await this.#writing;
  }
}

function readEntries(file: string): PolicyEntry[] {
  try {
    const read = existsSync(file) ? z.array(EntrySchema).safeParse(JSON.parse(readFileSync(file, 'utf8'))) : null;
    return read?.data ?? [];
  } catch {
    // A history that cannot be read begins anew; nothing depends on it.
    return [];
  }
}
