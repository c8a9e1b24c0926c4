import { z } from 'zod';
import { TiergateError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Log } from '../logs/log.ts';
import { ensureCaptureKey, readCaptureKey, removeCaptureKey } from '../secrets/capture-key.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { seal, unseal } from '../secrets/seal.ts';
import { captureFolder, readCapture, removeCaptures, sweepCaptures, writeCapture } from './capture-files.ts';
import { say } from '../../shared/sentences.ts';

const DAY_MS = 24 * 3_600_000;

/** A keychain that could not be used may have been unlocked since. */
const RETRY_MS = 60_000;

const RecordSchema = z.object({ prompt: z.string().nullable(), answer: z.string().nullable(), cut: z.boolean() });

/** What was asked and answered in one turn; `cut` says that something is missing of it. */
export type CaptureRecord = z.output<typeof RecordSchema>;

/** What keeping prompts and answers needs from the rest of the house. */
export interface CapturesOptions {
  readonly home: string;
  /** The settings in force at this moment. */
  readonly settings: { readonly current: Pick<Settings, 'capture' | 'retention'> };
  readonly keychain: Keychain;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** Why nothing is kept although it should be; null once it is again. */
  readonly trouble: (reason: string | null) => void;
  readonly log: Log;
}

/** Keeps prompts and answers, each turn's sealed in a file of its own, while the person has that on and no longer than wanted. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #folder: string;
  readonly #pending = new Set<Promise<void>>();
  #key: Promise<Buffer> | null = null;
  #keyless = false;
  /** Counts wipes: what was begun before one is not written after it. */
  #era = 0;
  #wiping: Promise<unknown> = Promise.resolve();
  #sweeping: Promise<void> | null = null;
  /** Takes the next sweep back; null while none is planned, since nothing is kept. */
  #cancelSweep: (() => void) | null = null;
  #cancelRetry: () => void = () => undefined;
  #closed = false;

  constructor(options: CapturesOptions) {
    this.#options = options;
    this.#folder = captureFolder(options.home);
  }

  /** What a turn that begins now has to show when it is kept; null while nothing is kept. */
  get ticket(): number | null {
    return this.#options.settings.current.capture.enabled && !this.#keyless && !this.#closed ? this.#era : null;
  }

  /** Begins, or takes up settings that have changed: resolves when the key is there or known to be missing. */
  async follow(): Promise<void> {
    this.#cancelRetry();
    void this.#sweepAnew();
    if (!this.#options.settings.current.capture.enabled) {
      this.#keyless = false;
      this.#options.trouble(null);
      return;
    }
    try {
      await this.#keyNow();
      this.#keyless = false;
      this.#options.trouble(null);
    } catch (error) {
      this.#keyless = true;
      this.#failed(error);
      if (this.#closed) return;
      this.#cancelRetry = this.#options.after(RETRY_MS, () => {
        void this.follow();
      });
    }
  }

  /** Keeps one turn's record; resolves when it is on the disk or given up. */
  keep(ticket: number, turn: string, record: () => Promise<CaptureRecord>): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const at = this.#options.now();
    const work = this.#write(ticket, turn, at, record)
      .then(() => this.#sweepLater())
      .catch(this.#failed)
      .finally(() => this.#pending.delete(work));
    this.#pending.add(work);
    return work;
  }

  /** One turn's record, or null; throws `capture_unreadable`, `capture_off` or `keychain_unavailable`. */
  async read(turn: string): Promise<CaptureRecord | null> {
    await this.sweep();
    const { keychain, home } = this.#options;
    const sealed = await readCapture(this.#folder, turn);
    if (sealed === null) return null;
    const key = await readCaptureKey(keychain, home);
    if (key === null) throw new TiergateError('capture_unreadable', say('capture_keyless'));
    const text = unseal(key, turn, sealed);
    if (text === null) throw new TiergateError('capture_unreadable', say('capture_damaged'));
    return RecordSchema.parse(JSON.parse(text.toString()));
  }

  /** Lets go of all records and of their key; returns how many. Throws `capture_key_left`. */
  wipe(): Promise<number> {
    this.#era += 1;
    this.#key = null;
    // What begins from now on waits for the wipe, so the wipe must not wait for that.
    const before = [...this.#pending];
    const work = this.#wiping.then(() => this.#wipe(before));
    this.#wiping = work.catch(() => undefined);
    return work;
  }

  /** Lets go of what is too old, now and whenever something becomes too old. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => {
        this.#options.log.warn({ error: String(error) }, say('log_capture_left'));
      })
      .finally(() => {
        this.#sweeping = null;
      });
    return this.#sweeping;
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    await Promise.all(this.#pending);
    await this.#wiping;
    await this.#sweeping;
    this.#cancelSweep?.();
  }

  async #write(ticket: number, turn: string, at: number, record: () => Promise<CaptureRecord>): Promise<void> {
    if (ticket !== this.#era) return;
    const text = Buffer.from(JSON.stringify(await record()));
    if (ticket !== this.#era) return;
    const key = await this.#keyNow();
    if (ticket !== this.#era) return;
    await writeCapture(this.#folder, at, turn, seal(key, turn, text));
    this.#options.trouble(null);
  }

  async #wipe(before: readonly Promise<void>[]): Promise<number> {
    // What is being written would otherwise come after the end.
    await Promise.all(before);
    const removed = await removeCaptures(this.#folder);
    const { keychain, home, log } = this.#options;
    try {
      await removeCaptureKey(keychain, home);
    } catch (cause) {
      throw new TiergateError('capture_key_left', reasonOf(cause), { cause });
    }
    log.info({ removed }, say('log_capture_wiped'));
    return removed;
  }

  #keyNow(): Promise<Buffer> {
    const { keychain, home } = this.#options;
    // A key that is about to be removed must not seal anything.
    const key = this.#key ?? this.#wiping.then(() => ensureCaptureKey(keychain, home));
    this.#key = key;
    key.catch(() => {
      if (this.#key === key) this.#key = null;
    });
    return key;
  }

  async #sweep(): Promise<void> {
    const { settings, now, after } = this.#options;
    const { capture, retention } = settings.current;
    // What was said in a turn is not kept longer than the turn itself.
    const age = Math.min(capture.retentionDays, retention.days ?? Infinity) * DAY_MS;
    const oldest = await sweepCaptures(this.#folder, now() - age);
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    if (oldest === null || this.#closed) return;
    // A timer that is set for more than some weeks goes off at once.
    this.#cancelSweep = after(Math.min(Math.max(oldest + age + 1 - now(), 1000), DAY_MS), () => {
      void this.sweep();
    });
  }

  /** A sweep that has begun may not have seen what is new. */
  async #sweepAnew(): Promise<void> {
    await this.#sweeping;
    await this.sweep();
  }

  /** Somebody must come back for what was written, if nobody will yet. */
  async #sweepLater(): Promise<void> {
    await this.#sweeping;
    if (this.#cancelSweep === null) await this.sweep();
  }

  readonly #failed = (error: unknown): void => {
    this.#options.log.warn({ error: String(error) }, say('log_capture'));
    this.#options.trouble(reasonOf(error));
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof TiergateError) return error.code === 'capture_off' ? error.detail : error.message;
  return error instanceof Error ? error.message : String(error);
}
