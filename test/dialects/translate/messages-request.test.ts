import type {
  BetaImageBlockParam,
  BetaMessageParam,
  BetaRequestDocumentBlock,
  MessageCreateParams,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { ResponseCreateParams } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { isUnread } from '../../../src/main/dialects/dialect.ts';
import { responses } from '../../../src/main/dialects/responses.ts';
import { messagesToResponses } from '../../../src/main/dialects/translate/messages-to-responses.ts';
import type { TranslationTarget } from '../../../src/main/dialects/translate/translation.ts';

const TARGET: TranslationTarget = {
  account: 'lab',
  upstreamModel: 'gpt-5.5',
  isLogin: false,
  standardTier: 'omit',
  beta: null,
};

const BASE = { model: 'claude-x', max_tokens: 1000, messages: [] } satisfies MessageCreateParams;

interface Translated {
  readonly request: ResponseCreateParams & Record<string, unknown>;
  readonly leftOut: readonly string[];
}

function translated(params: object, target: Partial<TranslationTarget> = {}): Translated {
  const result = messagesToResponses(Buffer.from(JSON.stringify(params)), { ...TARGET, ...target });
  if ('code' in result) throw new Error(result.message);
  const asked = responses.read(result.body);
  if (isUnread(asked)) throw new Error(`no Responses request: ${asked.error.message}`);
  return { request: JSON.parse(result.body.toString()) as Translated['request'], leftOut: result.leftOut };
}

function refused(params: object): string {
  const result = messagesToResponses(Buffer.from(JSON.stringify({ ...BASE, ...params })), TARGET);
  return 'code' in result ? `${result.status} ${result.code}: ${result.message}` : 'accepted';
}

/** A call for a result to answer. */
const CALL: BetaMessageParam = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] };

const asking = (...messages: BetaMessageParam[]): MessageCreateParams => ({ ...BASE, messages });

describe('a whole conversation', () => {
  const params: MessageCreateParams = {
    model: 'claude-x',
    max_tokens: 4000,
    stream: true,
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=1' },
      { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
    ],
    messages: [
      { role: 'user', content: 'Look at these.' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'ErUB3WNvbXBhbnk=' },
          { type: 'text', text: 'Reading both.' },
          { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a' } },
          { type: 'tool_use', id: 'toolu_2', name: 'read', input: { path: 'b' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: 'A' },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_2',
            content: [{ type: 'text', text: 'no such file' }],
            is_error: true,
          },
          { type: 'text', text: 'Go on.' },
        ],
      },
      { role: 'system', content: 'Now in German.' },
    ],
    tools: [
      {
        name: 'read',
        description: 'Reads a file',
        input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      },
      { name: 'now', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['example.com'], max_uses: 3 },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 10_000 },
    metadata: { user_id: 'user-1' },
  };

  test('keeps its order, its roles and its calls', () => {
    const { request, leftOut } = translated(params);
    expect(request).toEqual({
      model: 'claude-x',
      stream: true,
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Look at these.' }] },
        { type: 'message', role: 'assistant', content: 'Reading both.' },
        { type: 'function_call', call_id: 'toolu_1', name: 'read', arguments: '{"path":"a"}' },
        { type: 'function_call', call_id: 'toolu_2', name: 'read', arguments: '{"path":"b"}' },
        { type: 'function_call_output', call_id: 'toolu_1', output: 'A' },
        { type: 'function_call_output', call_id: 'toolu_2', output: 'The tool call failed:\nno such file' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Go on.' }] },
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Now in German.' }] },
      ],
      tools: [
        {
          type: 'function',
          name: 'read',
          description: 'Reads a file',
          parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
          strict: false,
        },
        { type: 'function', name: 'now', parameters: { type: 'object', properties: {} }, strict: false },
        { type: 'web_search', filters: { allowed_domains: ['example.com'] } },
      ],
      parallel_tool_calls: false,
      tool_choice: 'auto',
      max_output_tokens: 4000,
      reasoning: { effort: 'medium', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      store: false,
    } satisfies ResponseCreateParams);
    expect(leftOut).toEqual([
      'tools[].max_uses',
      'system[].cache_control',
      'system[] billing line',
      'messages[].content[] (thinking of another provider)',
    ]);
  });

  test('for a login goes without what a login refuses', () => {
    const { request, leftOut } = translated({ ...params, temperature: 1 }, { isLogin: true });
    expect(request).not.toHaveProperty('max_output_tokens');
    expect(request).not.toHaveProperty('temperature');
    expect(leftOut).toEqual(expect.arrayContaining(['max_tokens', 'temperature']));
  });
});

describe('images and documents', () => {
  test.each<[string, BetaImageBlockParam | BetaRequestDocumentBlock, object[]]>([
    [
      'an image by its bytes',
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
      [{ type: 'input_image', detail: 'auto', image_url: 'data:image/jpeg;base64,AAAA' }],
    ],
    [
      'an image by its address',
      { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
      [{ type: 'input_image', detail: 'auto', image_url: 'https://x.example/a.png' }],
    ],
    [
      'a PDF by its bytes',
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
      [{ type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' }],
    ],
    [
      'a PDF by its address',
      { type: 'document', source: { type: 'url', url: 'https://x.example/a.pdf' } },
      [{ type: 'input_file', file_url: 'https://x.example/a.pdf' }],
    ],
    [
      'a text',
      { type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
      [
        { type: 'input_text', text: 'Notes' },
        { type: 'input_text', text: 'abc' },
      ],
    ],
  ])('%s', (_, block, parts) => {
    const { request } = translated(asking({ role: 'user', content: [block] }));
    expect(request.input).toEqual([{ type: 'message', role: 'user', content: parts }]);
  });

  test('in a tool’s result stay there', () => {
    const content = [
      { type: 'text' as const, text: 'shot' },
      { type: 'image' as const, source: { type: 'url' as const, url: 'https://x.example/a.png' } },
    ];
    const { request } = translated(
      asking(CALL, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] }),
    );
    expect(request.input?.slice(1)).toEqual([
      {
        type: 'function_call_output',
        call_id: 't',
        output: [
          { type: 'input_text', text: 'shot' },
          { type: 'input_image', detail: 'auto', image_url: 'https://x.example/a.png' },
        ],
      },
    ]);
  });
});

test('numbers in a tool’s input are not rounded', () => {
  const text =
    '{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"id":12345678901234567890,"x":0.1}}]}]}';
  const result = messagesToResponses(Buffer.from(text), TARGET);
  if ('code' in result) throw new Error(result.message);
  expect(result.body.toString()).toContain(String.raw`{\"id\":12345678901234567890,\"x\":0.1}`);
});

test('an empty result is said in words', () => {
  const { request } = translated(asking(CALL, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] }));
  expect(request.input?.slice(1)).toEqual([{ type: 'function_call_output', call_id: 't', output: '(empty)' }]);
});

describe('how hard to think', () => {
  test.each<[object, object | undefined]>([
    [{}, undefined],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'adaptive' } }, { summary: 'auto' }],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, {}],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { effort: 'low', summary: 'auto' }],
    [{ thinking: { type: 'enabled', budget_tokens: 60_000 } }, { effort: 'high', summary: 'auto' }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      { effort: 'xhigh', summary: 'auto' },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low' }],
  ])('%j', (params, reasoning) => {
    expect(translated({ ...BASE, ...params }).request.reasoning).toEqual(reasoning);
  });
});

describe('the tier', () => {
  test.each<[object, Partial<TranslationTarget>, string | undefined]>([
    [{}, {}, undefined],
    [{ speed: 'fast' }, {}, 'priority'],
    [{ speed: ' Fast' }, {}, 'priority'],
    [{ speed: 'faſt' }, {}, 'faſt'],
    [{}, { beta: 'a, fast-mode-2026-02-01' }, 'priority'],
    [{}, { beta: 'fast-mode-2026-02-01x' }, undefined],
    [{ service_tier: 'auto' }, {}, undefined],
    [{ service_tier: 'priority' }, {}, 'priority'],
    [{ service_tier: 'standard_only' }, {}, undefined],
    [{ service_tier: 'standard_only' }, { standardTier: 'default' }, 'default'],
    [{ speed: 'standard' }, { standardTier: 'default' }, 'default'],
  ])('%j %j is %s', (params, target, tier) => {
    expect(translated({ ...BASE, ...params }, target).request.service_tier).toBe(tier);
  });
});

test('a temperature goes to models that take one', () => {
  expect(translated({ ...BASE, temperature: 0.2 }, { upstreamModel: 'gpt-4.1' }).request.temperature).toBe(0.2);
  expect(translated({ ...BASE, temperature: 0.2 }).leftOut).toEqual(['temperature']);
});

test('a schema for the answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const { request } = translated({ ...BASE, output_config: { format: { type: 'json_schema', schema } } });
  expect(request.text).toEqual({ format: { type: 'json_schema', name: 'answer', schema, strict: true } });
});

test('members that nobody here knows are carried', () => {
  expect(translated({ ...BASE, novelty: { a: 1 } }).request['novelty']).toEqual({ a: 1 });
});

describe('what Responses cannot say is a 400 that names it', () => {
  test.each<[object, string]>([
    [{ top_k: 5 }, 'top_k'],
    [{ stop_sequences: ['END'] }, 'stop_sequences'],
    [{ container: 'c' }, 'container'],
    [{ mcp_servers: [] }, 'mcp_servers'],
    [{ fallbacks: [{ model: 'n' }] }, 'fallbacks'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [{ role: 'narrator', content: 'x' }] }, 'messages[0].role "narrator"'],
    [
      { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] },
      'messages[0].content[0], a block of type "hologram"',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', aura: 'b' }] }] },
      'messages[0].content[0].aura',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'x', input: {} }] }] },
      '"server_tool_use"',
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'document', citations: { enabled: true }, source: { type: 'url', url: 'u' } }],
          },
        ],
      },
      'citations',
    ],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools[0], a tool of type "bash_20250124"'],
    [{ tool_choice: { type: 'either' } }, 'tool_choice of type "either"'],
    [{ thinking: { type: 'deep' } }, 'thinking of type "deep"'],
  ])('%j', (params, named) => {
    const answer = refused(params);
    expect(answer).toContain('400 untranslatable: ');
    expect(answer).toContain(named);
  });
});
