import type { Dispatcher } from 'undici';
import { type HeadersDown, headersDown } from '../upstream/headers.ts';
import type { House } from './house.ts';

/** An answer that has come whole, or why none has. */
export type Whole =
  | { readonly status: number; readonly headers: HeadersDown; readonly body: Buffer }
  /** A code of the connection, `timeout`, `too large` or `left`. */
  | { readonly failure: string };

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

  constructor(house: Pick<House, 'after'>, limit: number, patienceMs: number) {
    this.#limit = limit;
    this.whole = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#cancel = house.after(patienceMs, () => {
      this.giveUp('timeout');
    });
  }

  /** Waits no longer. */
  giveUp(why: string): void {
    this.#end({ failure: why });
    this.#controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(new Error(this.#failure));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    const { rawHeaders } = controller;
    this.#status = status;
    this.#headers = headersDown(Array.isArray(rawHeaders) ? rawHeaders : []);
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
    this.#end({ failure: 'code' in error && typeof error.code === 'string' ? error.code : error.name });
  }

  #end(whole: Whole): void {
    this.#cancel();
    if ('failure' in whole) this.#failure = whole.failure;
    this.#chunks = [];
    this.#resolve(whole);
  }
}
