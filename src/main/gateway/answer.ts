import type { Dispatcher } from 'undici';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Outcome } from '../upstream/failover.ts';
import { type Fault, faultOfConnection, faultOfEvent, faultOfStatus } from '../upstream/fault.ts';
import { type HeadersDown, headerIn, headersDown } from '../upstream/headers.ts';
import { headersOf } from '../upstream/pass-through.ts';
import { AnswerSource } from './answer-source.ts';
import { AnswerView } from './answer-view.ts';
import { plainHeaders } from './coded-answer.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import { FirstEvent } from './first-event.ts';
import { Settlement } from './settlement.ts';
import { ERROR_BODY_MS, ErrorBody, cleanHeaders, connectionError, ownWords, toolStatus } from './upstream-error.ts';

/** What one answer needs. */
export interface AnswerOptions extends DeliveryOptions {
  /** The account's protocol. */
  readonly reads: Dialect;
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

/** The beginning of a stream is held back at most so long. */
const HELD_MS = 10_000;

/** And up to so many bytes: an upstream repeats the instructions and the tools in each of the events it begins with. */
const HELD_BYTES = 1024 * 1024;

/**
 * One upstream's answer to one attempt: what it says tells whether it is the tool's, and then it is delivered, or whether
 * another way is tried.
 */
export class Answer implements Dispatcher.DispatchHandler {
  readonly #options: AnswerOptions;
  readonly #settlement: Settlement;
  readonly #source = new AnswerSource();
  readonly #delivery: Delivery;
  /** Looks at a stream's beginning while that is held back. */
  #first: FirstEvent | null = null;
  #heldBytes = 0;
  #headers: HeadersDown | null = null;
  readonly #error = new ErrorBody();

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#settlement = new Settlement(options);
    this.#delivery = new Delivery(options, this.#settlement, this.#source);
  }

  /** Resolves when neither side has anything more to say. */
  get done(): Promise<void> {
    return this.#delivery.done;
  }

  /** Resolves with why another way should be tried, or with null once this answer is the tool's. */
  get settled(): Promise<Fault | null> {
    return this.#settlement.settled;
  }

  /** No other way has answered better: the tool gets what this one said. */
  passOn(): void {
    if (!this.#delivery.isClosed) this.#settlement.passOn();
  }

  /** Another way has taken the turn over: nothing of this one reaches the tool. */
  discard(): void {
    if (this.#delivery.isClosed) return;
    this.#delivery.discard();
    this.#source.abort('another way has taken the turn over');
  }

  /** Ends the turn in the gateway's own words and lets the upstream's answer go. */
  refuse(error: GatewayError): void {
    if (this.#delivery.isClosed) return;
    this.#delivery.refuse(error);
    this.#source.abort(error.code);
  }

  /** 0 until the upstream has answered. */
  get #status(): number {
    return this.#delivery.status ?? 0;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#source.begin(controller);
    // The tool may have left while a connection was being made.
    if (this.#delivery.isClosed) this.#source.abort('the tool has left');
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Informational answers are not the answer.
    if (status < 200) return;
    this.#headers = headersDown(headersOf(controller));
    this.#delivery.answered(status);
    if (status >= 300 && status < 400) {
      this.#delivery.fail('upstream_redirect', `"${this.#options.account.id}"`);
      this.#source.abort('redirects are not followed');
      return;
    }
    if (status < 400) this.#begin(cleanHeaders(this.#headers, this.#options.house.redact));
    else this.#settlement.holdWith(this.#options.house.after(ERROR_BODY_MS, this.#upstreamError));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#delivery.isClosed) return;
    if (this.#status < 400) this.#source.push(chunk, this.#came);
    else if (!this.#error.push(chunk)) this.#upstreamError();
  }

  readonly #came = (chunk: Buffer): void => {
    if (this.#delivery.isClosed) return;
    this.#delivery.gather(chunk);
    if (this.#first === null) this.#delivery.schedule();
    else this.#look(this.#first, chunk);
  };

  onResponseEnd(): void {
    if (!this.#delivery.isClosed) this.#source.end(this.#over);
  }

  readonly #over = (): void => {
    if (this.#delivery.isClosed) return;
    if (this.#status >= 400) this.#upstreamError();
    else if (this.#first !== null) this.#failed(faultOfConnection('ended before its first event'), this.#commit);
    else this.#delivery.schedule();
  };

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#delivery.isClosed) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    this.#source.broke(() => {
      this.#broke(code);
    });
  }

  #broke(code: string): void {
    if (this.#delivery.isClosed) return;
    const fault = faultOfConnection(code);
    if (!this.#delivery.hasBegun) {
      this.#failed(fault, () => {
        this.#delivery.fail(...connectionError(this.#options.account, code));
      });
      return;
    }
    const cut = (): void => {
      this.#commitHead();
      this.#delivery.cut(code);
    };
    if (this.#first === null) {
      this.#settlement.tell({ kind: 'fault', fault });
      cut();
    } else this.#failed(fault, cut);
  }

  /** Takes up a good answer; the tool is told at once, or when a stream's beginning has shown that it is one. */
  #begin(headers: HeadersDown): void {
    const { reads, house, holds, account } = this.#options;
    const { contentEncoding: coding } = headers;
    const plain = coding === '' ? headers : plainHeaders(headers);
    this.#headers = plain;
    if (coding !== '' && !this.#decodes(coding)) {
      this.#delivery.fail('upstream_unreachable', `"${account.id}" answered in a coding that was not asked for.`);
      this.#source.abort('a coding that cannot be read');
      return;
    }
    const view = new AnswerView(reads, headers, house.redact);
    this.#delivery.begin(view, plain.contentLength);
    if (holds && view.isStream) {
      this.#first = new FirstEvent();
      this.#settlement.holdWith(house.after(HELD_MS, this.#commit));
    } else this.#commit();
  }

  #decodes(coding: string): boolean {
    return this.#source.decode(coding, {
      data: this.#came,
      drained: () => {
        this.#delivery.goOn();
      },
      broken: (code) => {
        this.#broke(code);
        this.#source.abort(code);
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
        this.#source.pause();
        this.#failed(fault, this.#commit);
      }
    } else if (beginning.kind === 'answer' || this.#heldBytes > HELD_BYTES) this.#commit();
  }

  /** From here on this is the tool's answer: its status and headers leave, as they came. */
  readonly #commit = (): void => {
    if (this.#delivery.isClosed) return;
    this.#commitHead();
    this.#delivery.goOn();
    // Without a first byte the headers would wait for it; a stream's tool wants to know at once.
    this.#delivery.schedule();
  };

  #commitHead(): void {
    this.#first = null;
    this.#settlement.settle(null);
    if (!this.#settlement.isTold) this.#options.taken();
    if (this.#headers !== null) this.#options.outlet.begin(this.#status, this.#headers);
  }

  #failed(fault: Fault | null, passOn: () => void): void {
    this.#settlement.fail(fault, this.#delivery.status, passOn);
  }

  /** An upstream's error is whole, or as much of it as is waited for. */
  readonly #upstreamError = (): void => {
    if (this.#delivery.isClosed || this.#settlement.hasFailed) return;
    const { house, model } = this.#options;
    const said = this.#error.said(this.#headers?.contentEncoding ?? '');
    const header = headerIn(this.#headers?.flat ?? []);
    this.#failed(faultOfStatus(this.#status, header, said, house.now(), model), () => {
      this.#sendUpstreamError();
      if (!this.#source.isOver) this.#source.abort('no more of its error is wanted');
    });
  };

  /** Passes an upstream's error on, without the key it may quote; its 401 is about the gateway's key, unless the tool has brought one. */
  #sendUpstreamError(): void {
    const { house, response, meter, own: isOwn, account, outlet } = this.#options;
    const headers = this.#headers;
    if (headers === null) return;
    const upstream = this.#status;
    const status = toolStatus(upstream, isOwn);
    const clean = this.#error.clean(headers, house.redact);
    if (clean === null) {
      this.#delivery.fail(
        'upstream_unreachable',
        `"${account.id}" answered ${upstream} with a body that cannot be passed on.`,
      );
      return;
    }
    const error = outlet.error(status, clean);
    this.#delivery.record(status, `upstream_${upstream}`, false);
    const own = ownWords(house.settings().errorRules, account.provider, { upstream, tool: status }, error.body);
    if (own !== null || response.headersSent) {
      this.#delivery.closeWith(own ?? gatewayError('upstream_failed', `${account.id}: status ${upstream}`));
      return;
    }
    this.#delivery.close(() => {
      response.writeHead(status, [...error.headers, 'x-tiergate-turn', meter.id]);
      response.end(error.body);
    });
  }
}
