import type { GatewayError } from '../../../shared/errors.ts';
import { openAIUsage } from '../../../shared/usage.ts';
import { type Json, stringOf } from './exact-json.ts';
import type { ResponseCall, ResponseListener } from './response-walk.ts';
import { incompleteReason } from './stop-reason.ts';
import type { AnswerWish } from './translation.ts';

/** Takes the chunks of a Chat answer; `finish` is set on the last that has a choice, and usage comes in one of its own. */
export interface ChatSink {
  delta(delta: Json, finish: string | null): void;
  usage(usage: Json | null): void;
  done(): void;
}

/** Makes the chunks of a Chat answer out of a Responses answer. */
export class ChatWriter implements ResponseListener {
  readonly #sink: ChatSink;
  #calls = 0;
  /** What every chunk says of the whole. */
  head: Json = {};
  began = false;
  failure: GatewayError | null = null;
  readonly #wish: AnswerWish;
  readonly #now: number;
  #custom = false;

  constructor(wish: AnswerWish, sink: ChatSink, now: number) {
    this.#wish = wish;
    this.#sink = sink;
    this.#now = now;
  }

  begin(response: Json): void {
    this.began = true;
    const created = response['created_at'];
    this.head = {
      id: stringOf(response['id']) ?? 'chatcmpl-0',
      created: typeof created === 'number' ? created : Math.floor(this.#now / 1000),
      model: this.#wish.model,
    };
    this.#sink.delta({ role: 'assistant', content: '' }, null);
  }

  beat(): void {
    // A chunk without anything new would be something new to a tool.
  }

  text(_: number, text: string): void {
    if (text !== '') this.#sink.delta({ content: text }, null);
  }

  refusal(text: string): void {
    if (text !== '') this.#sink.delta({ refusal: text }, null);
  }

  thought(text: string): void {
    if (text !== '') this.#sink.delta({ reasoning_content: text }, null);
  }

  call({ id, name, custom }: ResponseCall): void {
    this.#custom = custom;
    const call = custom
      ? { type: 'custom', custom: { name, input: '' } }
      : { type: 'function', function: { name, arguments: '' } };
    this.#sink.delta({ tool_calls: [{ index: this.#calls, id, ...call }] }, null);
    this.#calls += 1;
  }

  callInput(text: string): void {
    if (text === '') return;
    const input = this.#custom ? { custom: { input: text } } : { function: { arguments: text } };
    this.#sink.delta({ tool_calls: [{ index: this.#calls - 1, ...input }] }, null);
  }

  search(): void {
    // Chat tells of no searches; what was found stands in the text.
  }

  itemEnd(): void {
    // Chat's deltas have no ends of their own.
  }

  end(response: Json): void {
    const tier = stringOf(response['service_tier']);
    if (tier !== null) this.head = { ...this.head, service_tier: tier };
    this.#sink.delta({}, this.#finish(response));
    this.#sink.usage(usageOf(response));
    this.#sink.done();
  }

  fail(error: GatewayError): void {
    this.failure = error;
  }

  #finish(response: Json): string {
    const incomplete = incompleteReason(response);
    if (incomplete !== null) return incomplete === 'content_filter' ? 'content_filter' : 'length';
    return this.#calls > 0 ? 'tool_calls' : 'stop';
  }
}

function usageOf(response: Json): Json | null {
  const { input, cached, cacheWrite, output, reasoning } = openAIUsage(response['usage']);
  if (input === null || output === null) return null;
  const details = {
    ...(cached === null ? {} : { cached_tokens: cached }),
    ...(cacheWrite === null ? {} : { cache_write_tokens: cacheWrite }),
  };
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: details,
    completion_tokens_details: reasoning === null ? {} : { reasoning_tokens: reasoning },
  };
}
