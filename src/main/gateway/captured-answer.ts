import type { Transform } from 'node:stream';
import { EventFold, wholeLetters } from '../dialects/event-fold.ts';
import { SseWalker } from '../dialects/sse.ts';
import { decoderOf } from '../upstream/decoders.ts';

/** More than this does not wait to be decoded: the rest is let go instead. */
const MAX_WAITING = 4 * 1024 * 1024;

const EVENTS = 'text/event-stream';
/** What people can read; sound, images and archives are not kept. */
const TEXT = /^(?:text\/|application\/(?:json|[\w.+-]+\+json|x-ndjson|jsonl))/;

/** What is kept of one answer; `cut` says that something is missing. */
export interface KeptAnswer {
  readonly bytes: Buffer | null;
  readonly cut: boolean;
}

/** One answer over HTTP as it is kept: its events with their deltas joined, or its text as it came; never more than the limit. */
export class CapturedAnswer {
  readonly #limit: number;
  readonly #fold: EventFold | null;
  readonly #walker: SseWalker | null;
  readonly #decoder: Transform | null;
  readonly #decoded: Promise<void>;
  readonly #isText: boolean;
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(limit: number, contentType: string, contentEncoding: string) {
    this.#limit = limit;
    const fold = contentType.startsWith(EVENTS) ? new EventFold(limit) : null;
    this.#fold = fold;
    this.#walker =
      fold === null
        ? null
        : new SseWalker({
            longestName: 256,
            wants: () => !fold.full,
            payload: (data) => fold.push(data),
            overlong: () => {
              fold.stop();
            },
          });
    const coded = contentEncoding !== '' && contentEncoding !== 'identity';
    this.#decoder = coded ? decoderOf(contentEncoding) : null;
    this.#isText = TEXT.test(contentType) && (!coded || this.#decoder !== null);
    this.#decoded = this.#decoder === null ? Promise.resolve() : this.#listen(this.#decoder);
  }

  /** How many bytes are held. */
  get size(): number {
    return this.#fold?.size ?? this.#size;
  }

  push(chunk: Buffer): void {
    if (!this.#isText || this.#cut) return;
    if (this.#decoder === null) this.#take(chunk);
    else if (this.#decoder.writableLength > MAX_WAITING) this.stop();
    else this.#decoder.write(chunk);
  }

  /** Nothing more is kept. */
  stop(): void {
    this.#cut = true;
    this.#decoder?.destroy();
  }

  /** What was kept, once the last of it has been decoded; null for what is no text. */
  async end(): Promise<KeptAnswer> {
    if (!this.#isText) return { bytes: null, cut: false };
    if (this.#decoder?.destroyed === false) this.#decoder.end();
    await this.#decoded;
    if (this.#fold === null) {
      const whole = Buffer.concat(this.#chunks);
      return { bytes: wholeLetters(whole, this.#limit), cut: this.#cut };
    }
    this.#walker?.end();
    const bytes = Buffer.from(this.#fold.text());
    return { bytes, cut: this.#cut || this.#fold.full };
  }

  #take(chunk: Buffer): void {
    if (this.#walker !== null) {
      this.#walker.push(chunk);
      if (this.#fold?.full === true) this.stop();
      return;
    }
    // A copy: the chunk is part of a larger buffer that would stay alive with it. One byte more tells where to cut.
    const part = Buffer.from(chunk.subarray(0, this.#limit + 1 - this.#size));
    this.#chunks.push(part);
    this.#size += part.length;
    if (this.#size > this.#limit) this.stop();
  }

  #listen(decoder: Transform): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    decoder.on('data', (chunk: Buffer) => {
      if (!this.#cut) this.#take(chunk);
    });
    decoder.once('error', () => {
      this.#cut = true;
    });
    decoder.once('end', () => {
      resolve(undefined);
    });
    decoder.once('close', () => {
      resolve(undefined);
    });
    return promise;
  }
}
