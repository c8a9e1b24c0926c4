import { type GatewayError, gatewayError } from '../../../shared/errors.ts';
import { anthropicError, anthropicErrorEvent, anthropicTypeOf } from '../messages-error.ts';
import { MessageCollector } from './message-collector.ts';
import { messagesToResponses } from './messages-to-responses.ts';
import { type MessagesSink, MessagesWriter, messagesEvent } from './messages-writer.ts';
import { ResponseEvents } from './response-events.ts';
import { ResponseWalk } from './response-walk.ts';
import type { AnswerTranslator, AnswerWish, Translation } from './translation.ts';
import { errorMessageOf } from './upstream-message.ts';

/** A tool that speaks Messages, on an account that speaks Responses. */
export const messagesTranslation: Translation = {
  request: messagesToResponses,
  answer: (wish) => (wish.streams ? new StreamedMessage(wish) : new WholeMessage(wish)),
  error: (status, body) => ({
    status,
    body: JSON.stringify({
      type: 'error',
      error: { type: anthropicTypeOf(status), message: errorMessageOf(status, body) },
    }),
  }),
};

/** What both ways of answering share: the walk over the upstream's events. */
abstract class MessageTranslator implements AnswerTranslator {
  readonly #events: ResponseEvents;
  protected readonly walk: ResponseWalk;
  protected readonly writer: MessagesWriter;

  constructor(wish: AnswerWish, sink: MessagesSink) {
    this.writer = new MessagesWriter(wish, sink);
    this.walk = new ResponseWalk(this.writer);
    this.#events = new ResponseEvents((event) => {
      this.walk.event(event);
    });
  }

  get failure(): GatewayError | null {
    return this.writer.began ? null : this.writer.failure;
  }

  push(chunk: Buffer): string {
    this.#events.push(chunk);
    return this.drain();
  }

  end(): string {
    this.#events.end();
    return this.finish();
  }

  abstract cut(error: GatewayError): string;
  protected abstract drain(): string;
  protected abstract finish(): string;
}

class StreamedMessage extends MessageTranslator {
  #text = '';
  #failed = false;

  constructor(wish: AnswerWish) {
    super(wish, (event) => {
      this.#text += messagesEvent(event);
    });
  }

  cut(error: GatewayError): string {
    if (this.walk.over) return '';
    this.#failed = true;
    return anthropicErrorEvent(error);
  }

  protected override drain(): string {
    const { failure } = this.writer;
    const text = this.#text;
    this.#text = '';
    if (failure === null || this.#failed) return text;
    this.#failed = true;
    return text + anthropicErrorEvent(failure);
  }

  protected override finish(): string {
    const text = this.drain();
    return this.walk.over || this.#failed ? text : text + anthropicErrorEvent(gatewayError('upstream_cut'));
  }
}

class WholeMessage extends MessageTranslator {
  readonly #collector: MessageCollector;
  #failure: GatewayError | null = null;

  constructor(wish: AnswerWish) {
    const collector = new MessageCollector();
    super(wish, collector.take);
    this.#collector = collector;
  }

  override get failure(): GatewayError | null {
    return this.#failure;
  }

  cut(error: GatewayError): string {
    this.#failure = error;
    return anthropicError(error);
  }

  protected override drain(): string {
    return '';
  }

  protected override finish(): string {
    const { complete, broken, cutShort } = this.#collector;
    this.#failure =
      this.writer.failure ??
      (complete ? null : gatewayError('answer_untranslatable', 'it has no end')) ??
      (broken && !cutShort ? gatewayError('answer_untranslatable', 'the input of a tool call is not JSON') : null);
    return this.#failure === null ? this.#collector.body() : anthropicError(this.#failure);
  }
}
