import type { Dispatcher } from 'undici';
import { headerIn } from './headers.ts';
import type { HeaderValues } from './retry-after.ts';

/** Lets somebody see the headers that a handler is told of, before it is. */
export class HeadTee implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #see: (header: HeaderValues) => void;

  constructor(handler: Dispatcher.DispatchHandler, see: (header: HeaderValues) => void) {
    this.#handler = handler;
    this.#see = see;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2],
    message?: string,
  ): void {
    if (status >= 200) {
      const { rawHeaders } = controller;
      const flat = Array.isArray(rawHeaders) ? rawHeaders : [];
      this.#see(headerIn(flat.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))));
    }
    this.#handler.onResponseStart?.(controller, status, headers, message);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1],
  ): void {
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}
