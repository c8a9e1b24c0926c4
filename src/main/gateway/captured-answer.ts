import { EventFold, wholeLetters } from '../dialects/event-fold.ts';
import { SseWalker } from '../dialects/sse.ts';

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
  readonly #isText: boolean;
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(limit: number, contentType: string) {
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
    this.#isText = TEXT.test(contentType);
  }

  /** How many bytes are held. */
  get size(): number {
    return this.#fold?.size ?? this.#size;
  }

  push(chunk: Buffer): void {
    if (!this.#isText || this.#cut) return;
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

  /** Nothing more is kept. */
  stop(): void {
    this.#cut = true;
  }

  /** What was kept; null for what is no text. */
  end(): KeptAnswer {
    if (!this.#isText) return { bytes: null, cut: false };
    if (this.#fold === null) {
      const whole = Buffer.concat(this.#chunks);
      return { bytes: wholeLetters(whole, this.#limit), cut: this.#cut };
    }
    this.#walker?.end();
    const bytes = Buffer.from(this.#fold.text());
    return { bytes, cut: this.#cut || this.#fold.full };
  }
}
