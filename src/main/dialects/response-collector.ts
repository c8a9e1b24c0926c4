import { applyEdits } from '../envelope/edit.ts';
import { type Occurrence, isFault, scan, textOf } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import { type SseInterest, SseWalker } from './sse.ts';

const ERROR = { code: true, message: true, type: true } as const;
const EVENT = watch({
  type: true,
  item: true,
  output_index: true,
  code: true,
  message: true,
  error: ERROR,
  response: { output: true, error: ERROR },
});

const ITEM_DONE = 'response.output_item.done';
const FAILED = 'response.failed';
const WHOLE: ReadonlySet<string> = new Set(
  ['completed', 'done', 'incomplete', 'cancelled', 'canceled'].map((end) => `response.${end}`),
);

/** Items are kept for a last event without them, up to this many bytes. */
const MAX_ITEMS = 32 * 1024 * 1024;

/** What became of a stream. */
export type Collected =
  | { readonly kind: 'body'; readonly body: Buffer }
  /** The upstream said that it failed, or said more than is kept. */
  | { readonly kind: 'failure'; readonly message: string };

/**
 * Gathers a Responses stream into the one body that a tool gets which did not ask for a stream: the response of the last
 * event in its own bytes, with the items that went before it where that event has none.
 */
export class ResponseCollector implements SseInterest {
  readonly longestName = ITEM_DONE.length;
  readonly #walker = new SseWalker(this);
  readonly #items = new Map<number, Buffer>();
  #size = 0;
  /** Set once the stream has said all that matters. */
  collected: Collected | null = null;

  push(chunk: Buffer): void {
    if (this.collected === null) this.#walker.push(chunk);
  }

  end(): void {
    if (this.collected === null) this.#walker.end();
  }

  wants(event: string | null): boolean {
    return event === null || event === ITEM_DONE || event === FAILED || event === 'error' || WHOLE.has(event);
  }

  payload(data: Buffer): boolean {
    if (this.collected !== null) return true;
    const envelope = scan(data, EVENT);
    // `[DONE]`, or the first of several lines.
    if (isFault(envelope)) return false;
    const last = (path: string): Occurrence | undefined =>
      envelope.occurrences.findLast((one) => one.path === path && one.exact);
    const text = (path: string): string | null => {
      const member = last(path);
      return member === undefined ? null : textOf(data, member);
    };
    const type = text('type') ?? '';
    const response = last('response');
    if (type === ITEM_DONE) this.#keep(data, last('item'), last('output_index'));
    else if (type === FAILED || type === 'error') {
      const code = text('response.error.code') ?? text('error.code') ?? text('code') ?? text('error.type');
      const message = text('response.error.message') ?? text('error.message') ?? text('message');
      this.#fail(message ?? code ?? 'The upstream says that it failed.');
    } else if (WHOLE.has(type) && response?.kind === 'object') this.#whole(data, response, last('response.output'));
    return true;
  }

  overlong(event: string | null): void {
    if (event === null || !this.wants(event)) return;
    this.#fail('The upstream’s answer is too large to be gathered; ask for a stream.');
  }

  #keep(data: Buffer, item: Occurrence | undefined, index: Occurrence | undefined): void {
    if (item === undefined) return;
    // A copy: a slice would keep the whole chunk it came in.
    const bytes = Buffer.from(data.subarray(item.valueStart, item.valueEnd));
    this.#size += bytes.length;
    const place = index === undefined ? NaN : Number(data.toString('latin1', index.valueStart, index.valueEnd));
    if (this.#size <= MAX_ITEMS) this.#items.set(Number.isInteger(place) ? place : this.#items.size, bytes);
  }

  #whole(data: Buffer, { valueStart, valueEnd }: Occurrence, output: Occurrence | undefined): void {
    const body = data.subarray(valueStart, valueEnd);
    const isBare =
      output?.kind === 'array' && data.toString('latin1', output.valueStart + 1, output.valueEnd - 1).trim() === '';
    if (!isBare || this.#items.size === 0) {
      this.collected = { kind: 'body', body: Buffer.from(body) };
    } else if (this.#size > MAX_ITEMS) {
      this.#fail('The upstream’s answer is too large to be gathered; ask for a stream.');
    } else {
      const items = [...this.#items].sort(([a], [b]) => a - b).map(([, item]) => item.toString());
      const at = output.valueStart + 1 - valueStart;
      this.collected = { kind: 'body', body: applyEdits(body, [{ start: at, end: at, text: items.join(',') }]) };
    }
    this.#items.clear();
  }

  #fail(message: string): void {
    this.#items.clear();
    this.collected = { kind: 'failure', message };
  }
}
