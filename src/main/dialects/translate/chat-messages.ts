import { type Json, isJson, stringOf } from './exact-json.ts';
import { type TranslationNotes, quoted } from './translation-notes.ts';

/** What is put for an output of nothing, which Responses does not take. */
const EMPTY_OUTPUT = '(empty)';

/** What other tools add to the messages they keep; it is no part of what was said. */
const MESSAGE_HINTS = ['reasoning_content', 'reasoning', 'annotations', 'name'] as const;

/** What streams and other providers add to the calls they make. */
const CALL_HINTS = ['index', 'extra_content', 'provider_specific_fields'] as const;

/** Turns the messages of a Chat request into the input items of a Responses request, in their order. */
export class ChatMessages {
  readonly #notes: TranslationNotes;
  readonly items: Json[] = [];

  constructor(notes: TranslationNotes) {
    this.#notes = notes;
  }

  message(message: unknown, path: string): void {
    if (!isJson(message)) {
      this.#notes.cannot(path);
      return;
    }
    const { role } = message;
    switch (role) {
      case 'system':
      case 'developer':
      case 'user':
        this.#notes.rest(message, path, ['role', 'content'], MESSAGE_HINTS);
        this.#said(role, this.#parts(message['content'], `${path}.content`));
        return;
      case 'assistant':
        this.#assistant(message, path);
        return;
      case 'tool':
      case 'function':
        this.#output(message, path, role);
        return;
      default:
        this.#notes.cannot(`${path}.role ${quoted(role)}`);
    }
  }

  #said(role: string, content: readonly Json[]): void {
    if (content.length > 0) this.items.push({ type: 'message', role, content });
  }

  #parts(content: unknown, path: string): Json[] {
    if (typeof content === 'string') return [{ type: 'input_text', text: content }];
    if (Array.isArray(content)) return content.map((part, index) => this.#part(part, `${path}[${index}]`));
    this.#notes.cannot(path);
    return [];
  }

  #part(part: unknown, path: string): Json {
    const said = isJson(part) ? part : {};
    const { type } = said;
    const inner = typeof type === 'string' && isJson(said[type]) ? said[type] : {};
    switch (type) {
      case 'text':
        this.#notes.rest(said, path, ['type', 'text'], ['cache_control']);
        return { type: 'input_text', text: said['text'] };
      case 'image_url':
        this.#notes.rest(said, path, ['type', 'image_url']);
        this.#notes.rest(inner, `${path}.image_url`, ['url', 'detail']);
        return { type: 'input_image', image_url: inner['url'], detail: inner['detail'] ?? 'auto' };
      case 'input_audio':
        return { type: 'input_audio', input_audio: inner };
      case 'file':
        this.#notes.rest(said, path, ['type', 'file']);
        return { type: 'input_file', ...inner };
      default:
        this.#notes.cannot(`${path}, a part of type ${quoted(type)}`);
        return {};
    }
  }

  #assistant(message: Json, path: string): void {
    const handled = ['role', 'content', 'refusal', 'tool_calls', 'function_call'];
    this.#notes.rest(message, path, handled, MESSAGE_HINTS);
    const { content, refusal, tool_calls: calls, function_call: legacy } = message;
    this.#list(content, `${path}.content`).forEach((part, index) => {
      this.#spoken(part, `${path}.content[${index}]`);
    });
    if (typeof refusal === 'string') this.#spoken({ type: 'refusal', refusal }, `${path}.refusal`);
    if (Array.isArray(calls)) {
      calls.forEach((call, index) => {
        this.#call(call, `${path}.tool_calls[${index}]`);
      });
    }
    if (isJson(legacy)) {
      const name = stringOf(legacy['name']) ?? '';
      this.items.push(functionCall(name, name, legacy['arguments']));
    }
  }

  /** What a message holds, part by part: a text alone is one. */
  #list(content: unknown, path: string): readonly unknown[] {
    if (content === undefined || content === null) return [];
    if (typeof content === 'string') return [{ type: 'text', text: content }];
    if (Array.isArray(content)) return content;
    this.#notes.cannot(path);
    return [];
  }

  /** A part of what the model itself has said before. */
  #spoken(part: unknown, path: string): void {
    const said = isJson(part) ? part : {};
    const text = this.#words(said, path);
    if (text === '') return;
    const content = said['type'] === 'refusal' ? [{ type: 'refusal', refusal: text }] : text;
    this.items.push({ type: 'message', role: 'assistant', content });
  }

  /** The words of a part that is a text or a refusal. */
  #words(said: Json, path: string): string {
    const { type } = said;
    const words = type === 'text' || type === 'refusal' ? stringOf(said[type]) : null;
    if (words === null) this.#notes.cannot(`${path}, a part of type ${quoted(type)}`);
    else this.#notes.rest(said, path, ['type', String(type)], ['cache_control']);
    return words ?? '';
  }

  #call(call: unknown, path: string): void {
    const said = isJson(call) ? call : {};
    const { id, type = 'function', function: fn, custom } = said;
    this.#notes.rest(said, path, ['id', 'type', 'function', 'custom'], CALL_HINTS);
    if (typeof id !== 'string') this.#notes.cannot(`${path}.id`);
    const callId = stringOf(id) ?? '';
    if (type === 'function' && isJson(fn)) {
      this.items.push(functionCall(callId, stringOf(fn['name']) ?? '', fn['arguments']));
    } else if (type === 'custom' && isJson(custom)) {
      const { name, input } = custom;
      this.items.push({ type: 'custom_tool_call', call_id: callId, name, input: stringOf(input) ?? '' });
    } else {
      this.#notes.cannot(`${path}, a call of type ${quoted(type)}`);
    }
  }

  #output(message: Json, path: string, role: 'tool' | 'function'): void {
    this.#notes.rest(message, path, ['role', 'content', 'tool_call_id', 'name'], MESSAGE_HINTS);
    const callId = stringOf(message[role === 'tool' ? 'tool_call_id' : 'name']);
    if (callId === null) this.#notes.cannot(`${path}.${role === 'tool' ? 'tool_call_id' : 'name'}`);
    const texts = this.#list(message['content'], `${path}.content`).map((part, index) =>
      this.#words(isJson(part) ? part : {}, `${path}.content[${index}]`),
    );
    const output = texts.join('') || EMPTY_OUTPUT;
    const custom = this.items.some((item) => item['type'] === 'custom_tool_call' && item['call_id'] === callId);
    this.items.push({ type: custom ? 'custom_tool_call_output' : 'function_call_output', call_id: callId, output });
  }
}

function functionCall(callId: string, name: string, said: unknown): Json {
  return { type: 'function_call', call_id: callId, name, arguments: stringOf(said) || '{}' };
}
