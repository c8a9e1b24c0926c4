import type {
  BetaContentBlockParam,
  BetaMessageParam,
  MessageCreateParamsStreaming,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import { chatTranslation } from '../../../src/main/dialects/translate/chat-translation.ts';
import { messagesTranslation } from '../../../src/main/dialects/translate/messages-translation.ts';
import type { Translation, TranslationTarget } from '../../../src/main/dialects/translate/translation.ts';

/**
 * Every member of the official SDKs' requests has a fate here, and the compiler says when a new one has none: it is said in
 * the other protocol, left out and told, or refused by its name. Nothing is dropped in silence.
 */
type Fate = 'said' | 'left out' | 'refused';

type Fates<Params> = { readonly [Member in keyof Params]-?: readonly [Fate, NonNullable<Params[Member]>] };

/** What is no longer in the client's types, and still in requests. */
interface Older {
  readonly temperature: number;
  readonly top_p: number;
  readonly top_k: number;
}

const TARGET: TranslationTarget = {
  account: 'lab',
  upstreamModel: 'gpt-4.1',
  isLogin: false,
  standardTier: 'default',
  beta: null,
};

const MESSAGES = {
  model: ['said', 'another'],
  messages: ['said', [{ role: 'user', content: 'other' }]],
  max_tokens: ['said', 77],
  system: ['said', 'Be brief.'],
  tools: ['said', [{ name: 'f', input_schema: { type: 'object' } }]],
  tool_choice: ['said', { type: 'any' }],
  temperature: ['said', 0.5],
  top_p: ['said', 0.5],
  stream: ['said', true],
  thinking: ['said', { type: 'adaptive' }],
  output_config: ['said', { effort: 'low' }],
  output_format: ['said', { type: 'json_schema', schema: {} }],
  metadata: ['said', { user_id: 'u' }],
  service_tier: ['said', 'standard_only'],
  speed: ['said', 'fast'],
  cache_control: ['left out', { type: 'ephemeral' }],
  context_management: ['left out', {}],
  diagnostics: ['left out', {}],
  inference_geo: ['left out', 'us'],
  billing_policy: ['left out', {} as never],
  user_profile_id: ['left out', 'p'],
  top_k: ['refused', 5],
  stop_sequences: ['refused', ['END']],
  container: ['refused', 'c'],
  mcp_servers: ['refused', []],
  fallbacks: ['refused', [{ model: 'n' }] as never],
  fallback_credit_token: ['refused', 't'],
  compaction: ['refused', {} as never],
  thread: ['refused', {} as never],
  workspace_id: ['refused', 'w'],
} satisfies Fates<Omit<MessageCreateParamsStreaming, 'betas'> & Older>;

// Old members are still sent, so they have their fates too.
/* eslint-disable @typescript-eslint/no-deprecated */
const CHAT = {
  model: ['said', 'another'],
  messages: ['said', [{ role: 'user', content: 'other' }]],
  stream: ['said', true],
  stream_options: ['said', { include_usage: true }],
  tools: ['said', [{ type: 'function', function: { name: 'f' } }]],
  tool_choice: ['said', 'required'],
  functions: ['said', [{ name: 'f' }]],
  function_call: ['said', { name: 'f' }],
  parallel_tool_calls: ['said', false],
  max_tokens: ['said', 77],
  max_completion_tokens: ['said', 78],
  temperature: ['said', 0.5],
  top_p: ['said', 0.5],
  reasoning_effort: ['said', 'low'],
  response_format: ['said', { type: 'json_object' }],
  verbosity: ['said', 'low'],
  store: ['said', true],
  service_tier: ['said', 'flex'],
  metadata: ['said', { a: 'b' }],
  prompt_cache_key: ['said', 'k'],
  prompt_cache_options: ['said', {}],
  prompt_cache_retention: ['said', '24h'],
  safety_identifier: ['said', 's'],
  user: ['said', 'u'],
  moderation: ['said', {} as never],
  prediction: ['left out', { type: 'content', content: 'x' }],
  n: ['refused', 2],
  stop: ['refused', ['END']],
  seed: ['refused', 1],
  logprobs: ['refused', true],
  top_logprobs: ['refused', 3],
  logit_bias: ['refused', { '50256': -100 }],
  frequency_penalty: ['refused', 0.5],
  presence_penalty: ['refused', 0.5],
  modalities: ['refused', ['text', 'audio']],
  audio: ['refused', { format: 'wav', voice: 'alloy' }],
  web_search_options: ['refused', {}],
} satisfies Fates<ChatCompletionCreateParamsStreaming>;
/* eslint-enable @typescript-eslint/no-deprecated */

function expectFate(
  translation: Translation,
  base: object,
  name: string,
  [fate, value]: readonly [Fate, unknown],
): void {
  const translated = (params: object): ReturnType<Translation['request']> =>
    translation.request(Buffer.from(JSON.stringify(params)), TARGET);
  const without = translated(base);
  const result = translated({ ...base, [name]: value });
  if ('code' in without) throw new Error(without.message);
  if (fate === 'refused') {
    expect(result).toMatchObject({ code: 'untranslatable', message: expect.stringContaining(name) as string });
    return;
  }
  if ('code' in result) throw new Error(result.message);
  expect(result.leftOut).toEqual(fate === 'left out' ? [name] : []);
  const told = ({ body, answer }: typeof result): readonly unknown[] => [body.toString(), answer];
  if (fate === 'said') expect(told(result)).not.toEqual(told(without));
  else expect(told(result)).toEqual(told(without));
}

describe('every member of a Messages request', () => {
  const base = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
  test.each(Object.entries<readonly [Fate, unknown]>(MESSAGES))('%s is %j', (name, fate) => {
    expectFate(messagesTranslation, base, name, fate);
  });
});

describe('every member of a Chat request', () => {
  const base = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
  test.each(Object.entries<readonly [Fate, unknown]>(CHAT))('%s is %j', (name, fate) => {
    expectFate(chatTranslation, base, name, fate);
  });
});

describe('every block of a Messages message', () => {
  type Block = BetaContentBlockParam;

  /** Blocks that are said or left out where they belong; every other is refused, whoever says it. */
  const SAID = {
    text: ['user', { type: 'text', text: 'a' }],
    image: ['user', { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } }],
    document: ['user', { type: 'document', source: { type: 'url', url: 'https://x.example/a' } }],
    tool_result: ['user', { type: 'tool_result', tool_use_id: 't', content: 'x' }],
    thinking: ['assistant', { type: 'thinking', thinking: 'Hm.', signature: 's' }],
    redacted_thinking: ['assistant', { type: 'redacted_thinking', data: 'd' }],
    server_tool_use: ['assistant', { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }],
    web_search_tool_result: ['assistant', { type: 'web_search_tool_result', tool_use_id: 's', content: [] }],
  } as const satisfies Partial<Record<Block['type'], readonly ['user' | 'assistant', Block]>>;

  const REFUSED: Readonly<Record<Exclude<Block['type'], keyof typeof SAID | 'tool_use'>, true>> = {
    search_result: true,
    web_fetch_tool_result: true,
    advisor_tool_result: true,
    code_execution_tool_result: true,
    bash_code_execution_tool_result: true,
    text_editor_code_execution_tool_result: true,
    tool_search_tool_result: true,
    mcp_tool_use: true,
    mcp_tool_result: true,
    container_upload: true,
    compaction: true,
    tool_addition: true,
    tool_removal: true,
    mcp_tool_listing: true,
    fallback: true,
  };

  const asked = (message: BetaMessageParam): ReturnType<Translation['request']> => {
    const params = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }, message] };
    return messagesTranslation.request(Buffer.from(JSON.stringify(params)), TARGET);
  };

  test.each(Object.entries(SAID))('%s is taken', (_, [role, block]) => {
    expect(asked({ role, content: [block] })).not.toHaveProperty('code');
  });

  test.each(Object.keys(REFUSED))('%s is refused by its name', (type) => {
    for (const role of ['user', 'assistant'] as const) {
      expect(asked({ role, content: [{ type } as Block] })).toMatchObject({
        code: 'untranslatable',
        message: expect.stringContaining(`a block of type "${type}"`) as string,
      });
    }
  });
});
