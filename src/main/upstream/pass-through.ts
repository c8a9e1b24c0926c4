import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;

/** What the headers of an answer are told with. */
export type AnswerHeaders = Parameters<NonNullable<Handler['onResponseStart']>>[2];

/** What may follow an answer. */
export type AnswerTrailers = Parameters<NonNullable<Handler['onResponseEnd']>>[1];

/** Tells a handler everything that it is told itself; what looks on extends it. */
export class PassThrough implements Handler {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
    message?: string,
  ): void {
    this.#handler.onResponseStart?.(controller, status, headers, message);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: AnswerTrailers): void {
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}

/** The headers as they came: name, value, name, value. */
export function headersOf({ rawHeaders }: Pick<Dispatcher.DispatchController, 'rawHeaders'>): string[] {
  const flat = Array.isArray(rawHeaders) ? rawHeaders : [];
  return flat.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}
