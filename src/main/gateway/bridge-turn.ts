import type { Dispatcher } from 'undici';
import type { Account } from '../../shared/account.ts';
import { type ErrorCode, gatewayError, messageOf } from '../../shared/errors.ts';
import { SseWalker } from '../dialects/sse.ts';
import { Pieces } from '../envelope/pieces.ts';
import { kindOfEvent, readEvent, typeAtFront } from '../dialects/upstream-event.ts';
import { type Fault, faultOfConnection, faultOfStatus, readErrorSaid } from '../upstream/fault.ts';
import { headerIn, headersDown } from '../upstream/headers.ts';
import { headersOf } from '../upstream/pass-through.ts';
import { CodedAnswer } from './coded-answer.ts';
import type { House } from './house.ts';
import { errorEvent } from './socket-goodbye.ts';
import { ERROR_BODY_MS, connectionError, placeOf, toolStatus } from './upstream-error.ts';

/** An error body is read up to this size. */
const MAX_BODY = 4 * 1024 * 1024;

/** What one bridged turn tells its bridge. */
export interface BridgeTurnListener {
  /** An event of the upstream. */
  event(payload: Buffer): void;
  /** The upstream refused the request, or could not be asked, and whom that blames; the turn's row comes before the event. */
  refused(status: number, error: string, event: string, fault: Fault | null): void;
  /** The answer has come to an end; `cut` says that something is missing. */
  over(cut: string | null): void;
}

/** Whom a bridged turn asks. */
export interface BridgeAsked {
  readonly account: Account;
  /** Whether the key is the tool's own. */
  readonly own: boolean;
  /** As the upstream knows it. */
  readonly model: string;
}

/** One turn of a bridged session: an HTTP answer whose events become messages. */
export class BridgeTurn implements Dispatcher.DispatchHandler {
  readonly #house: House;
  readonly #asked: BridgeAsked;
  readonly #listener: BridgeTurnListener;
  readonly #walker: SseWalker;
  #controller: Dispatcher.DispatchController | null = null;
  /** Takes the coding off an answer that came coded. */
  #coded: CodedAnswer | null = null;
  /** Ends the wait for an error's body. */
  #cancelHold: (() => void) | null = null;
  #status = 0;
  #headers: readonly string[] = [];
  #streams = false;
  readonly #chunks = new Pieces();
  #size = 0;
  #told = false;
  #over = false;
  #paused = false;

  /** The upstream's name for the response, once it has one. */
  responseId: string | null = null;

  constructor(house: House, asked: BridgeAsked, listener: BridgeTurnListener) {
    this.#house = house;
    this.#asked = asked;
    this.#listener = listener;
    this.#walker = new SseWalker({ longestName: 256, wants: () => true, payload: this.#payload });
  }

  abort(): void {
    this.#over = true;
    this.#cancelHold?.();
    this.#coded?.destroy();
    this.#controller?.abort(new Error('the session no longer needs it'));
  }

  pause(): void {
    this.#paused = true;
    this.#coded?.pause();
    this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#coded?.resume();
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#paused && this.#coded?.isFull !== true) this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('the session no longer needs it'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    const place = placeOf(this.#asked.account);
    const { contentType, contentEncoding, flat } = headersDown(headersOf(controller));
    this.#status = status;
    this.#headers = flat;
    this.#streams = status < 300 && contentType.startsWith('text/event-stream');
    if (status >= 300 && status < 400) this.#fail('upstream_redirect', place, controller);
    else if (contentEncoding !== '' && !this.#decodes(contentEncoding))
      this.#fail('upstream_unreachable', `${place} answered in a coding that was not asked for.`, controller);
    else {
      if (status >= 400) this.#cancelHold = this.#house.after(ERROR_BODY_MS, this.#enough);
      if (this.#paused) this.pause();
    }
  }

  /** As much of an answer that is no stream as is waited for. */
  readonly #enough = (): void => {
    this.#ended();
    this.#controller?.abort(new Error('no more of its answer is wanted'));
  };

  #decodes(coding: string): boolean {
    this.#coded = CodedAnswer.of(coding, {
      data: this.#came,
      drained: () => {
        this.#goOn();
      },
      broken: (code) => {
        this.#broke(code);
        this.#controller?.abort(new Error(code));
      },
    });
    return this.#coded !== null;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#coded === null) this.#came(chunk);
    else if (!this.#over) {
      this.#coded.push(chunk);
      if (this.#coded.isFull) controller.pause();
    }
  }

  readonly #came = (chunk: Buffer): void => {
    if (this.#over) return;
    if (this.#streams) {
      this.#walker.push(chunk);
    } else {
      this.#size += chunk.length;
      if (this.#size <= MAX_BODY) this.#chunks.push(chunk);
      else this.#enough();
    }
  };

  onResponseEnd(): void {
    if (this.#coded === null || this.#over) this.#ended();
    else
      this.#coded.end(() => {
        this.#ended();
      });
  }

  #ended(): void {
    if (this.#over) return;
    if (this.#streams) this.#walker.end();
    else if (this.#status >= 400) this.#refuse();
    else this.#whole();
    this.#end(this.#told ? null : 'the stream ended without its last event');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    if (this.#coded === null) this.#broke(code);
    else
      this.#coded.end(() => {
        this.#broke(code);
      });
  }

  #broke(code: string): void {
    if (this.#over) return;
    if (this.#status !== 0) this.#end(this.#told ? null : code);
    else this.#fail(...connectionError(this.#asked.account, code), null, faultOfConnection(code));
  }

  readonly #payload = (data: Buffer): boolean => {
    if (data.equals(DONE) || this.#over) return true;
    const type = typeAtFront(data);
    const kind = type === null ? readEvent(data)?.kind : kindOfEvent(type);
    if (kind === undefined) return false;
    if (kind === 'created') this.responseId = readEvent(data)?.responseId ?? null;
    if (kind === 'terminal' || kind === 'error') this.#told = true;
    this.#listener.event(data);
    return true;
  };

  /** An upstream that does not stream has still answered. */
  #whole(): void {
    const body = this.#chunks.whole();
    if (body.length === 0 || this.#size > MAX_BODY) return;
    const event = Buffer.concat([Buffer.from('{"type":"response.completed","response":'), body, Buffer.from('}')]);
    // A page that asks a person to sign in is none.
    if (typeof readEvent(event)?.responseId !== 'string') {
      this.#fail(
        'upstream_unreachable',
        `${placeOf(this.#asked.account)} answered with something that is no response.`,
        null,
      );
      return;
    }
    this.#told = true;
    this.#listener.event(event);
  }

  /** An upstream's error, as the event a WebSocket upstream would have sent; its 401 is about the gateway's key, unless the tool has brought one. */
  #refuse(): void {
    this.#told = true;
    const { own, model } = this.#asked;
    const { redact, now } = this.#house;
    const status = toolStatus(this.#status, own);
    const body = redact.bytes(this.#chunks.whole());
    const fault = faultOfStatus(this.#status, headerIn(this.#headers), readErrorSaid(body), now(), model);
    const said = errorIn(body);
    const event = errorEvent({
      status,
      type: said.type ?? 'upstream_error',
      code: said.code ?? `upstream_${this.#status}`,
      message: said.message ?? `The upstream answered with status ${this.#status}.`,
    });
    this.#listener.refused(status, `upstream_${this.#status}`, event, fault);
  }

  #fail(
    code: ErrorCode,
    detail: string,
    controller: Dispatcher.DispatchController | null,
    fault: Fault | null = null,
  ): void {
    const error = gatewayError(code, detail);
    this.#house.log.warn({ error: code }, messageOf(code, detail));
    this.#listener.refused(error.status, code, errorEvent(error), fault);
    this.#end(null);
    controller?.abort(new Error(code));
  }

  #end(cut: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelHold?.();
    this.#coded?.destroy();
    this.#listener.over(cut);
  }
}

const DONE = Buffer.from('[DONE]');

/** What an error body says of itself, in OpenAI's shape. */
function errorIn(body: Buffer): { type: string | null; code: string | null; message: string | null } {
  const said = { type: null, code: null, message: null };
  try {
    const { error } = JSON.parse(body.toString()) as { error?: unknown };
    if (typeof error !== 'object' || error === null) return said;
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    const fields = error as Record<string, unknown>;
    return { type: text(fields['type']), code: text(fields['code']), message: text(fields['message']) };
  } catch {
    return said;
  }
}
