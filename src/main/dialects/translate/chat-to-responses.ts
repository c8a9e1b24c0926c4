import type { GatewayError } from '../../../shared/errors.ts';
import { ChatMessages } from './chat-messages.ts';
import { chatToolChoice, chatTools } from './chat-tools.ts';
import { type Json, isJson, parseExactly, presentMembers, stringOf } from './exact-json.ts';
import { ENCRYPTED_REASONING, leastTokens, refusesSampling } from './responses-limits.ts';
import type { TranslatedRequest, TranslationTarget } from './translation.ts';
import { TranslationNotes } from './translation-notes.ts';

/** Members that ask for nothing when they say this, and for something Responses cannot do when they say anything else. */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  stop: (value) => Array.isArray(value) && value.length === 0,
  seed: () => false,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  logit_bias: (value) => isJson(value) && Object.keys(value).length === 0,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  audio: () => false,
  web_search_options: () => false,
};

/** Members that only make an answer come sooner. */
const HINTS = ['prediction'] as const;

/** Members that a ChatGPT login refuses. */
const NOT_FOR_LOGINS = ['user', 'metadata', 'safety_identifier', 'prompt_cache_retention'] as const;

const HANDLED = new Set([
  ...['model', 'messages', 'tools', 'functions', 'tool_choice', 'function_call', 'max_tokens', 'max_completion_tokens'],
  ...['temperature', 'top_p', 'stream', 'stream_options', 'reasoning_effort', 'response_format', 'verbosity', 'store'],
]);

/** A Chat request as a Responses request for one account. */
export function chatToResponses(bytes: Buffer, target: TranslationTarget): TranslatedRequest | GatewayError {
  const notes = new TranslationNotes();
  const asked = parseExactly(bytes.toString());
  const request = isJson(asked) ? asked : {};
  const model = stringOf(request['model']) ?? '';
  const input = new ChatMessages(notes);
  const { messages, stream_options: options } = request;
  if (!Array.isArray(messages)) notes.cannot('messages');
  else messages.forEach((message, index) => input.message(message, `messages[${index}]`));
  const tools = chatTools(request, notes);
  const effort = request['reasoning_effort'];
  const translated: Json = {
    model,
    stream: true,
    input: input.items,
    ...(tools.length > 0 ? { tools } : {}),
    ...chatToolChoice(request, notes),
    ...limitsOf(request, target, notes),
    ...(typeof effort === 'string' ? { reasoning: { effort, summary: 'auto' }, include: [ENCRYPTED_REASONING] } : {}),
    ...textOf(request, notes),
    // What a Chat tool does not ask to be stored is not.
    store: !target.isLogin && request['store'] === true,
    ...restOf(request, target, notes),
  };
  return (
    notes.error ?? {
      body: Buffer.from(JSON.stringify(translated)),
      leftOut: notes.leftOut,
      answer: {
        model,
        streams: request['stream'] === true,
        includeUsage: isJson(options) && options['include_usage'] === true,
        account: target.account,
      },
    }
  );
}

function limitsOf(request: Json, { upstreamModel, isLogin }: TranslationTarget, notes: TranslationNotes): Json {
  const { temperature, top_p: topP } = request;
  const max = request['max_completion_tokens'] ?? request['max_tokens'];
  const limits: Record<string, unknown> = {};
  if (isLogin && max !== undefined && max !== null) notes.leaveOut('max_tokens');
  else if (typeof max === 'number' && max > 0) limits['max_output_tokens'] = leastTokens(max);
  for (const [name, value] of presentMembers({ temperature, top_p: topP })) {
    if (isLogin) notes.leaveOut(name);
    // Here the tool speaks to an OpenAI model by its name: what the model refuses, it says itself, but for the neutral 1.
    else if (!(value === 1 && refusesSampling(upstreamModel))) limits[name] = value;
  }
  return limits;
}

/** The shape and the length of the text: `response_format` and `verbosity`. */
function textOf(request: Json, notes: TranslationNotes): Json {
  const { response_format: format, verbosity } = request;
  const text: Record<string, unknown> = {};
  if (typeof verbosity === 'string') text['verbosity'] = verbosity;
  if (isJson(format)) {
    const { type, json_schema: schema } = format;
    if (type === 'json_schema' && isJson(schema)) text['format'] = { type, ...schema };
    else if (type === 'text' || type === 'json_object') text['format'] = { type };
    else notes.cannot('response_format');
  }
  return Object.keys(text).length === 0 ? {} : { text };
}

/** What both protocols spell alike, or neither knows, is carried; the upstream says what it makes of it. */
function restOf(request: Json, { isLogin }: TranslationTarget, notes: TranslationNotes): Json {
  const rest: Record<string, unknown> = {};
  const options = request['stream_options'];
  if (isJson(options)) {
    const others = Object.entries(options).filter(([name]) => name !== 'include_usage');
    if (others.length > 0 && !isLogin) rest['stream_options'] = Object.fromEntries(others);
  }
  for (const [name, value] of presentMembers(request)) {
    if (HANDLED.has(name)) continue;
    const neutral = Object.hasOwn(NEUTRAL, name) ? NEUTRAL[name] : undefined;
    if (neutral !== undefined) {
      if (!neutral(value)) notes.cannot(name);
    } else if (
      (HINTS as readonly string[]).includes(name) ||
      (isLogin && (NOT_FOR_LOGINS as readonly string[]).includes(name))
    ) {
      notes.leaveOut(name);
    } else {
      rest[name] = value;
    }
  }
  return rest;
}
