import { Connection } from './connection.ts';
import type { Tally } from './measured-time.ts';
import type { PreparedRequest } from './request.ts';
import { BURST_BYTES, JSON_BODY, SENT_AT, SENT_AT_DIGITS, microsNow } from './wire.ts';

/** What a caller tells. */
export interface CallerEvents {
  /** The answer has begun, well. */
  readonly onBegun?: () => void;
  /** An event of a paced stream has come so many microseconds after it was sent. */
  readonly onEvent?: (delayMicros: number) => void;
  /** The answer is whole, or was not as it should be. */
  readonly onDone: (micros: number, good: boolean) => void;
}

/** How many bytes a good answer has; null where its events are counted instead. */
export type ExpectedBytes = number | null;

/** The size of a good answer by the kind of its request. */
export function expectedBytes(mode: string): ExpectedBytes {
  if (mode === 'json') return JSON_BODY.length;
  return mode === 'burst' ? BURST_BYTES : null;
}

/** One connection of a tool: sends a request, checks the answer, and connects anew if it broke. */
export class Caller {
  readonly #port: number;
  readonly #tally: Tally;
  readonly #events: CallerEvents;
  #connection: Connection | null = null;
  #expected: ExpectedBytes = null;
  #busy = false;
  #begunAt = 0;
  #status = 0;
  #received = 0;

  constructor(port: number, tally: Tally, events: CallerEvents) {
    this.#port = port;
    this.#tally = tally;
    this.#events = events;
  }

  get busy(): boolean {
    return this.#busy;
  }

  call({ head, body }: PreparedRequest, expected: ExpectedBytes): void {
    this.#connection ??= this.#connect();
    this.#busy = true;
    this.#expected = expected;
    this.#status = 0;
    this.#received = 0;
    this.#tally.sent += 1;
    this.#begunAt = microsNow();
    this.#connection.send(head, body);
  }

  /** Leaves, whatever is under way. */
  destroy(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  #connect(): Connection {
    return new Connection(this.#port, {
      onStatus: (status) => {
        this.#status = status;
        if (status === 200) this.#events.onBegun?.();
      },
      onPayload: (bytes, start, end) => {
        this.#received += end - start;
        if (this.#expected === null) this.#readEvents(bytes, start, end);
      },
      onEnd: () => {
        this.#done(this.#status === 200 && (this.#expected === null || this.#received === this.#expected));
      },
      onBroken: () => {
        this.#connection = null;
        if (this.#busy) this.#done(false);
      },
    });
  }

  #readEvents(bytes: Buffer, start: number, end: number): void {
    const { onEvent } = this.#events;
    if (onEvent === undefined) return;
    const now = microsNow();
    for (let at = bytes.indexOf(SENT_AT, start); at !== -1 && at < end; at = bytes.indexOf(SENT_AT, at)) {
      at += SENT_AT.length;
      // One cut in the middle by the end of a read is not a sample.
      if (at + SENT_AT_DIGITS <= end) onEvent(now - Number(bytes.toString('latin1', at, at + SENT_AT_DIGITS)));
    }
  }

  #done(good: boolean): void {
    this.#busy = false;
    if (good) this.#tally.answered += 1;
    else this.#tally.errors += 1;
    this.#events.onDone(microsNow() - this.#begunAt, good);
  }
}
