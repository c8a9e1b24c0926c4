import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Turn } from '../../shared/turn.ts';

/** Turns that wait for a slow collector; what comes beyond is thrown away and counted. */
const MOST_WAITING = 4096;

/** Turns sent together: few enough that making their spans is not felt by a turn under way. */
const BATCH = 64;

/** How long turns gather before they are sent. */
const GATHER_MS = 1000;

/** What the queue needs. */
export interface SpanQueueOptions {
  readonly exporter: SpanExporter;
  readonly spansOf: (turns: readonly Turn[]) => ReadableSpan[];
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** Turns were thrown away, and why; null when sending works again. */
  readonly trouble: (reason: string | null) => void;
}

/** Sends the spans of turns to a collector, one batch after the other, and never holds anything up. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  #waiting: Turn[] = [];
  #dropped = 0;
  #sending: Promise<void> | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
  }

  /** Turns whose spans were thrown away. */
  get dropped(): number {
    return this.#dropped;
  }

  add(turn: Turn): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(turn);
    if (this.#sending === null)
      this.#cancel ??= this.#options.after(GATHER_MS, () => {
        this.#cancel = null;
        void this.flush();
      });
  }

  /** Sends everything that waits; resolves when it has gone, or has been thrown away. */
  flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** Gives up what has not gone within so long. */
  async close(milliseconds: number): Promise<void> {
    this.#cancel?.();
    const given = Promise.withResolvers<undefined>();
    const cancel = this.#options.after(milliseconds, () => {
      given.resolve(undefined);
    });
    await Promise.race([this.flush(), given.promise]);
    this.#dropped += this.#waiting.splice(0).length;
    await Promise.race([this.#options.exporter.shutdown(), given.promise]);
    cancel();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const problem = await this.#send(this.#options.spansOf(batch));
      if (problem !== null) this.#dropped += batch.length;
      this.#options.trouble(problem);
    }
  }

  #send(spans: ReadableSpan[]): Promise<string | null> {
    return new Promise((resolve) => {
      this.#options.exporter.export(spans, ({ code, error }) => {
        resolve(code === ExportResultCode.SUCCESS ? null : (error?.message ?? 'the collector refused them'));
      });
    });
  }
}
