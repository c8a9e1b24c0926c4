import type { Dispatcher } from 'undici';
import type { DumpedAttempt } from './dump.ts';

/** Lets a dump see what a handler is told; the handler is told first, and everything. */
export class DumpTee implements Dispatcher.DispatchHandler {
  readonly #dumped: DumpedAttempt;
  readonly #handler: Dispatcher.DispatchHandler;

  constructor(dumped: DumpedAttempt, handler: Dispatcher.DispatchHandler) {
    this.#dumped = dumped;
    this.#handler = handler;
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
    this.#handler.onResponseStart?.(controller, status, headers, message);
    if (status < 200) return;
    const { rawHeaders } = controller;
    const flat = Array.isArray(rawHeaders) ? rawHeaders : [];
    this.#dumped.response(
      status,
      flat.map((part) => (typeof part === 'string' ? part : part.toString('latin1'))),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
    this.#dumped.data(chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1],
  ): void {
    this.#handler.onResponseEnd?.(controller, trailers);
    this.#dumped.end(null);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
    this.#dumped.end('code' in error && typeof error.code === 'string' ? error.code : error.message);
  }
}
