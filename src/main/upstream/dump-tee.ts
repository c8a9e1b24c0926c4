import type { Dispatcher } from 'undici';
import type { DumpedAttempt } from './dump.ts';
import { type AnswerHeaders, type AnswerTrailers, PassThrough, headersOf } from './pass-through.ts';

/** Lets a dump see what a handler is told; the handler is told first, and everything. */
export class DumpTee extends PassThrough {
  readonly #dumped: DumpedAttempt;

  constructor(dumped: DumpedAttempt, handler: Dispatcher.DispatchHandler) {
    super(handler);
    this.#dumped = dumped;
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
    message?: string,
  ): void {
    super.onResponseStart(controller, status, headers, message);
    if (status >= 200) this.#dumped.response(status, headersOf(controller));
  }

  override onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    super.onResponseData(controller, chunk);
    this.#dumped.data(chunk);
  }

  override onResponseEnd(controller: Dispatcher.DispatchController, trailers: AnswerTrailers): void {
    super.onResponseEnd(controller, trailers);
    this.#dumped.end(null);
  }

  override onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    super.onResponseError(controller, error);
    this.#dumped.end('code' in error && typeof error.code === 'string' ? error.code : error.message);
  }
}
