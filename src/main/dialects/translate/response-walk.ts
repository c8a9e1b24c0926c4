import { type GatewayError, gatewayError } from '../../../shared/errors.ts';
import { type Json, isJson, stringOf } from './exact-json.ts';

/** What a Responses answer consists of, in the order in which another protocol can say it: one item at a time. */
export interface ResponseListener {
  begin(response: Json): void;
  /** Nothing new, but the upstream is alive. */
  beat(): void;
  text(part: number, text: string): void;
  refusal(text: string): void;
  thought(text: string): void;
  call(call: ResponseCall): void;
  callInput(text: string): void;
  /** A search that the provider ran itself. */
  search(item: Json): void;
  /** The item is over; here it is as a whole, as far as it is known. */
  itemEnd(item: Json): void;
  end(response: Json): void;
  fail(error: GatewayError): void;
}

/** A call that the model makes. */
export interface ResponseCall {
  readonly id: string;
  readonly name: string;
  /** True for a tool that takes text instead of JSON. */
  readonly custom: boolean;
}

/** What has been told of one item so far. */
interface ItemState {
  began: boolean;
  told: boolean;
  ended: boolean;
  summaries: number;
}

const TERMINAL = new Set(
  ['completed', 'done', 'incomplete', 'failed', 'cancelled', 'canceled'].map((one) => `response.${one}`),
);

/**
 * Walks over the events of one Responses answer. Items that the upstream tells interleaved are told one after the other,
 * and what the last event holds that no event before it has told is told then.
 */
export class ResponseWalk {
  readonly #listener: ResponseListener;
  readonly #items = new Map<number, ItemState>();
  /** The item being told, and what the others wait with. */
  #open: number | null = null;
  readonly #waiting = new Map<number, (() => void)[]>();
  #began = false;
  #over = false;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** True once the answer has come to its end, good or bad. */
  get over(): boolean {
    return this.#over;
  }

  event(event: Json): void {
    if (this.#over) return;
    const type = stringOf(event['type']) ?? '';
    const response = isJson(event['response']) ? event['response'] : {};
    if (type === 'error') {
      this.#fail(event);
      return;
    }
    if (!this.#began) {
      this.#began = true;
      // A failure may be told as the first thing: then nothing needs to begin.
      if (!(TERMINAL.has(type) && hasFailed(response))) this.#listener.begin(response);
    }
    if (TERMINAL.has(type)) this.#end(type, response);
    else this.#itemEvent(type, event);
  }

  #itemEvent(type: string, event: Json): void {
    const index = typeof event['output_index'] === 'number' ? event['output_index'] : 0;
    const delta = stringOf(event['delta']) ?? '';
    const part = typeof event['content_index'] === 'number' ? event['content_index'] : 0;
    const item = isJson(event['item']) ? event['item'] : {};
    switch (type) {
      case 'response.output_item.added':
        this.#run(index, (state) => {
          this.#beginItem(item, state);
        });
        return;
      case 'response.output_item.done':
        this.#run(index, (state) => {
          this.#finish(item, state);
        });
        return;
      case 'response.output_text.delta':
        this.#tell(index, delta, () => this.#listener.text(part, delta));
        return;
      case 'response.refusal.delta':
        this.#tell(index, delta, () => this.#listener.refusal(delta));
        return;
      case 'response.reasoning_summary_part.added':
        this.#run(index, (state) => {
          if (state.summaries > 0) this.#listener.thought('\n\n');
          state.summaries += 1;
        });
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#tell(index, delta, () => this.#listener.thought(delta));
        return;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#run(index, (state) => {
          // Of a call that was not begun the whole is told at its end.
          if (!state.began) return;
          state.told ||= delta !== '';
          this.#listener.callInput(delta);
        });
        return;
      default:
        this.#listener.beat();
    }
  }

  #tell(index: number, text: string, action: () => void): void {
    this.#run(index, (state) => {
      state.told ||= text !== '';
      action();
    });
  }

  /** Runs what belongs to an item when it is that item's turn. */
  #run(index: number, action: (state: ItemState) => void): void {
    const state = this.#items.get(index) ?? { began: false, told: false, ended: false, summaries: 0 };
    this.#items.set(index, state);
    if (state.ended) return;
    const waiting = this.#waiting.get(index);
    if (waiting !== undefined || (this.#open !== null && this.#open !== index)) {
      const later = (): void => {
        if (!state.ended) action(state);
      };
      if (waiting === undefined) this.#waiting.set(index, [later]);
      else waiting.push(later);
      return;
    }
    this.#open = index;
    action(state);
    if (this.#hasEnded(index)) this.#next();
  }

  #hasEnded(index: number): boolean {
    return this.#items.get(index)?.ended === true;
  }

  /** The next item in line, once the one before it has ended. */
  #next(): void {
    this.#open = null;
    for (const [index, actions] of this.#waiting) {
      this.#waiting.delete(index);
      this.#open = index;
      for (const action of actions) action();
      if (!this.#hasEnded(index)) return;
      this.#open = null;
    }
  }

  #beginItem(item: Json, state: ItemState): void {
    if (state.began) return;
    const { type } = item;
    if (type !== 'function_call' && type !== 'custom_tool_call') return;
    state.began = true;
    this.#listener.call({
      id: stringOf(item['call_id']) ?? stringOf(item['id']) ?? '',
      name: stringOf(item['name']) ?? '',
      custom: type === 'custom_tool_call',
    });
  }

  /** Tells what has not been told of an item, and its end. */
  #finish(item: Json, state: ItemState): void {
    if (state.ended) return;
    state.ended = true;
    this.#beginItem(item, state);
    if (!state.told) this.#tellWhole(item);
    this.#listener.itemEnd(item);
  }

  #tellWhole(item: Json): void {
    switch (item['type']) {
      case 'message':
        list(item['content']).forEach((part, index) => {
          const text = stringOf(part['text']) ?? '';
          if (part['type'] === 'output_text' && text !== '') this.#listener.text(index, text);
          else if (part['type'] === 'refusal') this.#listener.refusal(stringOf(part['refusal']) ?? '');
        });
        return;
      case 'reasoning': {
        const parts = [...list(item['summary']), ...list(item['content'])];
        const text = parts.flatMap((part) => stringOf(part['text']) ?? []).join('\n\n');
        if (text !== '') this.#listener.thought(text);
        return;
      }
      case 'function_call':
        if (stringOf(item['arguments']) !== '') this.#listener.callInput(stringOf(item['arguments']) ?? '{}');
        return;
      case 'custom_tool_call':
        this.#listener.callInput(stringOf(item['input']) ?? '');
        return;
      case 'web_search_call':
        this.#listener.search(item);
        return;
      default:
    }
  }

  #end(type: string, response: Json): void {
    this.#over = true;
    const failed = type === 'response.failed' || type.startsWith('response.cancel') || hasFailed(response);
    if (failed) {
      this.#listener.fail(failureOf(response['error']));
      return;
    }
    list(response['output']).forEach((item, index) => {
      this.#run(index, (state) => {
        this.#finish(item, state);
      });
    });
    this.#endAll();
    this.#listener.end(response);
  }

  /** Items whose end never came, and what waited for it. */
  #endAll(): void {
    for (let index = this.#open; index !== null; index = this.#open) {
      const state = this.#items.get(index);
      if (state === undefined) return;
      state.ended = true;
      this.#listener.itemEnd({});
      this.#next();
    }
  }

  #fail(event: Json): void {
    this.#over = true;
    this.#listener.fail(failureOf(isJson(event['error']) ? event['error'] : event));
  }
}

function hasFailed(response: Json): boolean {
  return response['status'] === 'failed' || response['status'] === 'cancelled';
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** What the upstream says went wrong, in its own words. */
function failureOf(error: unknown): GatewayError {
  const said = isJson(error) ? error : {};
  const code = stringOf(said['code']) ?? stringOf(said['type']) ?? 'response_failed';
  const message = stringOf(said['message']) ?? 'The upstream ended the response without an answer.';
  return { ...gatewayError('upstream_failed', message), ...kindOf(code) };
}

/** The kind of an upstream's failure, by its code. */
function kindOf(code: string): Pick<GatewayError, 'status' | 'type'> {
  if (code.includes('rate_limit') || code.includes('quota')) return { status: 429, type: 'rate_limit_error' };
  if (code.startsWith('invalid') || code.includes('context_length') || code.includes('policy'))
    return { status: 400, type: 'invalid_request_error' };
  return { status: 502, type: 'upstream_error' };
}
