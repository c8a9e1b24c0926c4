import type { Dispatcher } from 'undici';
import { headerIn } from './headers.ts';
import { type AnswerHeaders, PassThrough, headersOf } from './pass-through.ts';
import type { HeaderValues } from './retry-after.ts';

/** Lets somebody see the headers that a handler is told of, before it is. */
export class HeadTee extends PassThrough {
  readonly #see: (header: HeaderValues) => void;

  constructor(handler: Dispatcher.DispatchHandler, see: (header: HeaderValues) => void) {
    super(handler);
    this.#see = see;
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
    message?: string,
  ): void {
    if (status >= 200) this.#see(headerIn(headersOf(controller)));
    super.onResponseStart(controller, status, headers, message);
  }
}
