import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ResponseCreateParams } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { isUnread } from '../../../src/main/dialects/dialect.ts';
import { responses } from '../../../src/main/dialects/responses.ts';
import { chatToResponses } from '../../../src/main/dialects/translate/chat-to-responses.ts';
import type { TranslatedRequest, TranslationTarget } from '../../../src/main/dialects/translate/translation.ts';

const TARGET: TranslationTarget = {
  account: 'lab',
  upstreamModel: 'gpt-5.5',
  isLogin: false,
  standardTier: 'omit',
  beta: null,
};

const BASE = { model: 'gpt-5.5', messages: [] } satisfies ChatCompletionCreateParams;

type Request = ResponseCreateParams & Record<string, unknown>;

function translated(
  params: object,
  target: Partial<TranslationTarget> = {},
): TranslatedRequest & { readonly request: Request } {
  const result = chatToResponses(Buffer.from(JSON.stringify(params)), { ...TARGET, ...target });
  if ('code' in result) throw new Error(result.message);
  const asked = responses.read(result.body);
  if (isUnread(asked)) throw new Error(`no Responses request: ${asked.error.message}`);
  return { ...result, request: JSON.parse(result.body.toString()) as Request };
}

function refused(params: object): string {
  const result = chatToResponses(Buffer.from(JSON.stringify({ ...BASE, ...params })), TARGET);
  return 'code' in result ? `${result.status} ${result.code}: ${result.message}` : 'accepted';
}

const asking = (...messages: ChatCompletionMessageParam[]): ChatCompletionCreateParams => ({ ...BASE, messages });

describe('a whole conversation', () => {
  const params: ChatCompletionCreateParams = {
    model: 'gpt-5.5',
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Use tools.' }] },
      { role: 'user', content: 'Look at both.' },
      {
        role: 'assistant',
        content: 'Reading.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'patch', input: '*** Begin' } },
          { id: 'call_3', type: 'function', function: { name: 'now', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'A' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'done' }] },
      { role: 'tool', tool_call_id: 'call_3', content: '' },
      { role: 'assistant', refusal: 'I will not.' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'read', description: 'Reads', parameters: { type: 'object' }, strict: true },
      },
      { type: 'function', function: { name: 'now' } },
      {
        type: 'custom',
        custom: { name: 'patch', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } } },
      },
    ],
    tool_choice: { type: 'function', function: { name: 'read' } },
    parallel_tool_calls: true,
    max_completion_tokens: 5,
    reasoning_effort: 'high',
    verbosity: 'low',
    response_format: { type: 'json_schema', json_schema: { name: 'out', schema: { type: 'object' }, strict: true } },
    service_tier: 'flex',
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    safety_identifier: 'u',
  };

  test('keeps its order, its roles and its calls', () => {
    const { request, answer } = translated(params);
    expect(request).toEqual({
      model: 'gpt-5.5',
      stream: true,
      input: [
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Use tools.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Look at both.' }] },
        { type: 'message', role: 'assistant', content: 'Reading.' },
        { type: 'function_call', call_id: 'call_1', name: 'read', arguments: '{"path":"a"}' },
        { type: 'custom_tool_call', call_id: 'call_2', name: 'patch', input: '*** Begin' },
        { type: 'function_call', call_id: 'call_3', name: 'now', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'A' },
        { type: 'custom_tool_call_output', call_id: 'call_2', output: 'done' },
        { type: 'function_call_output', call_id: 'call_3', output: '(empty)' },
        { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'I will not.' }] },
      ],
      tools: [
        { type: 'function', name: 'read', description: 'Reads', parameters: { type: 'object' }, strict: true },
        { type: 'function', name: 'now', parameters: { type: 'object', properties: {} }, strict: false },
        { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } },
      ],
      tool_choice: { type: 'function', name: 'read' },
      parallel_tool_calls: true,
      max_output_tokens: 16,
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'out', schema: { type: 'object' }, strict: true },
      },
      store: false,
      stream_options: { include_obfuscation: false },
      service_tier: 'flex',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      safety_identifier: 'u',
    });
    expect(answer).toEqual({ model: 'gpt-5.5', streams: true, includeUsage: true, account: 'lab' });
  });

  test('for a login goes without what a login refuses', () => {
    const { request, leftOut } = translated(params, { isLogin: true });
    for (const gone of ['max_output_tokens', 'metadata', 'safety_identifier', 'stream_options'])
      expect(request).not.toHaveProperty(gone);
    expect(leftOut).toEqual(['max_tokens', 'metadata', 'safety_identifier']);
  });
});

test('images keep their detail, files and audio come along', () => {
  const { request } = translated(
    asking({
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ],
    }),
  );
  expect(request.input).toEqual([
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_image', image_url: 'https://x.example/a.png', detail: 'low' },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ],
    },
  ]);
});

describe('the choice of a tool', () => {
  test.each<[NonNullable<ChatCompletionCreateParams['tool_choice']>, unknown]>([
    ['auto', 'auto'],
    ['none', 'none'],
    ['required', 'required'],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', name: 'f' },
    ],
    [
      { type: 'custom', custom: { name: 'c' } },
      { type: 'custom', name: 'c' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
    ],
  ])('%j', (choice, flat) => {
    expect(translated({ ...BASE, tool_choice: choice }).request.tool_choice).toEqual(flat);
  });

  test('in the old words', () => {
    const { request } = translated({
      ...BASE,
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'x' },
      ],
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
    });
    expect(request).toMatchObject({
      input: [
        { type: 'function_call', call_id: 'f', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'f', output: 'x' },
      ],
      tools: [{ type: 'function', name: 'f' }],
      tool_choice: { type: 'function', name: 'f' },
    });
  });
});

describe('the tier is carried as it was said, for the door to judge', () => {
  test.each(['priority', 'fast', ' FAST ', 'turbo'])('%j', (tier) => {
    expect(translated({ ...BASE, service_tier: tier }).request.service_tier).toBe(tier);
  });
});

test('members that ask for nothing are left out in silence, unknown ones are carried', () => {
  const { request, leftOut } = translated({
    ...BASE,
    n: 1,
    stop: null,
    logprobs: false,
    frequency_penalty: 0,
    presence_penalty: 0,
    logit_bias: {},
    modalities: ['text'],
    temperature: 1,
    novelty: [1],
  });
  expect(Object.keys(request).sort()).toEqual(['input', 'model', 'novelty', 'store', 'stream']);
  expect(leftOut).toEqual([]);
});

test('a hint that only makes it faster is left out, and that is told', () => {
  expect(translated({ ...BASE, prediction: { type: 'content', content: 'x' } }).leftOut).toEqual(['prediction']);
  const echo = { role: 'assistant', content: 'x', reasoning_content: 'y' };
  expect(translated({ ...BASE, messages: [echo] }).leftOut).toEqual(['messages[].reasoning_content']);
});

describe('what Responses cannot say is a 400 that names it', () => {
  test.each<[object, string]>([
    [{ n: 2 }, 'n'],
    [{ stop: ['END'] }, 'stop'],
    [{ seed: 1 }, 'seed'],
    [{ logprobs: true }, 'logprobs'],
    [{ frequency_penalty: 0.5 }, 'frequency_penalty'],
    [{ logit_bias: { '50256': -100 } }, 'logit_bias'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ response_format: { type: 'xml' } }, 'response_format'],
    [{ messages: null }, 'messages'],
    [{ messages: [{ role: 'narrator', content: 'x' }] }, 'messages[0].role "narrator"'],
    [{ messages: [{ role: 'user', content: [{ type: 'smell' }] }] }, 'messages[0].content[0], a part of type "smell"'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'a', aura: 1 }] }] }, 'messages[0].content[0].aura'],
    [{ messages: [{ role: 'assistant', audio: { id: 'a' } }] }, 'messages[0].audio'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ tools: [{ type: 'code_interpreter' }] }, 'tools[0], a tool of type "code_interpreter"'],
    [{ tool_choice: { type: 'either' } }, 'tool_choice of type "either"'],
  ])('%j', (params, named) => {
    const answer = refused(params);
    expect(answer).toContain('400 untranslatable: ');
    expect(answer).toContain(named);
  });
});
