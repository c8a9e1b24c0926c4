import type { Dispatcher } from 'undici';
import { type HeadersDown, headersDown } from './headers.ts';
import { headersOf } from './pass-through.ts';

/** An answer that has come whole, or why none has. */
export type Whole =
  | { readonly status: number; readonly headers: HeadersDown; readonly body: Buffer }
  /** A code of the connection, `timeout`, `too large` or `left`; the status is known where the head has come. */
  | { readonly failure: string; readonly status: number | null };

/** Takes an answer in whole, where it must be read before any of it goes on. */
export class WholeAnswer implements Dispatcher.DispatchHandler {
  /** Resolves when it has come, or cannot come any more. */
  readonly whole: Promise<Whole>;
  readonly #limit: number;
  readonly #cancel: () => void;
  #resolve: (whole: Whole) => void = () => undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #failure: string | null = null;
  #status = 0;
  #headers: HeadersDown | null = null;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(after: (ms: number, action: () => void) => () => void, limit: number, patienceMs: number) {
    this.#limit = limit;
    this.whole = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#cancel = after(patienceMs, () => {
      this.giveUp('timeout');
    });
  }

  /** Waits no longer. */
  giveUp(why: string): void {
    this.#failed(why);
    this.#controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(new Error(this.#failure));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headersDown(headersOf(controller));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.giveUp('too large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#headers !== null)
      this.#end({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#failed('code' in error && typeof error.code === 'string' ? error.code : error.name);
  }

  #failed(failure: string): void {
    this.#end({ failure, status: this.#headers === null ? null : this.#status });
  }

  #end(whole: Whole): void {
    this.#cancel();
    if ('failure' in whole) this.#failure = whole.failure;
    this.#chunks = [];
    this.#resolve(whole);
  }
}
