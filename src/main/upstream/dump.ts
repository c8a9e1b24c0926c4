import type { Settings } from '../../shared/settings.ts';
import type { Log } from '../logs/log.ts';
import type { RedactedStream } from '../secrets/redact.ts';
import { type UpstreamRequest, isPieces } from './dispatch.ts';
import { type DumpSide, dumpFolder, dumpName, makeDumpFolder, readDumps, sweepDumps } from './dump-files.ts';
import { requestHead, responseHead } from './dump-text.ts';
import { type DumpPlan, DumpWriter } from './dump-writer.ts';
import { headersDown } from './headers.ts';
import { say } from '../../shared/sentences.ts';

/** A timer that is set for more than some weeks goes off at once. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** What dumps need from the house. */
export interface DumpOptions {
  readonly home: string;
  /** The settings in force at this moment. */
  readonly settings: { readonly current: { readonly dump: Settings['dump'] } };
  readonly redactor: { stream(): RedactedStream };
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly log: Log;
}

/** What is written down of one attempt; nothing of it waits, throws or answers. */
export interface DumpedAttempt {
  response(status: number, headers: readonly string[]): void;
  data(chunk: Buffer): void;
  /** True once no more of the answer is kept. */
  readonly full: boolean;
  /** The attempt is over; a failure's short name, or null where the answer has come whole. */
  end(failure: string | null): void;
}

/** Writes every attempt down, request and answer as they were on the wire but for credentials, while the person has that on. */
export class Dump {
  readonly #options: DumpOptions;
  readonly #folder: string;
  readonly #open = new Map<DumpWriter, Promise<void>>();
  #made: Promise<void> | null = null;
  #sweeping: Promise<void> | null = null;
  #cancel: () => void = () => undefined;
  #failures = 0;
  #closed = false;

  constructor(options: DumpOptions) {
    this.#options = options;
    this.#folder = dumpFolder(options.home);
  }

  /** Whether attempts are written down at this moment. */
  get enabled(): boolean {
    return this.#options.settings.current.dump.enabled && !this.#closed;
  }

  /** The most that is kept of each request and each answer. */
  get maxBytes(): number {
    return this.#options.settings.current.dump.maxKiB * 1024;
  }

  /** How many files could not be written. */
  get failures(): number {
    return this.#failures;
  }

  /** Begins with an attempt's request; null while dumps are off. `own` are the headers that the account's owner has set. */
  begin(
    turn: string,
    attempt: number,
    request: UpstreamRequest,
    own: Readonly<Record<string, string>>,
  ): DumpedAttempt | null {
    if (!this.enabled) return null;
    const { maxBytes } = this;
    const at = this.#options.now();
    const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
    const file = (side: DumpSide, head: string, coding: string): DumpWriter =>
      this.#write(dumpName(at, turn, attempt, side), { head, coding, maxBytes });
    const asked = file('request', requestHead(request, names), '');
    // A form streams by and is not kept.
    if (Buffer.isBuffer(request.body)) asked.push(request.body);
    else if (isPieces(request.body)) for (const piece of request.body) asked.push(piece);
    asked.end(null);
    let answer: DumpWriter | null = null;
    return {
      response: (status, headers) => {
        // Messages have no coding, whatever a handshake says of one.
        const coding = status === 101 ? '' : headersDown(headers).contentEncoding;
        answer ??= file('response', responseHead(status, headers), coding);
      },
      data: (chunk) => answer?.push(chunk),
      get full() {
        return answer?.full === true;
      },
      end: (failure) => {
        answer ??= file('response', '', '');
        answer.end(failure);
      },
    };
  }

  /** What was kept of a turn's attempts, in their order. */
  async read(turn: string): Promise<Record<DumpSide, string>[]> {
    await this.sweep();
    return readDumps(this.#folder, turn);
  }

  /** Lets go of what is too old or too much, now and whenever something becomes too old. */
  sweep(): Promise<void> {
    this.#sweeping ??= sweepDumps(this.#folder, this.#options.settings.current.dump, this.#options.now())
      .then((next) => {
        this.#cancel();
        if (next === null || this.#closed) return;
        const wait = Math.min(Math.max(next - this.#options.now(), 1000), LONGEST_WAIT_MS);
        this.#cancel = this.#options.after(wait, () => {
          void this.sweep();
        });
      })
      .catch(this.#failed)
      .finally(() => {
        this.#sweeping = null;
      });
    return this.#sweeping;
  }

  /** Resolves when everything is on the disk; what still comes is not kept. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const writer of this.#open.keys()) writer.end('the gateway has stopped');
    await Promise.all(this.#open.values());
    await this.#sweeping;
    this.#cancel();
  }

  #write(name: string, plan: Omit<DumpPlan, 'clean'>): DumpWriter {
    const writer = new DumpWriter({ ...plan, clean: this.#options.redactor.stream() });
    this.#made ??= makeDumpFolder(this.#folder);
    const done = this.#made
      .then(() => writer.run(this.#folder, name))
      .catch(this.#failed)
      .then(() => this.#sweepAfter())
      .finally(() => this.#open.delete(writer));
    this.#open.set(writer, done);
    return writer;
  }

  /** A sweep that has begun may not have seen the newest file. */
  async #sweepAfter(): Promise<void> {
    await this.#sweeping;
    await this.sweep();
  }

  readonly #failed = (error: unknown): void => {
    this.#made = null;
    this.#failures += 1;
    if (this.#failures === 1) this.#options.log.warn({ error: String(error) }, say('log_dump'));
  };
}
