import type { GatewayError } from '../../../shared/errors.ts';
import { openAIUsage } from '../../../shared/usage.ts';
import { sayTier } from '../../../shared/tier.ts';
import { type Json, stringOf } from './exact-json.ts';
import { sealReasoning } from './reasoning-seal.ts';
import type { ResponseCall, ResponseListener } from './response-walk.ts';
import { incompleteReason } from './stop-reason.ts';
import type { AnswerWish } from './translation.ts';

/** Takes what a Messages answer consists of, event by event. */
export type MessagesSink = (event: { readonly type: string } & Json) => void;

/** Makes the events of a Messages stream out of a Responses answer. Blocks stand one after the other, with rising indices. */
export class MessagesWriter implements ResponseListener {
  readonly #wish: AnswerWish;
  readonly #sink: MessagesSink;
  #index = 0;
  #open: 'text' | 'thinking' | 'tool_use' | null = null;
  #part = 0;
  #called = false;
  #refused = false;
  /** Set when the upstream failed. */
  failure: GatewayError | null = null;
  #began = false;

  constructor(wish: AnswerWish, sink: MessagesSink) {
    this.#wish = wish;
    this.#sink = sink;
  }

  begin(response: Json): void {
    this.#began = true;
    this.#sink({
      type: 'message_start',
      message: {
        id: messageId(response),
        type: 'message',
        role: 'assistant',
        model: this.#wish.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
      },
    });
    this.beat();
  }

  beat(): void {
    this.#sink({ type: 'ping' });
  }

  text(part: number, text: string): void {
    if (this.#open !== 'text' || this.#part !== part) {
      this.#close();
      this.#part = part;
      this.#start('text', { type: 'text', text: '' });
    }
    this.#delta({ type: 'text_delta', text });
  }

  refusal(text: string): void {
    this.#refused = true;
    this.text(this.#part, text);
  }

  thought(text: string): void {
    if (this.#open !== 'thinking') {
      this.#close();
      this.#start('thinking', { type: 'thinking', thinking: '', signature: '' });
    }
    this.#delta({ type: 'thinking_delta', thinking: text });
  }

  call({ id, name }: ResponseCall): void {
    this.#close();
    this.#called = true;
    this.#start('tool_use', { type: 'tool_use', id, name, input: {} });
  }

  callInput(text: string): void {
    this.#delta({ type: 'input_json_delta', partial_json: text });
  }

  search(item: Json): void {
    this.#close();
    const id = `srvtoolu_${(stringOf(item['id']) ?? '').replaceAll(/[^a-zA-Z0-9_]/g, '')}`;
    this.#whole({ type: 'server_tool_use', id, name: 'web_search', input: {} });
    this.#whole({ type: 'web_search_tool_result', tool_use_id: id, content: [] });
  }

  itemEnd(item: Json): void {
    if (item['type'] === 'reasoning' && typeof item['encrypted_content'] === 'string') {
      const seal = sealReasoning(this.#wish.account, item);
      // Without a summary to show there is still something to bring back.
      if (this.#open === 'thinking') this.#delta({ type: 'signature_delta', signature: seal });
      else this.#whole({ type: 'redacted_thinking', data: seal });
    }
    this.#close();
  }

  end(response: Json): void {
    this.#close();
    this.#sink({
      type: 'message_delta',
      delta: { stop_reason: this.#stopReason(response), stop_sequence: null },
      usage: usageOf(response),
    });
    this.#sink({ type: 'message_stop' });
  }

  fail(error: GatewayError): void {
    this.failure = error;
  }

  /** True once something of the answer has been told. */
  get began(): boolean {
    return this.#began;
  }

  #stopReason(response: Json): string {
    const incomplete = incompleteReason(response);
    if (incomplete !== null) return incomplete === 'content_filter' ? 'refusal' : 'max_tokens';
    if (this.#called) return 'tool_use';
    return this.#refused ? 'refusal' : 'end_turn';
  }

  #start(kind: 'text' | 'thinking' | 'tool_use', block: Json): void {
    this.#open = kind;
    this.#sink({ type: 'content_block_start', index: this.#index, content_block: block });
  }

  #delta(delta: Json): void {
    this.#sink({ type: 'content_block_delta', index: this.#index, delta });
  }

  #close(): void {
    if (this.#open === null) return;
    this.#open = null;
    this.#sink({ type: 'content_block_stop', index: this.#index });
    this.#index += 1;
  }

  #whole(block: Json): void {
    this.#close();
    this.#sink({ type: 'content_block_start', index: this.#index, content_block: block });
    this.#sink({ type: 'content_block_stop', index: this.#index });
    this.#index += 1;
  }
}

/** A response's id in the form that Messages ids have. */
function messageId(response: Json): string {
  return `msg_${(stringOf(response['id']) ?? '').replace(/^resp_/, '')}`;
}

/** What Messages counts as input leaves out what came from the cache or went into it. */
function usageOf(response: Json): Json {
  const { input, cached, cacheWrite, output, reasoning } = openAIUsage(response['usage']);
  const tier = stringOf(response['service_tier']);
  return {
    input_tokens: input === null ? 0 : Math.max(0, input - (cached ?? 0) - (cacheWrite ?? 0)),
    cache_creation_input_tokens: cacheWrite ?? 0,
    cache_read_input_tokens: cached ?? 0,
    output_tokens: output ?? 0,
    ...(reasoning === null ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
    ...(tier === null ? {} : { speed: sayTier(tier).exact === 'priority' ? 'fast' : 'standard' }),
  };
}

/** One event as a Messages stream spells it. */
export function messagesEvent(event: { readonly type: string } & Json): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
