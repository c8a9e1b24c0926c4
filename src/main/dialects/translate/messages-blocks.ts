import { type Json, isJson, stringOf } from './exact-json.ts';
import type { OfferedTools } from './offered-tools.ts';
import { openReasoning } from './reasoning-seal.ts';
import { type TranslationNotes, quoted } from './translation-notes.ts';

/** Members of blocks that only steer the provider's cache. */
const BLOCK_HINTS = ['cache_control'] as const;

/** What a tool is told to put for an output of nothing, which Responses does not take. */
const EMPTY_OUTPUT = '(empty)';

/** A line by which Claude Code tells Anthropic what to bill; it is no part of the prompt. */
const BILLING_LINE = 'x-anthropic-billing-header: ';

/** Turns the messages of a Messages request into the input items of a Responses request, in their order. */
export class BlockTranslator {
  readonly #notes: TranslationNotes;
  readonly #tools: OfferedTools;
  readonly #account: string;
  readonly items: Json[] = [];
  /** How much effort the last messages want for their own turn; null where they leave it to the request. */
  effort: string | null = null;

  constructor(notes: TranslationNotes, tools: OfferedTools, account: string) {
    this.#notes = notes;
    this.#tools = tools;
    this.#account = account;
  }

  /** The system prompt becomes the developer's message. */
  system(system: unknown): void {
    const texts = typeof system === 'string' ? [system] : this.#texts(system, 'system');
    const said = texts.filter((text) => !text.startsWith(BILLING_LINE));
    if (said.length < texts.length) this.#notes.leaveOut('system[] billing line');
    if (said.length > 0) this.#message('developer', said.map(inputText));
  }

  /** All messages, in their order. */
  messages(messages: readonly unknown[]): void {
    const lastUser = messages.findLastIndex((message) => isJson(message) && message['role'] === 'user');
    messages.forEach((message, index) => {
      const path = `messages[${index}]`;
      if (!isJson(message)) this.#notes.cannot(path);
      else if (message['role'] === 'system') this.#aside(message, path, index < lastUser);
      else this.#turn(message, path);
    });
  }

  #turn(message: Json, path: string): void {
    this.#notes.rest(message, path, ['role', 'content']);
    const { role, content } = message;
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (!Array.isArray(blocks)) this.#notes.cannot(`${path}.content`);
    else if (role === 'user') this.#user(blocks, `${path}.content`);
    else if (role === 'assistant') this.#assistant(blocks, `${path}.content`);
    else this.#notes.cannot(`${path}.role ${quoted(role)}`);
  }

  /** What the system says in the middle: a text, a change of the tools, a wish for the turn. */
  #aside(message: Json, path: string, isPast: boolean): void {
    this.#notes.rest(message, path, ['role', 'content', 'clear_at', 'output_config']);
    const { content, clear_at: clearAt, output_config: config } = message;
    if (isJson(config)) {
      this.#notes.rest(config, `${path}.output_config`, ['effort']);
      this.effort = stringOf(config['effort']) ?? this.effort;
    }
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
    if (!Array.isArray(blocks)) {
      this.#notes.cannot(`${path}.content`);
      return;
    }
    const texts = blocks.flatMap((block: unknown, index) => {
      const place = `${path}.content[${index}]`;
      const changes = isJson(block) && (block['type'] === 'tool_addition' || block['type'] === 'tool_removal');
      if (!changes) return this.#text(block, place);
      this.#tools.change(block, place);
      return [];
    });
    // A text for one turn alone is no longer shown in the next.
    if (clearAt === 'next_user_message' && isPast) return;
    if (typeof clearAt === 'string' && clearAt !== 'never' && clearAt !== 'next_user_message')
      this.#notes.cannot(`${path}.clear_at ${quoted(clearAt)}`);
    this.#message('developer', texts.map(inputText));
  }

  #message(role: 'user' | 'developer', content: readonly Json[]): void {
    if (content.length > 0) this.items.push({ type: 'message', role, content });
  }

  #texts(blocks: unknown, path: string): string[] {
    if (Array.isArray(blocks)) return blocks.flatMap((block: unknown, index) => this.#text(block, `${path}[${index}]`));
    this.#notes.cannot(path);
    return [];
  }

  #text(block: unknown, path: string): string[] {
    const text = isJson(block) && block['type'] === 'text' ? stringOf(block['text']) : null;
    if (text === null || !isJson(block)) this.#notes.cannot(path);
    else this.#notes.rest(block, path, ['type', 'text'], BLOCK_HINTS);
    return text === null ? [] : [text];
  }

  #user(blocks: readonly unknown[], path: string): void {
    // Results go on with a turn; anything else a person says begins the next.
    if (!blocks.every((block) => isJson(block) && block['type'] === 'tool_result')) this.effort = null;
    let content: Json[] = [];
    blocks.forEach((block, index) => {
      const place = `${path}[${index}]`;
      if (isJson(block) && block['type'] === 'tool_result') {
        // A call's output stands by itself; what was said before it stays before it.
        this.#message('user', content);
        content = [];
        this.#toolResult(block, place);
      } else {
        content.push(...this.#content(block, place));
      }
    });
    this.#message('user', content);
  }

  #toolResult(block: Json, path: string): void {
    this.#notes.rest(block, path, ['type', 'tool_use_id', 'content', 'is_error'], BLOCK_HINTS);
    const callId = stringOf(block['tool_use_id']);
    if (callId === null) this.#notes.cannot(`${path}.tool_use_id`);
    const { content } = block;
    const parts =
      content === undefined || content === null
        ? []
        : typeof content === 'string'
          ? [inputText(content)]
          : Array.isArray(content)
            ? content.flatMap((part, index) => this.#content(part, `${path}.content[${index}]`))
            : this.#none(`${path}.content`);
    const failed = block['is_error'] === true ? [inputText('The tool call failed:')] : [];
    const all = [...failed, ...parts.filter(({ text }) => text !== '')];
    const isText = all.every(({ type }) => type === 'input_text');
    const output = isText ? all.map(({ text }) => stringOf(text) ?? '').join('\n') || EMPTY_OUTPUT : all;
    this.items.push({ type: 'function_call_output', call_id: callId, output });
  }

  /** What a person or a tool's result can hold. */
  #content(block: unknown, path: string): Json[] {
    if (!isJson(block)) return this.#none(path);
    const text = stringOf(block['text']);
    switch (block['type']) {
      case 'text':
        this.#notes.rest(block, path, ['type', 'text', 'citations'], BLOCK_HINTS);
        return text === null ? this.#none(`${path}.text`) : [inputText(text)];
      case 'image':
        this.#notes.rest(block, path, ['type', 'source'], BLOCK_HINTS);
        return this.#image(block['source'], `${path}.source`);
      case 'document':
        return this.#document(block, path);
      case 'tool_reference':
        this.#notes.rest(block, path, ['type', 'tool_name'], BLOCK_HINTS);
        this.#tools.bring(block['tool_name'], path);
        return [inputText(`The tool ${String(block['tool_name'])} can be called now.`)];
      default:
        return this.#none(`${path}, a block of type ${quoted(block['type'])}`);
    }
  }

  #image(source: unknown, path: string): Json[] {
    const image = (more: Json): Json[] => [{ type: 'input_image', detail: 'auto', ...more }];
    if (!isJson(source)) return this.#none(path);
    const { type, url, data, file_id: file } = source;
    if (type === 'url' && typeof url === 'string') return image({ image_url: url });
    if (type === 'file' && typeof file === 'string') return image({ file_id: file });
    if (type !== 'base64' || typeof data !== 'string') return this.#none(path);
    return image({ image_url: `data:${stringOf(source['media_type']) ?? 'image/png'};base64,${data}` });
  }

  #document(block: Json, path: string): Json[] {
    this.#notes.rest(block, path, ['type', 'source', 'title', 'context', 'citations'], BLOCK_HINTS);
    const { source, citations } = block;
    if (isJson(citations) && citations['enabled'] === true) return this.#none(`${path}.citations`);
    if (!isJson(source)) return this.#none(`${path}.source`);
    const title = stringOf(block['title']);
    const context = stringOf(block['context']);
    const before = context === null ? [] : [inputText(context)];
    const { type, url, data, content, file_id: file } = source;
    if (type === 'url' && typeof url === 'string') return [...before, { type: 'input_file', file_url: url }];
    if (type === 'file' && typeof file === 'string') return [...before, { type: 'input_file', file_id: file }];
    if (type === 'base64' && typeof data === 'string') {
      const media = stringOf(source['media_type']) ?? 'application/pdf';
      const filename = title ?? 'document.pdf';
      return [...before, { type: 'input_file', filename, file_data: `data:${media};base64,${data}` }];
    }
    const heading = title === null ? before : [...before, inputText(title)];
    if (type === 'text' && typeof data === 'string') return [...heading, inputText(data)];
    if (type === 'content' && typeof content === 'string') return [...heading, inputText(content)];
    if (type === 'content' && Array.isArray(content))
      return [...heading, ...content.flatMap((part, at) => this.#content(part, `${path}.source.content[${at}]`))];
    return this.#none(`${path}.source`);
  }

  #assistant(blocks: readonly unknown[], path: string): void {
    blocks.forEach((block, index) => {
      const place = `${path}[${index}]`;
      if (isJson(block)) this.#said(block, place);
      else this.#notes.cannot(place);
    });
  }

  /** One block that the model itself has said before. */
  #said(block: Json, path: string): void {
    switch (block['type']) {
      case 'text': {
        this.#notes.rest(block, path, ['type', 'text', 'citations'], BLOCK_HINTS);
        const text = stringOf(block['text']);
        if (text === null) this.#notes.cannot(`${path}.text`);
        else if (text !== '') this.items.push({ type: 'message', role: 'assistant', content: text });
        return;
      }
      case 'thinking':
        this.#reasoning(block['signature'], stringOf(block['thinking']) ?? '', path);
        return;
      case 'redacted_thinking':
        this.#reasoning(block['data'], '', path);
        return;
      case 'tool_use': {
        this.#notes.rest(block, path, ['type', 'id', 'name', 'input'], [...BLOCK_HINTS, 'caller']);
        const { id, name, input } = block;
        if (typeof id !== 'string' || typeof name !== 'string') this.#notes.cannot(path);
        this.items.push({ type: 'function_call', call_id: id, name, arguments: JSON.stringify(input ?? {}) });
        return;
      }
      case 'web_search_tool_result':
        this.#notes.leaveOut(`${path} (a search of the provider’s)`);
        return;
      case 'server_tool_use':
        // A search that was run is over, and what it found stands in the text after it.
        if (block['name'] === 'web_search') this.#notes.leaveOut(`${path} (a search of the provider’s)`);
        else this.#notes.cannot(`${path}, a block of type "server_tool_use"`);
        return;
      default:
        this.#notes.cannot(`${path}, a block of type ${quoted(block['type'])}`);
    }
  }

  /** Reasoning of this very account goes back to it; what another has sealed is of use to nobody here. */
  #reasoning(seal: unknown, thinking: string, path: string): void {
    const item = openReasoning(this.#account, seal, thinking);
    if (item === null) this.#notes.leaveOut(`${path} (thinking of another provider)`);
    else this.items.push(item);
  }

  #none(what: string): Json[] {
    this.#notes.cannot(what);
    return [];
  }
}

function inputText(text: string): Json {
  return { type: 'input_text', text };
}
