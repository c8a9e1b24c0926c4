import type { ServerResponse } from 'node:http';
import type { Account } from '../../shared/account.ts';
import { type ErrorCode, type GatewayError, gatewayError, messageOf } from '../../shared/errors.ts';
import { say } from '../../shared/sentences.ts';
import type { NewTurn } from '../../shared/turn.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { AnswerSource } from './answer-source.ts';
import type { AnswerView } from './answer-view.ts';
import type { House } from './house.ts';
import type { Meter } from './meter.ts';
import type { LastWords, Outlet } from './outlet.ts';
import { endWithError } from './refusal.ts';
import type { Settlement } from './settlement.ts';

/** What a delivery needs. */
export interface DeliveryOptions {
  readonly house: House;
  readonly response: ServerResponse;
  /** The tool's protocol. */
  readonly dialect: Dialect;
  readonly outlet: Outlet;
  readonly meter: Meter;
  readonly account: Account;
}

/**
 * One answer's way to its tool, and its row. Bytes are gathered per turn of the event loop and leave as one write, as they
 * came; the dialect's reader looks at them first, and the row is committed before the bytes that end the turn are written.
 */
export class Delivery {
  /** Resolves when neither side has anything more to say. */
  readonly done: Promise<void>;
  readonly #options: DeliveryOptions;
  readonly #settlement: Settlement;
  readonly #source: AnswerSource;
  #resolveDone: () => void = () => undefined;
  #status: number | null = null;
  /** Null until a good answer begins. */
  #view: AnswerView | null = null;
  /** The answer's announced length in bytes. */
  #length: number | null = null;
  #chunks: Buffer[] = [];
  /** How many of the answer's bytes have been taken for the tool. */
  #taken = 0;
  #scheduled = false;
  #closed = false;
  #recorded = false;

  constructor(options: DeliveryOptions, settlement: Settlement, source: AnswerSource) {
    this.#options = options;
    this.#settlement = settlement;
    this.#source = source;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    options.response.once('close', this.#toolClosed);
  }

  /** The upstream's status; null until it has answered. */
  get status(): number | null {
    return this.#status;
  }

  /** True once a good answer has begun. */
  get hasBegun(): boolean {
    return this.#view !== null;
  }

  /** True once nothing more of this answer reaches the tool. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The upstream has answered with this status. */
  answered(status: number): void {
    this.#status = status;
  }

  /** A good answer begins: what it is read with, and its announced length. */
  begin(view: AnswerView, length: number | null): void {
    this.#view = view;
    this.#length = length;
  }

  /** Keeps what came until it is sent. */
  gather(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  /** Sends what came, or the end, once everything has come that comes in this moment. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#closed) return;
    const came = this.#gathered();
    this.#taken += came?.length ?? 0;
    const ended = this.#source.isOver;
    // Bytes that complete an answer of announced length end it: the tool needs no further sign.
    const last = ended || this.#taken === this.#length;
    const view = this.#view;
    this.#deliver(view === null ? came : view.look(came, last), ended, last);
  };

  #gathered(): Buffer | undefined {
    const [first] = this.#chunks;
    const came = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#chunks = [];
    return came;
  }

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
      if (!this.#closed) this.close(() => response.end(bytes));
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
      this.#source.pause();
      response.once('drain', () => {
        this.goOn();
      });
    }
  }

  /** Lets the upstream go on once the tool has taken what there is. */
  goOn(): void {
    if (!this.#options.response.writableNeedDrain) this.#source.resume();
  }

  /** The upstream broke in the middle of its answer: the tool must see a break too, never a clean end. */
  cut(code: string): void {
    const { house, meter, account, outlet } = this.#options;
    const came = this.#gathered();
    const rest = this.#view === null ? came : this.#view.cut(came);
    this.#recordEnd(true);
    house.log.warn({ turn: meter.id, account: account.id, code }, say('log_answer_broken'));
    this.#breakOff(outlet.cut(rest));
  }

  #breakOff({ bytes, endsWell }: LastWords): void {
    const { response, outlet } = this.#options;
    if (outlet.failure !== null) {
      this.#refuse(outlet.failure);
      return;
    }
    this.close(() => {
      if (bytes === undefined) outlet.flush();
      else response.write(bytes);
      if (endsWell) response.end();
      // After what has been written; without the chunk that would end the body, or short of its announced length.
      else response.socket?.destroySoon();
    });
  }

  /** Ends the turn in the gateway's own words, if nothing of the answer has been sent; breaks it off otherwise. */
  refuse(error: GatewayError): void {
    if (this.#options.response.headersSent) this.#breakOff({ bytes: undefined, endsWell: false });
    else this.#refuse(error);
  }

  #refuse(error: GatewayError): void {
    this.record(error.status, (this.#view?.facts.error ?? null) === null ? error.code : null, false);
    this.closeWith(error);
  }

  /** Answers in the gateway's own words, where the upstream has said nothing that could be passed on. */
  fail(code: ErrorCode, detail: string): void {
    const { house, meter, account } = this.#options;
    const error = gatewayError(code, detail);
    this.record(error.status, code, false);
    house.log.warn({ turn: meter.id, account: account.id, error: code }, messageOf(code, detail));
    this.closeWith(error);
  }

  /** Commits the turn's row, once. */
  record(status: number | null, error: string | null, partial: boolean): void {
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

  /** Ends the turn with an error in the tool's own dialect. */
  closeWith(error: GatewayError): void {
    const { response, dialect } = this.#options;
    this.close(() => {
      endWithError(response, error, dialect);
    });
  }

  /** Ends the turn with these words. */
  close(finish: () => void): void {
    // Whoever waits to hear whether another way is needed would wait for ever, and keep the turn's slot.
    this.#settlement.settle(null);
    this.#closed = true;
    this.#source.close();
    finish();
    if (this.#options.response.destroyed) this.#resolveDone();
  }

  /** Nothing of this answer reaches the tool: another one does. */
  discard(): void {
    this.#closed = true;
    this.#options.response.off('close', this.#toolClosed);
    this.#source.close();
    this.#resolveDone();
  }

  readonly #toolClosed = (): void => {
    if (this.#closed) {
      this.#resolveDone();
      return;
    }
    this.#closed = true;
    this.#source.close();
    this.#source.abort('the tool has left');
    this.#settlement.tell({ kind: 'left' });
    this.record(this.#status, 'tool_left', true);
    this.#settlement.settle(null);
    this.#resolveDone();
  };
}
