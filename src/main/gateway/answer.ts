import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Account } from '../../shared/account.ts';
import { type ErrorCode, type GatewayError, gatewayError, messageOf } from '../../shared/errors.ts';
import type { NewTurn } from '../../shared/turn.ts';
import type { AnswerReader, Dialect } from '../dialects/dialect.ts';
import type { Outcome } from '../upstream/failover.ts';
import { LOOP_CODE } from '../upstream/connector.ts';
import {
  type Fault,
  faultOfConnection,
  faultOfEvent,
  faultOfStatus,
  faultWord,
  readErrorSaid,
} from '../upstream/fault.ts';
import { type HeadersDown, headerIn, headersDown } from '../upstream/headers.ts';
import { CodedView } from './coded-view.ts';
import { ErrorCover } from './error-cover.ts';
import { FirstEvent } from './first-event.ts';
import type { House } from './house.ts';
import type { Meter } from './meter.ts';
import type { LastWords, Outlet } from './outlet.ts';
import { endWithError } from './refusal.ts';
import { MAX_ERROR_BODY, cleanError, cleanHeaders, decoded, ownWords, toolStatus } from './upstream-error.ts';
import { say } from '../../shared/sentences.ts';

/** What one answer needs. */
export interface AnswerOptions {
  readonly house: House;
  readonly response: ServerResponse;
  /** The tool's protocol. */
  readonly dialect: Dialect;
  /** The account's. */
  readonly reads: Dialect;
  readonly outlet: Outlet;
  readonly meter: Meter;
  readonly account: Account;
  /** Whether the key is the tool's own. */
  readonly own: boolean;
  /** As this account's upstream knows it. */
  readonly model: string;
  /** The upstream has taken the request: whether its key and account work is known, long before the answer ends. */
  readonly taken: () => void;
  /** Told once, how the attempt ended. */
  readonly ended: (outcome: Outcome) => void;
  /** True where there are several ways: then a failure is told to the corridor, and only on its word to the tool. */
  readonly movable: boolean;
  /** True while another way could take the turn over: then the beginning of a stream is held back. */
  readonly holds: boolean;
}

/** The beginning of a stream is held back at most so long, and up to so many bytes. */
const HELD_MS = 10_000;
const HELD_BYTES = 64 * 1024;

/**
 * One answer on its way from the upstream to the tool. Bytes are gathered per turn of the event loop and leave as one
 * write, as they came; the dialect's reader looks at them first, and the row is committed before the bytes that end the
 * turn are written.
 */
export class Answer implements Dispatcher.DispatchHandler {
  /** Resolves when neither side has anything more to say. */
  readonly done: Promise<void>;
  /** Resolves with why another way should be tried, or with null once this answer is the tool's; at once where no other way is left. */
  readonly settled: Promise<Fault | null>;
  readonly #options: AnswerOptions;
  #resolveDone: () => void = () => undefined;
  #settle: (fault: Fault | null) => void = () => undefined;
  #isSettled: boolean;
  /** Tells the tool what it would have been told without another way; null until the attempt has failed. */
  #passOn: (() => void) | null = null;
  /** Looks at a stream's beginning while that is held back. */
  #first: FirstEvent | null = null;
  #cancelHold: (() => void) | null = null;
  #heldBytes = 0;
  #told = false;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: HeadersDown | null = null;
  #reader: AnswerReader | null = null;
  #coded: CodedView | null = null;
  /** Covers keys in what a good answer says went wrong; null for a coded one. */
  #cover: ErrorCover | null = null;
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
    this.#isSettled = !options.movable;
    this.settled = options.movable
      ? new Promise((resolve) => {
          this.#settle = resolve;
        })
      : SETTLED;
    options.response.once('close', this.#toolClosed);
  }

  /** No other way has answered better: the tool gets what this one said. */
  passOn(): void {
    if (!this.#closed) this.#passOn?.();
  }

  /** Another way has taken the turn over: nothing of this one reaches the tool. */
  discard(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.response.off('close', this.#toolClosed);
    this.#coded?.destroy();
    this.#controller?.abort(new Error('another way has taken the turn over'));
    this.#resolveDone();
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
    if (status < 400) {
      this.#headers = cleanHeaders(this.#headers, this.#options.house.redact);
      this.#begin(this.#headers);
    }
    // A body that never ends must not keep the turn from another way.
    else if (!this.#isSettled) this.#cancelHold = this.#options.house.after(HELD_MS, this.#upstreamError);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#closed) return;
    if (this.#status >= 400) {
      this.#errorSize += chunk.length;
      if (this.#errorSize <= MAX_ERROR_BODY) this.#chunks.push(chunk);
      return;
    }
    this.#chunks.push(chunk);
    if (this.#first === null) this.#schedule();
    else this.#look(this.#first, chunk);
  }

  onResponseEnd(): void {
    this.#ended = true;
    if (this.#closed) return;
    if (this.#status >= 400) this.#upstreamError();
    else if (this.#first !== null) this.#failed(faultOfConnection('ended before its first event'), this.#commit);
    else this.#schedule();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#closed) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const fault = faultOfConnection(code);
    if (this.#reader !== null) {
      const cut = (): void => {
        this.#commitHead();
        this.#cut(code);
      };
      if (this.#first === null) {
        this.#tell({ kind: 'fault', fault });
        cut();
      } else this.#failed(fault, cut);
      return;
    }
    this.#failed(fault, () => {
      this.#unreachable(code);
    });
  }

  #unreachable(code: string): void {
    const { id, baseUrl } = this.#options.account;
    if (code === LOOP_CODE) this.#fail('account_loop', `"${id}" (${baseUrl})`);
    else if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT')
      this.#fail('upstream_timeout', `"${id}" (${baseUrl})`);
    else
      this.#fail(
        'upstream_unreachable',
        `"${id}" (${baseUrl}) could not be reached or broke off: ${code}. Check the account’s base URL, the network, and the provider’s status page.`,
      );
  }

  /** Takes up a good answer; the tool is told at once, or when a stream's beginning has shown that it is one. */
  #begin({ contentType, contentEncoding }: HeadersDown): void {
    const { reads, house } = this.#options;
    const isStream = contentType.startsWith('text/event-stream');
    this.#reader = reads.answerReader(isStream);
    if (contentEncoding === '') this.#cover = new ErrorCover(() => house.redact.stream(true), isStream);
    else {
      this.#coded = CodedView.of(this.#reader, contentEncoding);
      this.#blind = this.#coded === null;
    }
    if (this.#options.holds && isStream && contentEncoding === '') {
      this.#first = new FirstEvent();
      this.#cancelHold = house.after(HELD_MS, this.#commit);
    } else this.#commit();
  }

  #look(first: FirstEvent, chunk: Buffer): void {
    this.#heldBytes += chunk.length;
    const beginning = first.push(chunk);
    if (beginning.kind === 'failure') {
      const { house, model } = this.#options;
      const { said } = beginning;
      // These become the reason that the window shows.
      const clean = { ...said, type: house.redact.text(said.type), code: house.redact.text(said.code) };
      const fault = faultOfEvent(clean, house.now(), model);
      if (fault === null) this.#commit();
      else {
        this.#controller?.pause();
        this.#failed(fault, this.#commit);
      }
    } else if (beginning.kind === 'answer' || this.#heldBytes > HELD_BYTES) this.#commit();
  }

  /** From here on this is the tool's answer: its status and headers leave, as they came. */
  readonly #commit = (): void => {
    if (this.#closed) return;
    this.#commitHead();
    this.#goOn();
    // Without a first byte the headers would wait for it; a stream's tool wants to know at once.
    this.#schedule();
  };

  #commitHead(): void {
    this.#first = null;
    this.#settleWith(null);
    if (!this.#told) this.#options.taken();
    if (this.#headers !== null) this.#options.outlet.begin(this.#status, this.#headers);
  }

  /** The attempt has failed before the tool was told anything: another way is tried, or the tool gets this one's words. */
  #failed(fault: Fault | null, passOn: () => void): void {
    // Of an attempt that has failed, only what there is to say can change: it may break off while another way is waited for.
    if (this.#passOn !== null) {
      this.#passOn = passOn;
      return;
    }
    if (fault === null) this.#tell({ kind: 'answered', firstToken: null, responseId: null });
    else {
      this.#tell({ kind: 'fault', fault });
      this.#options.meter.attemptFailed(this.#status === 0 ? null : this.#status, faultWord(fault));
    }
    this.#passOn = passOn;
    if (fault !== null && !this.#isSettled) {
      this.#settleWith(fault);
      return;
    }
    this.#settleWith(null);
    passOn();
  }

  #settleWith(fault: Fault | null): void {
    this.#cancelHold?.();
    this.#cancelHold = null;
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(fault);
  }

  #tell(outcome: Outcome): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.ended(outcome);
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
    const came = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#chunks = [];
    this.#taken += came?.length ?? 0;
    // Settled now: what comes while a coded piece is being looked at has a flush of its own.
    const ended = this.#ended;
    // Bytes that complete an answer of announced length end it: the tool needs no further sign.
    const last = ended || this.#taken === this.#headers?.contentLength;
    if (this.#coded !== null) {
      this.#flushCoded(this.#coded, came, ended, last);
      return;
    }
    const bytes = this.#cover === null ? came : this.#cover.push(came, last);
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
  #deliver(taken: Buffer | undefined, ended: boolean, last: boolean): void {
    const { house, response, meter, outlet } = this.#options;
    const reader = this.#reader;
    if (ended && reader?.mayEnd === false && !this.#blind) {
      this.#recordEnd(false);
      this.#breakOff(outlet.cut(taken));
      return;
    }
    const bytes = outlet.take(taken, last);
    if (outlet.failure !== null) {
      this.#refuse(outlet.failure);
      return;
    }
    const end = (): void => {
      if (!this.#closed) this.#close(() => response.end(bytes));
    };
    if (reader?.started === true) meter.firstToken();
    if (ended && !this.#recorded) {
      // Nothing more can come, so this row can wait for those of other turns that end in the same moment.
      this.#recorded = true;
      house.recordSoon(this.#endRow(false), end);
      return;
    }
    if (reader?.complete === true || last) this.#recordEnd(false);
    if (ended) {
      end();
      return;
    }
    if (bytes === undefined) {
      outlet.flush();
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
    const facts = this.#reader?.facts;
    if (facts !== undefined) meter.answered(facts);
    if (error !== 'tool_left')
      this.#tell({ kind: 'answered', firstToken: meter.firstTokenAfter, responseId: facts?.responseId ?? null });
    return meter.row({ status, error, partial });
  }

  #isStream(): boolean {
    return this.#headers?.contentType.startsWith('text/event-stream') === true;
  }

  /** The upstream broke in the middle of its answer: the tool must see a break too, never a clean end. */
  #cut(code: string): void {
    const { house, meter } = this.#options;
    // Of a coded answer only what has been looked at may leave.
    const came = this.#coded === null && this.#chunks.length > 0 ? Buffer.concat(this.#chunks) : undefined;
    const rest = this.#cover === null ? came : this.#cover.push(came, true);
    this.#chunks = [];
    if (rest !== undefined && !this.#blind) this.#reader?.push(rest);
    this.#recordEnd(true);
    house.log.warn({ turn: meter.id, account: this.#options.account.id, code }, say('log_answer_broken'));
    this.#breakOff(this.#options.outlet.cut(rest));
  }

  #breakOff({ bytes, endsWell }: LastWords): void {
    const { response, outlet } = this.#options;
    if (outlet.failure !== null) {
      this.#refuse(outlet.failure);
      return;
    }
    this.#close(() => {
      if (bytes === undefined) outlet.flush();
      else response.write(bytes);
      if (endsWell) response.end();
      // After what has been written; without the chunk that would end the body, or short of its announced length.
      else response.socket?.destroySoon();
    });
  }

  /** Ends the turn in the gateway's own words and lets the upstream's answer go, if nothing of it has been sent. */
  refuse(error: GatewayError): void {
    if (this.#closed) return;
    if (this.#options.response.headersSent) this.#breakOff({ bytes: undefined, endsWell: false });
    else this.#refuse(error);
    this.#controller?.abort(new Error(error.code));
  }

  /** Answers with what the upstream said went wrong, before anything else was said. */
  #refuse(error: GatewayError): void {
    this.#record(error.status, this.#reader === null || this.#reader.facts.error === null ? error.code : null, false);
    this.#closeWith(error);
  }

  /** Answers in the gateway's own words, where the upstream has said nothing that could be passed on. */
  #fail(code: ErrorCode, detail: string): void {
    const { house, meter } = this.#options;
    const error = gatewayError(code, detail);
    this.#record(error.status, code, false);
    house.log.warn({ turn: meter.id, account: this.#options.account.id, error: code }, messageOf(code, detail));
    this.#closeWith(error);
  }

  #closeWith(error: GatewayError): void {
    const { response, dialect } = this.#options;
    this.#close(() => {
      endWithError(response, error, dialect);
    });
  }

  /** An upstream's error is whole, or as much of it as is waited for. */
  readonly #upstreamError = (): void => {
    if (this.#closed || this.#passOn !== null) return;
    const { house, model } = this.#options;
    const coding = this.#headers?.contentEncoding ?? '';
    const said = readErrorSaid(decoded(Buffer.concat(this.#chunks), coding, MAX_ERROR_BODY) ?? NOTHING);
    const header = headerIn(this.#headers?.flat ?? []);
    this.#failed(faultOfStatus(this.#status, header, said, house.now(), model), () => {
      this.#sendUpstreamError();
    });
  };

  /** Passes an upstream's error on, without the key it may quote; its 401 is about the gateway's key, unless the tool has brought one. */
  #sendUpstreamError(): void {
    const { house, response, meter, own: isOwn } = this.#options;
    const headers = this.#headers;
    if (headers === null) return;
    const status = toolStatus(this.#status, isOwn);
    const clean = this.#errorSize > MAX_ERROR_BODY ? null : cleanError(this.#chunks, headers, house.redact);
    if (clean === null) {
      this.#fail(
        'upstream_unreachable',
        `"${this.#options.account.id}" answered ${this.#status} with a body that cannot be passed on.`,
      );
      return;
    }
    const error = this.#options.outlet.error(status, clean);
    this.#record(status, `upstream_${this.#status}`, false);
    const { errorRules } = house.settings();
    const own = ownWords(
      errorRules,
      this.#options.account.provider,
      { upstream: this.#status, tool: status },
      error.body,
    );
    if (own !== null || response.headersSent) {
      this.#closeWith(own ?? gatewayError('upstream_failed', `${this.#options.account.id}: status ${this.#status}`));
      return;
    }
    this.#close(() => {
      response.writeHead(status, [...error.headers, 'x-tiergate-turn', meter.id]);
      response.end(error.body);
    });
  }

  readonly #toolClosed = (): void => {
    if (this.#closed) {
      this.#resolveDone();
      return;
    }
    this.#closed = true;
    this.#coded?.destroy();
    this.#controller?.abort(new Error('the tool has left'));
    this.#tell({ kind: 'left' });
    this.#record(this.#status === 0 ? null : this.#status, 'tool_left', true);
    this.#settleWith(null);
    this.#resolveDone();
  };

  #close(finish: () => void): void {
    // Whoever waits to hear whether another way is needed would wait for ever, and keep the turn's slot.
    this.#settleWith(null);
    this.#closed = true;
    this.#coded?.destroy();
    finish();
    if (this.#options.response.destroyed) this.#resolveDone();
  }
}

const NOTHING = Buffer.alloc(0);

const SETTLED = Promise.resolve(null);
