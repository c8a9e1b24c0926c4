import type { ServerResponse } from 'node:http';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { UsageFilter } from '../dialects/chat-usage.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { AnswerTranslator, Translation } from '../dialects/translate/translation.ts';
import type { HeadersDown } from '../upstream/headers.ts';
import type { CleanError } from './upstream-error.ts';

/** What is left to send when an upstream broke off, and whether the tool's answer may then end like a good one. */
export interface LastWords {
  readonly bytes: Buffer | undefined;
  readonly endsWell: boolean;
}

/** The way of an answer's bytes to the tool, after the meter has looked at them. */
export interface Outlet {
  /** A good answer begins. */
  begin(status: number, headers: HeadersDown): void;
  /** What is to go for the next bytes; `last` says that no more will come. */
  take(bytes: Buffer | undefined, last: boolean): Buffer | undefined;
  /** Sends what can be sent of headers that wait for their first byte. */
  flush(): void;
  /** The upstream broke off. */
  cut(bytes: Buffer | undefined): LastWords;
  /** Set when the answer turned out to be a failure before anything of it was sent. */
  readonly failure: GatewayError | null;
  /** An upstream's error as the tool is to see it. */
  error(status: number, error: CleanError): CleanError;
}

/** Tells the tool which of its members did not go up; nothing where all did. */
export function leftOutHeader(leftOut: readonly string[]): string[] {
  return leftOut.length === 0 ? [] : ['x-tiergate-left-out', leftOut.join(', ').replaceAll(/[^\x20-\x7e]/g, '?')];
}

/** What a straight way needs. */
export interface StraightOptions {
  readonly response: ServerResponse;
  readonly turn: string;
  readonly dialect: Dialect;
  /** Keeps from the tool what it did not ask for; null where there is nothing of that. */
  readonly filter: UsageFilter | null;
  /** Members of the request that did not go up. */
  readonly leftOut: readonly string[];
}

/** The straight way: bytes leave as they came. */
export class StraightOutlet implements Outlet {
  readonly failure = null;
  readonly #response: ServerResponse;
  readonly #turn: string;
  readonly #dialect: Dialect;
  #streams = false;
  /** The last bytes that were sent, as far as they tell whether an event is whole. */
  #tail = '';
  /** Keeps from the tool what it did not ask for. */
  #filter: UsageFilter | null;
  readonly #leftOut: readonly string[];

  constructor({ response, turn, dialect, filter, leftOut }: StraightOptions) {
    this.#response = response;
    this.#turn = turn;
    this.#dialect = dialect;
    this.#filter = filter;
    this.#leftOut = leftOut;
  }

  begin(status: number, { flat, contentType }: HeadersDown): void {
    this.#streams = contentType.startsWith('text/event-stream');
    if (!this.#streams) this.#filter = null;
    // Whoever waited for a slot has had the head of a stream already.
    if (this.#response.headersSent) return;
    // A stream may get a last event of the gateway's own, or lose what was not asked for.
    const kept = this.#streams ? withoutLength(flat) : flat;
    this.#response.writeHead(status, [...kept, ...leftOutHeader(this.#leftOut), 'x-tiergate-turn', this.#turn]);
  }

  take(bytes: Buffer | undefined, last: boolean): Buffer | undefined {
    const out = this.#filter === null ? bytes : filtered(this.#filter, bytes, last);
    if (out !== undefined && this.#streams)
      this.#tail = (this.#tail + out.toString('latin1', Math.max(0, out.length - 4))).slice(-4);
    return out;
  }

  flush(): void {
    this.#response.flushHeaders();
  }

  /** Between two events there is room for one that says what happened; the connection breaks all the same. */
  cut(bytes: Buffer | undefined): LastWords {
    const rest = this.take(bytes, true);
    const room = this.#streams && (this.#tail === '' || this.#tail.endsWith('\n\n') || this.#tail.endsWith('\n\r\n'));
    if (!room) return { bytes: rest, endsWell: false };
    const event = Buffer.from(this.#dialect.errorEvent(gatewayError('upstream_cut')));
    return { bytes: rest === undefined ? event : Buffer.concat([rest, event]), endsWell: false };
  }

  error(_: number, error: CleanError): CleanError {
    return error;
  }
}

function withoutLength(flat: readonly string[]): string[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() !== 'content-length' ? [name, flat[index + 1] ?? ''] : [],
  );
}

function filtered(filter: UsageFilter, bytes: Buffer | undefined, last: boolean): Buffer | undefined {
  const out = bytes === undefined ? [] : [filter.push(bytes)];
  if (last) out.push(filter.end());
  const all = Buffer.concat(out);
  return all.length === 0 ? undefined : all;
}

/** What a translated way needs. */
export interface TranslatedOptions {
  readonly response: ServerResponse;
  readonly turn: string;
  readonly translation: Translation;
  readonly translator: AnswerTranslator;
  readonly streams: boolean;
  /** Hints of the request that were left out. */
  readonly leftOut: readonly string[];
}

/** The way through a translation: what comes in one protocol leaves in the other. */
export class TranslatedOutlet implements Outlet {
  readonly #options: TranslatedOptions;
  #headers: string[] = [];
  #begun = false;
  #ended = false;

  constructor(options: TranslatedOptions) {
    this.#options = options;
  }

  get failure(): GatewayError | null {
    return this.#begun ? null : this.#options.translator.failure;
  }

  begin(_: number, { flat }: HeadersDown): void {
    this.#headers = [];
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = flat[index] ?? '';
      if (!/^content-|^openai-|^cache-control$/i.test(name)) this.#headers.push(name, flat[index + 1] ?? '');
    }
  }

  take(bytes: Buffer | undefined, last: boolean): Buffer | undefined {
    const { translator, streams } = this.#options;
    const more = bytes === undefined ? '' : translator.push(bytes);
    const text = last && !this.#ended ? more + translator.end() : more;
    this.#ended ||= last;
    if (this.failure !== null || text === '') return undefined;
    const out = Buffer.from(text);
    if (!this.#begun) this.#writeHead(streams ? null : out.length);
    return out;
  }

  flush(): void {
    // What the answer will be is not known before its first word.
  }

  cut(bytes: Buffer | undefined): LastWords {
    const before = this.take(bytes, false);
    const after = Buffer.from(this.#options.translator.cut(gatewayError('upstream_cut')));
    if (this.failure !== null) return { bytes: undefined, endsWell: false };
    if (!this.#begun) this.#writeHead(null);
    return { bytes: before === undefined ? after : Buffer.concat([before, after]), endsWell: true };
  }

  error(status: number, { headers, body }: CleanError): CleanError {
    const { body: text } = this.#options.translation.error(status, body);
    const clean = Buffer.from(text);
    const kept = headers.flatMap((name, index) =>
      index % 2 === 0 && !/^content-/i.test(name) ? [name, headers[index + 1] ?? ''] : [],
    );
    return {
      headers: [...kept, 'content-type', 'application/json', 'content-length', String(clean.length)],
      body: clean,
    };
  }

  #writeHead(length: number | null): void {
    const { response, turn, streams, leftOut } = this.#options;
    this.#begun = true;
    if (response.headersSent) return;
    response.writeHead(200, [
      ...this.#headers,
      ...['content-type', streams ? 'text/event-stream; charset=utf-8' : 'application/json'],
      ...(length === null ? ['cache-control', 'no-cache'] : ['content-length', String(length)]),
      ...leftOutHeader(leftOut),
      ...['x-tiergate-turn', turn],
    ]);
  }
}
