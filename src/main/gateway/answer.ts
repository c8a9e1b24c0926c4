import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Account } from '../../shared/account.ts';
import { type ErrorCode, type GatewayError, gatewayError, messageOf } from '../../shared/errors.ts';
import type { NewTurn } from '../../shared/turn.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Outcome } from '../upstream/failover.ts';
import { type Fault, faultOfConnection, faultOfEvent, faultOfStatus } from '../upstream/fault.ts';
import { type HeadersDown, headerIn, headersDown } from '../upstream/headers.ts';
import { headersOf } from '../upstream/pass-through.ts';
import { AnswerView } from './answer-view.ts';
import { CodedAnswer, plainHeaders } from './coded-answer.ts';
import { FirstEvent } from './first-event.ts';
import type { House } from './house.ts';
import type { Meter } from './meter.ts';
import type { LastWords, Outlet } from './outlet.ts';
import { endWithError } from './refusal.ts';
import { Settlement } from './settlement.ts';
import { ERROR_BODY_MS, ErrorBody, cleanHeaders, connectionError, ownWords, toolStatus } from './upstream-error.ts';
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
  readonly #options: AnswerOptions;
  readonly #settlement: Settlement;
  #resolveDone: () => void = () => undefined;
  /** Looks at a stream's beginning while that is held back. */
  #first: FirstEvent | null = null;
  #heldBytes = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: HeadersDown | null = null;
  /** Null until a good answer begins. */
  #view: AnswerView | null = null;
  /** Takes the coding off a good answer that came coded. */
  #coded: CodedAnswer | null = null;
  readonly #error = new ErrorBody();
  #chunks: Buffer[] = [];
  /** How many of the answer's bytes have been taken for the tool. */
  #taken = 0;
  #scheduled = false;
  #ended = false;
  #closed = false;
  #recorded = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.#settlement = new Settlement(options);
    options.response.once('close', this.#toolClosed);
  }

  /** Resolves with why another way should be tried, or with null once this answer is the tool's. */
  get settled(): Promise<Fault | null> {
    return this.#settlement.settled;
  }

  /** No other way has answered better: the tool gets what this one said. */
  passOn(): void {
    if (!this.#closed) this.#settlement.passOn();
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
    this.#headers = headersDown(headersOf(controller));
    this.#status = status;
    if (status >= 300 && status < 400) {
      this.#fail('upstream_redirect', `"${this.#options.account.id}"`);
      controller.abort(new Error('redirects are not followed'));
      return;
    }
    if (status < 400) this.#begin(cleanHeaders(this.#headers, this.#options.house.redact));
    else this.#settlement.holdWith(this.#options.house.after(ERROR_BODY_MS, this.#upstreamError));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#closed) return;
    if (this.#status >= 400) {
      if (!this.#error.push(chunk)) this.#upstreamError();
      return;
    }
    if (this.#coded === null) this.#came(chunk);
    else {
      this.#coded.push(chunk);
      if (this.#coded.isFull) this.#controller?.pause();
    }
  }

  readonly #came = (chunk: Buffer): void => {
    if (this.#closed) return;
    this.#chunks.push(chunk);
    if (this.#first === null) this.#schedule();
    else this.#look(this.#first, chunk);
  };

  onResponseEnd(): void {
    if (this.#coded === null || this.#closed) this.#over();
    else
      this.#coded.end(() => {
        this.#over();
      });
  }

  #over(): void {
    this.#ended = true;
    if (this.#closed) return;
    if (this.#status >= 400) this.#upstreamError();
    else if (this.#first !== null) this.#failed(faultOfConnection('ended before its first event'), this.#commit);
    else this.#schedule();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#closed) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    if (this.#coded === null) this.#broke(code);
    else
      this.#coded.end(() => {
        this.#broke(code);
      });
  }

  #broke(code: string): void {
    if (this.#closed) return;
    const fault = faultOfConnection(code);
    if (this.#view !== null) {
      const cut = (): void => {
        this.#commitHead();
        this.#cut(code);
      };
      if (this.#first === null) {
        this.#settlement.tell({ kind: 'fault', fault });
        cut();
      } else this.#failed(fault, cut);
      return;
    }
    this.#failed(fault, () => {
      this.#fail(...connectionError(this.#options.account, code));
    });
  }

  /** Takes up a good answer; the tool is told at once, or when a stream's beginning has shown that it is one. */
  #begin(headers: HeadersDown): void {
    const { reads, house, holds, account } = this.#options;
    const { contentEncoding: coding } = headers;
    this.#headers = coding === '' ? headers : plainHeaders(headers);
    if (coding !== '') {
      this.#coded = this.#decoding(coding);
      if (this.#coded === null) {
        this.#fail('upstream_unreachable', `"${account.id}" answered in a coding that was not asked for.`);
        this.#controller?.abort(new Error('a coding that cannot be read'));
        return;
      }
    }
    const view = new AnswerView(reads, headers, house.redact);
    this.#view = view;
    if (holds && view.isStream) {
      this.#first = new FirstEvent();
      this.#settlement.holdWith(house.after(HELD_MS, this.#commit));
    } else this.#commit();
  }

  #decoding(coding: string): CodedAnswer | null {
    return CodedAnswer.of(coding, {
      data: this.#came,
      drained: () => {
        this.#goOn();
      },
      broken: (code) => {
        this.#broke(code);
        this.#controller?.abort(new Error(code));
      },
    });
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
        this.#pause();
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
    this.#settlement.settle(null);
    if (!this.#settlement.isTold) this.#options.taken();
    if (this.#headers !== null) this.#options.outlet.begin(this.#status, this.#headers);
  }

  #failed(fault: Fault | null, passOn: () => void): void {
    this.#settlement.fail(fault, this.#status === 0 ? null : this.#status, passOn);
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
    const ended = this.#ended;
    // Bytes that complete an answer of announced length end it: the tool needs no further sign.
    const last = ended || this.#taken === this.#headers?.contentLength;
    const view = this.#view;
    this.#deliver(view === null ? came : view.look(came, last), ended, last);
  };

  /** Writes what the reader has looked at; the row first, if these bytes end the turn. */
  #deliver(taken: Buffer | undefined, ended: boolean, last: boolean): void {
    const { house, response, meter, outlet } = this.#options;
    const view = this.#view;
    if (ended && view?.mayEnd === false) {
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
    if (view?.started === true) meter.firstToken();
    if (ended && !this.#recorded) {
      // Nothing more can come, so this row can wait for those of other turns that end in the same moment.
      this.#recorded = true;
      house.recordSoon(this.#endRow(false), end);
      return;
    }
    if (view?.complete === true || last) this.#recordEnd(false);
    if (ended) {
      end();
      return;
    }
    if (bytes === undefined) {
      outlet.flush();
      return;
    }
    if (!response.write(bytes)) {
      this.#pause();
      response.once('drain', () => {
        this.#goOn();
      });
    }
  }

  #pause(): void {
    this.#controller?.pause();
    this.#coded?.pause();
  }

  /** Lets the upstream go on once the tool has taken what there is. */
  #goOn(): void {
    if (this.#options.response.writableNeedDrain) return;
    this.#coded?.resume();
    if (this.#coded?.isFull !== true) this.#controller?.resume();
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
    const view = this.#view;
    const partial = view !== null && (view.isOpen || (broken && !view.complete));
    return this.#row(this.#status, partial && (broken || !view.mayEnd) ? 'upstream_cut' : null, partial);
  }

  #row(status: number | null, error: string | null, partial: boolean): NewTurn {
    const { meter } = this.#options;
    const facts = this.#view?.facts;
    if (facts !== undefined) meter.answered(facts);
    if (error !== 'tool_left')
      this.#settlement.tell({
        kind: 'answered',
        firstToken: meter.firstTokenAfter,
        responseId: facts?.responseId ?? null,
      });
    return meter.row({ status, error, partial });
  }

  /** The upstream broke in the middle of its answer: the tool must see a break too, never a clean end. */
  #cut(code: string): void {
    const { house, meter } = this.#options;
    const came = this.#chunks.length > 0 ? Buffer.concat(this.#chunks) : undefined;
    const rest = this.#view === null ? came : this.#view.cut(came);
    this.#chunks = [];
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
    this.#record(error.status, (this.#view?.facts.error ?? null) === null ? error.code : null, false);
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
    if (this.#closed || this.#settlement.hasFailed) return;
    const { house, model } = this.#options;
    const said = this.#error.said(this.#headers?.contentEncoding ?? '');
    const header = headerIn(this.#headers?.flat ?? []);
    this.#failed(faultOfStatus(this.#status, header, said, house.now(), model), () => {
      this.#sendUpstreamError();
      if (!this.#ended) this.#controller?.abort(new Error('no more of its error is wanted'));
    });
  };

  /** Passes an upstream's error on, without the key it may quote; its 401 is about the gateway's key, unless the tool has brought one. */
  #sendUpstreamError(): void {
    const { house, response, meter, own: isOwn } = this.#options;
    const headers = this.#headers;
    if (headers === null) return;
    const status = toolStatus(this.#status, isOwn);
    const clean = this.#error.clean(headers, house.redact);
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
    this.#settlement.tell({ kind: 'left' });
    this.#record(this.#status === 0 ? null : this.#status, 'tool_left', true);
    this.#settlement.settle(null);
    this.#resolveDone();
  };

  #close(finish: () => void): void {
    // Whoever waits to hear whether another way is needed would wait for ever, and keep the turn's slot.
    this.#settlement.settle(null);
    this.#closed = true;
    this.#coded?.destroy();
    finish();
    if (this.#options.response.destroyed) this.#resolveDone();
  }
}
