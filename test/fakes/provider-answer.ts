import { callEvents, callItems, chatCallDeltas, chatCalls, hasText } from './provider-calls.ts';
import { FAKE_USAGE, type AnswerScript } from './provider-script.ts';

/** One event of a stream; `data` is the text after `data: `. */
export interface FakeEvent {
  readonly name: string | null;
  readonly data: string;
}

/** What the request asked for, as Node's JSON.parse sees it. */
export interface Asked {
  readonly model: string;
  readonly tier: string | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

type Json = Record<string, unknown>;

const CREATED_AT = 1_790_000_000;

/** Reads what an answer depends on; null when the body is no JSON object. */
export function askedFor(body: unknown): Asked | null {
  if (!isObject(body)) return null;
  const options = isObject(body['stream_options']) ? body['stream_options'] : {};
  return {
    model: typeof body['model'] === 'string' ? body['model'] : '',
    tier: [body['service_tier'], body['speed']].find((tier) => typeof tier === 'string') ?? null,
    stream: body['stream'] === true,
    includeUsage: options['include_usage'] === true,
  };
}

/** The text of an answer, cut into its deltas. */
export function deltasOf(script: AnswerScript): string[] {
  const text =
    script.textLength === undefined ? (script.text ?? 'The quick brown fox — jumps ☃.') : filler(script.textLength);
  const count = Math.max(1, script.deltas ?? 4);
  const cuts = Array.from({ length: count + 1 }, (_, at) => wholeLetters(text, Math.round((at * text.length) / count)));
  return cuts.slice(1).map((cut, at) => text.slice(cuts[at], cut));
}

/** A Responses answer in one piece. */
export function responseBody(script: AnswerScript, asked: Asked, serial: number): string {
  return JSON.stringify(
    responseObject(script, asked, serial, script.terminal === 'none' ? 'completed' : (script.terminal ?? 'completed')),
  );
}

/** A Responses answer as events, in the provider's order and with its sequence numbers. */
export function responseEvents(script: AnswerScript, asked: Asked, serial: number): FakeEvent[] {
  const terminal = script.terminal ?? 'completed';
  const begun = responseObject(script, asked, serial, 'in_progress');
  const at = { item_id: itemId(serial), output_index: 0, content_index: 0 };
  const deltas = deltasOf(script);
  const text = deltas.join('');
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  const events: Json[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
  ];
  if (hasText(script)) {
    events.push(
      { type: 'response.output_item.added', output_index: 0, item: message(serial, 'in_progress', []) },
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', output_index: 0, item: message(serial, 'completed', [part]) },
    );
  }
  events.push(...callEvents(script, serial, hasText(script) ? 1 : 0));
  if (terminal !== 'none') {
    events.push({ type: `response.${terminal}`, response: responseObject(script, asked, serial, terminal) });
  }
  return events.map(({ type, ...rest }, number) => ({
    name: String(type),
    data: JSON.stringify({ type, sequence_number: number, ...rest }),
  }));
}

/** A Chat Completions answer in one piece. */
export function chatBody(script: AnswerScript, asked: Asked, serial: number): string {
  const choice = {
    index: 0,
    message: {
      role: 'assistant',
      content: hasText(script) ? deltasOf(script).join('') : null,
      refusal: null,
      annotations: [],
      ...(script.calls === undefined ? {} : { tool_calls: chatCalls(script, serial) }),
    },
    logprobs: null,
    finish_reason: script.calls === undefined ? 'stop' : 'tool_calls',
  };
  return JSON.stringify({
    ...chatHead(script, asked, serial, 'chat.completion'),
    choices: [choice],
    ...chatUsage(script),
  });
}

/** A Chat Completions answer as events; the usage event only where the request asked for it. */
export function chatEvents(script: AnswerScript, asked: Asked, serial: number): FakeEvent[] {
  const head = chatHead(script, asked, serial, 'chat.completion.chunk');
  const none = asked.includeUsage ? { usage: null } : {};
  const chunk = (delta: Json, finish: string | null): Json => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...none,
  });
  const chunks = [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...(hasText(script) ? deltasOf(script).map((content) => chunk({ content }, null)) : []),
    ...chatCallDeltas(script, serial).map((delta) => chunk(delta, null)),
    ...(script.terminal === 'none' ? [] : [chunk({}, script.calls === undefined ? 'stop' : 'tool_calls')]),
    ...(asked.includeUsage && script.terminal !== 'none' ? [{ ...head, choices: [], ...chatUsage(script) }] : []),
  ];
  const events: FakeEvent[] = chunks.map((one) => ({ name: null, data: JSON.stringify(one) }));
  if (script.terminal !== 'none') events.push({ name: null, data: '[DONE]' });
  return events;
}

/** One event as it stands on the wire. */
export function sseText({ name, data }: FakeEvent, script: AnswerScript): string {
  const end = script.lineEnd ?? '\n';
  const line = name !== null && script.eventNames !== false ? `event: ${name}${end}` : '';
  return `${line}data: ${data}${end}${end}`;
}

function responseObject(script: AnswerScript, asked: Asked, serial: number, status: string): Json {
  const over = status !== 'in_progress';
  const text = deltasOf(script).join('');
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  const usage = script.usage === undefined ? FAKE_USAGE : script.usage;
  const tier = over
    ? servedTier(script, asked)
    : script.announcedTier === undefined
      ? (asked.tier ?? 'auto')
      : script.announcedTier;
  return {
    id: `resp_${hex(serial, 48)}`,
    object: 'response',
    created_at: CREATED_AT + serial,
    status,
    background: false,
    error: status === 'failed' ? { code: 'server_error', message: 'The model failed to answer.' } : null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    max_output_tokens: null,
    model: script.model ?? asked.model,
    output:
      status === 'completed' || status === 'incomplete'
        ? [...(hasText(script) ? [message(serial, status, [part])] : []), ...callItems(script, serial)]
        : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: 'medium', summary: null },
    ...(tier === null ? {} : { service_tier: tier }),
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage:
      over && status !== 'failed' && usage !== null
        ? {
            input_tokens: usage.input,
            input_tokens_details: {
              cached_tokens: usage.cached,
              ...(usage.cacheWrite === undefined ? {} : { cache_write_tokens: usage.cacheWrite }),
            },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input + usage.output,
          }
        : null,
    user: null,
    metadata: {},
  };
}

function message(serial: number, status: string, content: readonly unknown[]): Json {
  return { id: itemId(serial), type: 'message', status, role: 'assistant', content };
}

function chatHead(script: AnswerScript, asked: Asked, serial: number, object: string): Json {
  const tier = servedTier(script, asked);
  return {
    id: `chatcmpl-${hex(serial, 29)}`,
    object,
    created: CREATED_AT + serial,
    model: script.model ?? asked.model,
    ...(tier === null ? {} : { service_tier: tier }),
    system_fingerprint: 'fp_0123456789',
  };
}

function chatUsage(script: AnswerScript): Json {
  const usage = script.usage === undefined ? FAKE_USAGE : script.usage;
  if (usage === null) return {};
  return {
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: {
        cached_tokens: usage.cached,
        audio_tokens: 0,
        ...(usage.cacheWrite === undefined ? {} : { cache_write_tokens: usage.cacheWrite }),
      },
      completion_tokens_details: {
        reasoning_tokens: usage.reasoning,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  };
}

function servedTier(script: AnswerScript, asked: Asked): string | null {
  if (script.tier !== undefined) return script.tier;
  if (asked.tier === null || asked.tier === 'auto') return 'default';
  return asked.tier === 'fast' ? 'priority' : asked.tier;
}

function itemId(serial: number): string {
  return `msg_${hex(serial, 48)}`;
}

function hex(serial: number, length: number): string {
  return serial.toString(16).padStart(length, '0');
}

const SENTENCE = 'All work and no play makes a dull test. ';

function filler(length: number): string {
  return SENTENCE.repeat(Math.ceil(length / SENTENCE.length)).slice(0, length);
}

/** Moves a cut off the middle of a surrogate pair. */
function wholeLetters(text: string, cut: number): number {
  const unit = text.charCodeAt(cut);
  return unit >= 0xdc00 && unit <= 0xdfff ? cut + 1 : cut;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
