import type { ChatSink } from './chat-writer.ts';
import { type Json, isJson, stringOf } from './exact-json.ts';

/** Puts the chunks of a Chat answer together to the one body of an answer that is not streamed. */
export class ChatCollector implements ChatSink {
  readonly #message: Record<string, string> = {};
  readonly #calls: Record<string, unknown>[] = [];
  #finish: string | null = null;
  #usage: Json | null = null;
  complete = false;

  delta(delta: Json, finish: string | null): void {
    this.#finish = finish ?? this.#finish;
    for (const member of ['content', 'refusal', 'reasoning_content']) {
      const text = stringOf(delta[member]);
      if (text !== null && text !== '') this.#message[member] = (this.#message[member] ?? '') + text;
    }
    const calls = delta['tool_calls'];
    if (Array.isArray(calls)) for (const call of calls) if (isJson(call)) this.#call(call);
  }

  #call({ index, ...call }: Json): void {
    const known = typeof index === 'number' ? this.#calls[index] : undefined;
    if (known === undefined) {
      this.#calls.push({ ...call });
      return;
    }
    for (const [kind, member] of [
      ['function', 'arguments'],
      ['custom', 'input'],
    ] as const) {
      const more = call[kind];
      const so = known[kind];
      if (isJson(more) && isJson(so))
        known[kind] = { ...so, [member]: (stringOf(so[member]) ?? '') + (stringOf(more[member]) ?? '') };
    }
  }

  usage(usage: Json | null): void {
    this.#usage = usage;
  }

  done(): void {
    this.complete = true;
  }

  /** The completion as JSON text. */
  body(head: Json): string {
    const { content = null, refusal = null, ...more } = this.#message;
    const message = {
      role: 'assistant',
      content,
      refusal,
      ...more,
      ...(this.#calls.length === 0 ? {} : { tool_calls: this.#calls }),
    };
    return JSON.stringify({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs: null, finish_reason: this.#finish }],
      ...(this.#usage === null ? {} : { usage: this.#usage }),
    });
  }
}
