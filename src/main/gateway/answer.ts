import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Account } from '../../shared/account.ts';
import { type ErrorCode, gatewayError } from '../../shared/errors.ts';
import type { NewTurn } from '../../shared/turn.ts';
import type { AnswerReader, Dialect } from '../dialects/dialect.ts';
import { type HeadersDown, headersDown } from '../upstream/headers.ts';
import { CodedView } from './coded-view.ts';
import type { House } from './house.ts';
import type { Meter } from './meter.ts';
import { sendError } from './refusal.ts';
import { MAX_ERROR_BODY, cleanError } from './upstream-error.ts';

/** What one answer needs. */
export interface AnswerOptions {
  readonly house: House;
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly meter: Meter;
  readonly account: Account;
}

/**
 * One answer on its way from the upstream to the tool. Bytes are gathered per turn of the event loop and leave as one
 * write, as they came; the dialect's reader looks at them first, and the row is committed before the bytes that end the
 * turn are written.
 */
export class Answer implements Dispatcher.DispatchHandler {
  /** Resolves when neither side has anything more to say. */
  readonly done: Promise<void>;
  readonly #options: AnswerOptions;
  #resolveDone: () => void = () => undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: HeadersDown | null = null;
  #reader: AnswerReader | null = null;
  #coded: CodedView | null = null;
  /** True for a coding that nobody here can read: the answer passes, and what it says stays unknown. */
  #blind = false;
  #chunks: Buffer[] = [];
  #errorSize = 0;
  /** How many of the answer's bytes have been taken for the tool, also those that are still being looked at. */
  #taken = 0;
  /** Pieces of a coded answer that are being looked at. */
  #looking = 0;
  #scheduled = false;
  #ended = false;
  #closed = false;
  #recorded = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    options.response.once('close', () => {
      this.#toolClosed();
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The tool may have left while a connection was being made.
    if (this.#closed) controller.abort(new Error('the tool has left'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Informational answers are not the answer.
    if (status < 200) return;
    const { rawHeaders } = controller;
    this.#headers = headersDown(Array.isArray(rawHeaders) ? rawHeaders : []);
    this.#status = status;
    if (status >= 300 && status < 400) {
      this.#fail('upstream_redirect', `"${this.#options.account.id}"`);
      controller.abort(new Error('redirects are not followed'));
      return;
    }
    if (status >= 400) return;
    this.#begin(this.#headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#closed) return;
    if (this.#status >= 400) {
      this.#errorSize += chunk.length;
      if (this.#errorSize <= MAX_ERROR_BODY) this.#chunks.push(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#schedule();
  }

  onResponseEnd(): void {
    this.#ended = true;
    if (this.#closed) return;
    if (this.#status >= 400) this.#sendUpstreamError();
    else this.#schedule();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#closed) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    if (this.#reader !== null) {
      this.#cut(code);
      return;
    }
    const { id, baseUrl } = this.#options.account;
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT')
      this.#fail('upstream_timeout', `"${id}" (${baseUrl})`);
    else
      this.#fail(
        'upstream_unreachable',
        `"${id}" (${baseUrl}) could not be reached or broke off: ${code}. Check the account’s base URL, the network, and the provider’s status page.`,
      );
  }

  /** Sends the status and headers of a good answer as they came. */
  #begin({ flat, contentType, contentEncoding }: HeadersDown): void {
    const { response, dialect, meter } = this.#options;
    this.#reader = dialect.answerReader(contentType.startsWith('text/event-stream'));
    if (contentEncoding !== '') {
      this.#coded = CodedView.of(this.#reader, contentEncoding);
      this.#blind = this.#coded === null;
    }
    response.writeHead(this.#status, [...flat, 'x-tiergate-turn', meter.id]);
    // Without a first byte the headers would wait for it; a stream's tool wants to know at once.
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#closed) return;
    const [first] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#chunks = [];
    this.#taken += bytes?.length ?? 0;
    // Settled now: what comes while a coded piece is being looked at has a flush of its own.
    const ended = this.#ended;
    // Bytes that complete an answer of announced length end it: the tool needs no further sign.
    const last = ended || this.#taken === this.#headers?.contentLength;
    if (this.#coded !== null) {
      this.#flushCoded(this.#coded, bytes, ended, last);
      return;
    }
    const reader = this.#reader;
    if (bytes !== undefined && !this.#blind) reader?.push(bytes);
    if (last) reader?.end();
    this.#deliver(bytes, ended, last);
  };

  #flushCoded(view: CodedView, bytes: Buffer | undefined, ended: boolean, last: boolean): void {
    const deliver = (): void => {
      this.#looking -= 1;
      if (this.#closed) return;
      this.#deliver(bytes, ended, last);
      this.#goOn();
    };
    this.#looking += 1;
    this.#controller?.pause();
    if (bytes === undefined) {
      if (last) view.end(deliver);
      else deliver();
    } else {
      view.push(bytes, () => {
        if (last) view.end(deliver);
        else deliver();
      });
    }
  }

  /** Writes what the reader has looked at; the row first, if these bytes end the turn. */
  #deliver(bytes: Buffer | undefined, ended: boolean, last: boolean): void {
    const { house, response, meter } = this.#options;
    const reader = this.#reader;
    const end = (): void => {
      if (!this.#closed) this.#close(() => response.end(bytes));
    };
    const endsWell = ended && (reader?.mayEnd !== false || this.#blind);
    if (reader?.started === true) meter.firstToken();
    if (endsWell && !this.#recorded) {
      // Nothing more can come, so this row can wait for those of other turns that end in the same moment.
      this.#recorded = true;
      house.recordSoon(this.#endRow(false), end);
      return;
    }
    if (reader?.complete === true || last) this.#recordEnd(false);
    if (endsWell) {
      end();
      return;
    }
    if (ended) {
      this.#breakOff(bytes);
      return;
    }
    if (bytes === undefined) {
      response.flushHeaders();
      return;
    }
    if (!response.write(bytes)) {
      this.#controller?.pause();
      response.once('drain', () => {
        this.#goOn();
      });
    }
  }

  /** Lets the upstream go on once everything so far has been looked at and the tool has taken it. */
  #goOn(): void {
    if (this.#looking === 0 && !this.#options.response.writableNeedDrain) this.#controller?.resume();
  }

  /** Commits the turn's row, once. */
  #record(status: number | null, error: string | null, partial: boolean): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.#options.house.record(this.#row(status, error, partial));
  }

  /** Commits the row of an answer that has come to an end, once. */
  #recordEnd(broken: boolean): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.#options.house.record(this.#endRow(broken));
  }

  /** A stream without its terminal event is partial. */
  #endRow(broken: boolean): NewTurn {
    const reader = this.#reader;
    const partial = reader !== null && !reader.complete && (broken || (this.#isStream() && !this.#blind));
    return this.#row(this.#status, partial && (broken || !reader.mayEnd) ? 'upstream_cut' : null, partial);
  }

  #row(status: number | null, error: string | null, partial: boolean): NewTurn {
    const { meter } = this.#options;
    if (this.#reader !== null) meter.answered(this.#reader.facts);
    return meter.row({ status, error, partial });
  }

  #isStream(): boolean {
    return this.#headers?.contentType.startsWith('text/event-stream') === true;
  }

  /** The upstream broke in the middle of its answer: the tool must see a break too, never a clean end. */
  #cut(code: string): void {
    const { house, meter } = this.#options;
    // Of a coded answer only what has been looked at may leave.
    const rest = this.#coded === null && this.#chunks.length > 0 ? Buffer.concat(this.#chunks) : undefined;
    this.#chunks = [];
    if (rest !== undefined && !this.#blind) this.#reader?.push(rest);
    this.#recordEnd(true);
    house.log.warn({ turn: meter.id, account: this.#options.account.id, code }, 'the upstream broke off an answer');
    this.#breakOff(rest);
  }

  #breakOff(bytes: Buffer | undefined): void {
    const { response } = this.#options;
    this.#close(() => {
      if (bytes === undefined) response.flushHeaders();
      else response.write(bytes);
      // After what has been written; without the chunk that would end the body, or short of its announced length.
      response.socket?.destroySoon();
    });
  }

  /** Answers in the gateway's own words, where the upstream has said nothing that could be passed on. */
  #fail(code: ErrorCode, detail: string): void {
    const { house, response, dialect, meter } = this.#options;
    const error = gatewayError(code, detail);
    this.#record(error.status, code, false);
    house.log.warn({ turn: meter.id, account: this.#options.account.id, error: code }, error.message);
    this.#close(() => {
      sendError(response, error, dialect);
    });
  }

  /** Passes an upstream's error on, without the key it may quote; its 401 is about the gateway's key and not the tool's. */
  #sendUpstreamError(): void {
    const { house, response, meter } = this.#options;
    const headers = this.#headers;
    if (headers === null) return;
    const status = this.#status === 401 ? 502 : this.#status;
    const error = this.#errorSize > MAX_ERROR_BODY ? null : cleanError(this.#chunks, headers, house.redact);
    if (error === null) {
      this.#fail(
        'upstream_unreachable',
        `"${this.#options.account.id}" answered ${this.#status} with a body that cannot be passed on.`,
      );
      return;
    }
    this.#record(status, `upstream_${this.#status}`, false);
    this.#close(() => {
      response.writeHead(status, [...error.headers, 'x-tiergate-turn', meter.id]);
      response.end(error.body);
    });
  }

  #toolClosed(): void {
    if (this.#closed) {
      this.#resolveDone();
      return;
    }
    this.#closed = true;
    this.#coded?.destroy();
    this.#controller?.abort(new Error('the tool has left'));
    this.#record(this.#status === 0 ? null : this.#status, 'tool_left', true);
    this.#resolveDone();
  }

  #close(finish: () => void): void {
    this.#closed = true;
    this.#coded?.destroy();
    finish();
    if (this.#options.response.destroyed) this.#resolveDone();
  }
}
