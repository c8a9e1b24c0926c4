import { type Json, parseExactly, stringOf } from './exact-json.ts';
import type { MessagesSink } from './messages-writer.ts';

/** Puts the events of a Messages answer together to the one body of an answer that is not streamed. */
export class MessageCollector {
  #message: Record<string, unknown> = {};
  readonly #content: Record<string, unknown>[] = [];
  #input = '';
  complete = false;
  /** True when a call's input is no JSON: the tool must not run it. */
  broken = false;

  readonly take: MessagesSink = (event) => {
    const block = this.#content.at(-1) ?? {};
    switch (event.type) {
      case 'message_start':
        this.#message = { ...(event['message'] as Json) };
        return;
      case 'content_block_start':
        this.#content.push({ ...(event['content_block'] as Json) });
        this.#input = '';
        return;
      case 'content_block_delta':
        this.#delta(event['delta'] as Json, block);
        return;
      case 'content_block_stop':
        if (block['type'] === 'tool_use' && this.#input !== '') this.#takeInput(block);
        return;
      case 'message_delta':
        Object.assign(this.#message, event['delta'], { usage: event['usage'] });
        return;
      case 'message_stop':
        this.complete = true;
        return;
      default:
    }
  };

  #delta(delta: Json, block: Record<string, unknown>): void {
    const add = (member: string, text: unknown): void => {
      block[member] = (stringOf(block[member]) ?? '') + (stringOf(text) ?? '');
    };
    switch (delta['type']) {
      case 'text_delta':
        add('text', delta['text']);
        return;
      case 'thinking_delta':
        add('thinking', delta['thinking']);
        return;
      case 'signature_delta':
        add('signature', delta['signature']);
        return;
      default:
        this.#input += stringOf(delta['partial_json']) ?? '';
    }
  }

  #takeInput(block: Record<string, unknown>): void {
    try {
      block['input'] = parseExactly(this.#input);
    } catch {
      this.broken = true;
      this.#content.pop();
    }
  }

  /** The message as JSON text. */
  body(): string {
    return JSON.stringify({ ...this.#message, content: this.#content });
  }

  /** True when the answer was cut by its limit, so that a broken call is no fault. */
  get cutShort(): boolean {
    return this.#message['stop_reason'] === 'max_tokens';
  }
}
