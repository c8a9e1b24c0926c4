import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import type { ScriptSource } from '../fakes/provider-script.ts';
import { type Lab, startLab } from './lab.ts';

/** The official clients over two streamed turns with two tool calls between them, on accounts of each kind. */
let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** Each test has a gateway of its own. */
const SLOWLY = { timeout: 30_000 };

const CALLS = [
  { name: 'read', input: { path: 'a', line: 12 } },
  { name: 'read', input: { path: 'b' } },
] as const;

const SCHEMA = { type: 'object' as const, properties: { path: { type: 'string' } }, required: ['path'] };

/** First both calls, and a text once their outputs have come back. */
const play: ScriptSource = ({ body }) =>
  /"(?:tool_result|function_call_output|tool)"/.test(body.toString())
    ? { kind: 'answer', text: 'Both are read.' }
    : { kind: 'answer', text: 'Reading.', calls: CALLS };

const MAPPED = { speaks: ['responses'], modelMapping: { 'claude-*': 'gpt-5.5', 'gpt-*': 'gpt-5.5' } };

interface Setting {
  readonly account: Readonly<Record<string, unknown>>;
  readonly passes: boolean;
}

async function begin({ account, passes }: Setting): Promise<Lab> {
  lab = await startLab({ account, upstream: { script: play } });
  if (passes) await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
  return lab;
}

/** What a policy that filters Fast, or passes it, makes of two turns that ask for it. */
async function expectTurns(here: Lab, passes: boolean, asked: object, row: object): Promise<void> {
  expect(here.upstream.violations).toEqual([]);
  const bodies = here.upstream.requests.map(({ json }) => json);
  if (passes) expect(bodies).toMatchObject([asked, asked]);
  else expect(await here.upstream.leaks(['priority', 'fast'])).toEqual([]);
  const tiers = passes
    ? { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' }
    : { requested: 'priority', sent: null, served: 'default', billed: 'default' };
  const common = {
    streamed: true,
    verdict: passes ? 'pass' : 'filter',
    tiers,
    tokens: { input: 120, cached: 20, output: 40 },
    status: 200,
    error: null,
    partial: false,
  };
  expect(await here.newRows()).toMatchObject([
    { ...common, ...row },
    { ...common, ...row },
  ]);
}

describe('OpenAI’s Chat client', () => {
  const client = ({ origin }: Lab): OpenAI => new OpenAI({ apiKey: LOCAL_KEY, baseURL: `${origin}/v1`, maxRetries: 0 });
  const tools: ChatCompletionTool[] = [{ type: 'function', function: { name: 'read', parameters: SCHEMA } }];

  const turn = (here: Lab, messages: ChatCompletionMessageParam[]): Promise<OpenAI.ChatCompletion> =>
    client(here)
      .chat.completions.stream({
        model: 'gpt-5.5',
        messages,
        tools,
        service_tier: 'fast',
        stream_options: { include_usage: true },
      })
      .finalChatCompletion();

  test.each<[string, Setting]>([
    ['raw, Fast filtered', { account: {}, passes: false }],
    ['raw, Fast passed', { account: {}, passes: true }],
    ['translated, Fast filtered', { account: MAPPED, passes: false }],
    ['translated, Fast passed', { account: MAPPED, passes: true }],
  ])('%s', SLOWLY, async (_, setting) => {
    const here = await begin(setting);
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Read both.' }];
    const first = (await turn(here, messages)).choices[0];
    expect(first).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Reading.' } });
    const calls = first?.message.tool_calls ?? [];
    const said = calls.map((call) =>
      call.type === 'function'
        ? { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown }
        : call,
    );
    expect(said).toEqual(CALLS);
    const results = calls.map(({ id }, at) => ({ role: 'tool' as const, tool_call_id: id, content: `text ${at}` }));
    const { message } = first ?? {};
    if (message === undefined) throw new Error('no first answer');
    const second = await turn(here, [...messages, message, ...results]);
    expect(second).toMatchObject({
      choices: [{ finish_reason: 'stop', message: { content: 'Both are read.' } }],
      usage: { prompt_tokens: 120, completion_tokens: 40, prompt_tokens_details: { cached_tokens: 20 } },
    });
    // Each output has gone up beside the id of its call.
    const last = here.upstream.last.body.toString();
    calls.forEach(({ id }, at) => {
      expect(last).toMatch(new RegExp(`"${id}","(?:content|output)":"text ${at}"`));
    });
    await expectTurns(here, setting.passes, { service_tier: 'priority' }, { dialect: 'chat' });
  });

  test.each<[string, Setting['account']]>([
    ['raw', {}],
    ['translated', MAPPED],
  ])('throws the provider’s error: %s', SLOWLY, async (_, account) => {
    const here = await begin({ account, passes: false });
    here.upstream.always({ kind: 'error', status: 403 });
    await expect(turn(here, [{ role: 'user', content: 'hi' }])).rejects.toMatchObject({
      status: 403,
      code: 'model_not_found',
    });
    expect(await here.newRows()).toMatchObject([{ status: 403 }]);
  });
});

describe('Anthropic’s client', () => {
  const client = ({ origin }: Lab): Anthropic => new Anthropic({ apiKey: LOCAL_KEY, baseURL: origin, maxRetries: 0 });

  const turn = (here: Lab, messages: Anthropic.Beta.BetaMessageParam[]): Promise<Anthropic.Beta.BetaMessage> =>
    client(here)
      .beta.messages.stream({
        model: 'claude-opus-5',
        max_tokens: 500,
        messages,
        tools: [{ name: 'read', input_schema: SCHEMA }],
        speed: 'fast',
        betas: ['fast-mode-2026-02-01'],
      })
      .finalMessage();

  test.each<[string, Setting]>([
    ['raw, Fast filtered', { account: { provider: 'anthropic' }, passes: false }],
    ['raw, Fast passed', { account: { provider: 'anthropic' }, passes: true }],
    ['translated, Fast filtered', { account: MAPPED, passes: false }],
    ['translated, Fast passed', { account: MAPPED, passes: true }],
  ])('%s', SLOWLY, async (name, setting) => {
    const here = await begin(setting);
    const messages: Anthropic.Beta.BetaMessageParam[] = [{ role: 'user', content: 'Read both.' }];
    const first = await turn(here, messages);
    expect(first.stop_reason).toBe('tool_use');
    expect(first.content).toMatchObject([{ type: 'text', text: 'Reading.' }, ...CALLS]);
    const results = first.content.flatMap((block, at) =>
      block.type === 'tool_use' ? { type: 'tool_result' as const, tool_use_id: block.id, content: `text ${at}` } : [],
    );
    const second = await turn(here, [
      ...messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: results },
    ]);
    expect(second).toMatchObject({
      content: [{ type: 'text', text: 'Both are read.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 100, cache_read_input_tokens: 20, output_tokens: 40 },
    });
    const last = here.upstream.last.body.toString();
    for (const { tool_use_id: id, content } of results)
      expect(last).toMatch(new RegExp(`"${id}","(?:content|output)":"${content}"`));
    const raw = name.startsWith('raw');
    await expectTurns(here, setting.passes, raw ? { speed: 'fast' } : { service_tier: 'priority' }, {
      dialect: 'messages',
      models: raw
        ? { requested: 'claude-opus-5', upstream: 'claude-opus-5', served: 'claude-opus-5' }
        : { requested: 'claude-opus-5', upstream: 'gpt-5.5', served: 'gpt-5.5' },
    });
  });

  test('throws the provider’s error of a translated account in Anthropic’s shape', SLOWLY, async () => {
    const here = await begin({ account: MAPPED, passes: false });
    here.upstream.always({ kind: 'error', status: 403 });
    await expect(turn(here, [{ role: 'user', content: 'hi' }])).rejects.toMatchObject({
      status: 403,
      error: { type: 'error', error: { type: 'permission_error', message: 'You do not have access to this model.' } },
    });
  });
});
