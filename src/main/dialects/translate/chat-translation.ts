import { type GatewayError, gatewayError } from '../../../shared/errors.ts';
import { openAIError, openAIErrorEvent } from '../body.ts';
import { ChatCollector } from './chat-collector.ts';
import { chatToResponses } from './chat-to-responses.ts';
import { type ChatSink, ChatWriter } from './chat-writer.ts';
import type { Json } from './exact-json.ts';
import { ResponseEvents } from './response-events.ts';
import { ResponseWalk } from './response-walk.ts';
import type { AnswerTranslator, AnswerWish, Translation } from './translation.ts';

/** A tool that speaks Chat, on an account that speaks Responses; both share the shape of their errors. */
export const chatTranslation: Translation = {
  request: chatToResponses,
  answer: (wish, now) => (wish.streams ? new StreamedChat(wish, now) : new WholeChat(wish, now)),
  error: (status, body) => ({ status, body: body.toString() }),
};

class StreamedChat implements AnswerTranslator, ChatSink {
  readonly #wish: AnswerWish;
  readonly #writer: ChatWriter;
  readonly #walk: ResponseWalk;
  readonly #events: ResponseEvents;
  #text = '';
  #failed = false;

  constructor(wish: AnswerWish, now: number) {
    this.#wish = wish;
    this.#writer = new ChatWriter(wish, this, now);
    this.#walk = new ResponseWalk(this.#writer);
    this.#events = new ResponseEvents((event) => {
      this.#walk.event(event);
    });
  }

  get failure(): GatewayError | null {
    return this.#writer.began ? null : this.#writer.failure;
  }

  push(chunk: Buffer): string {
    this.#events.push(chunk);
    return this.#drain();
  }

  end(): string {
    this.#events.end();
    const text = this.#drain();
    return this.#walk.over || this.#failed ? text : text + openAIErrorEvent(gatewayError('upstream_cut'));
  }

  cut(error: GatewayError): string {
    if (this.#walk.over) return '';
    this.#failed = true;
    return openAIErrorEvent(error);
  }

  delta(delta: Json, finish: string | null): void {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    this.#chunk({ choices: [choice], ...(this.#wish.includeUsage ? { usage: null } : {}) });
  }

  usage(usage: Json | null): void {
    if (this.#wish.includeUsage && usage !== null) this.#chunk({ choices: [], usage });
  }

  done(): void {
    this.#text += 'data: [DONE]\n\n';
  }

  #chunk(more: Json): void {
    this.#text += `data: ${JSON.stringify({ ...this.#writer.head, object: 'chat.completion.chunk', ...more })}\n\n`;
  }

  /** A failure ends the stream in its own words, and without the mark of a good end. */
  #drain(): string {
    const text = this.#text;
    this.#text = '';
    const { failure } = this.#writer;
    if (failure === null || this.#failed) return text;
    this.#failed = true;
    return text + openAIErrorEvent(failure);
  }
}

class WholeChat implements AnswerTranslator {
  readonly #collector = new ChatCollector();
  readonly #writer: ChatWriter;
  readonly #events: ResponseEvents;
  failure: GatewayError | null = null;

  constructor(wish: AnswerWish, now: number) {
    this.#writer = new ChatWriter(wish, this.#collector, now);
    const walk = new ResponseWalk(this.#writer);
    this.#events = new ResponseEvents((event) => {
      walk.event(event);
    });
  }

  push(chunk: Buffer): string {
    this.#events.push(chunk);
    return '';
  }

  end(): string {
    this.#events.end();
    const { complete } = this.#collector;
    this.failure = this.#writer.failure ?? (complete ? null : gatewayError('answer_untranslatable', 'it has no end'));
    return this.failure === null ? this.#collector.body(this.#writer.head) : openAIError(this.failure);
  }

  cut(error: GatewayError): string {
    this.failure = error;
    return openAIError(error);
  }
}
