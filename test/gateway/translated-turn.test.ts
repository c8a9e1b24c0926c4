import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { type Call, send } from './tool.ts';

/** Messages and Chat on an account that speaks Responses only. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    account: { speaks: ['responses'], modelMapping: { 'claude-*': 'gpt-5.5', 'gpt-*': 'gpt-5.5' } },
  });
});
beforeEach(async () => {
  await lab.gateway.client.call('policy.set', { policy: { rules: DEFAULT_POLICY.rules } });
  await lab.forget();
});
afterAll(() => lab.close());

const MESSAGE = { model: 'claude-opus-5', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hi' }] };
const CHAT = { model: 'gpt-chat', messages: [{ role: 'user' as const, content: 'hi' }] };

const anthropic = (): Anthropic => new Anthropic({ apiKey: LOCAL_KEY, baseURL: lab.origin, maxRetries: 0 });
const openai = (): OpenAI => new OpenAI({ apiKey: LOCAL_KEY, baseURL: `${lab.origin}/v1`, maxRetries: 0 });

describe('Anthropic’s own client', () => {
  test('gets a message, whole and streamed', async () => {
    const whole = await anthropic().messages.create(MESSAGE);
    const streamed = await anthropic().messages.stream(MESSAGE).finalMessage();
    for (const message of [whole, streamed]) {
      expect(message).toMatchObject({
        model: 'claude-opus-5',
        content: [{ type: 'text', text: 'The quick brown fox — jumps ☃.' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 100, cache_read_input_tokens: 20, output_tokens: 40 },
      });
    }
    for (const { path, json, headers } of lab.upstream.requests) {
      expect(path).toBe('/v1/responses');
      expect(json).toMatchObject({ model: 'gpt-5.5', stream: true, store: false });
      expect(headers.filter(([name]) => /^(?:anthropic|x-stainless)/i.test(name))).toEqual([]);
    }
    expect(lab.upstream.violations).toEqual([]);
    const row = {
      dialect: 'messages',
      models: { requested: 'claude-opus-5', upstream: 'gpt-5.5', served: 'gpt-5.5' },
      tokens: { input: 120, cached: 20, output: 40, reasoning: 8 },
      status: 200,
      error: null,
      partial: false,
    };
    expect(await lab.newRows()).toMatchObject([
      { ...row, streamed: false },
      { ...row, streamed: true },
    ]);
  });

  test.each([true, false])('gets a failure as an error of its own kind, streamed: %s', async (stream) => {
    lab.upstream.next({ kind: 'error', status: 429, headers: { 'retry-after': '7' } });
    await expect(anthropic().messages.create({ ...MESSAGE, stream })).rejects.toMatchObject({
      status: 429,
      error: {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'Rate limit reached for requests. Please try again in 20s.' },
      },
    });
  });

  test('gets a response that failed as an error', async () => {
    lab.upstream.next({ kind: 'answer', terminal: 'failed' });
    await expect(anthropic().messages.create(MESSAGE)).rejects.toMatchObject({ status: 502 });
    expect(await lab.newRows()).toMatchObject([{ status: 502, partial: false }]);
  });

  test('sees that a stream was cut', async () => {
    lab.upstream.next({ kind: 'answer', cutAfter: 6 });
    const stream = anthropic().messages.stream(MESSAGE);
    await expect(stream.finalMessage()).rejects.toThrow(/in the middle/);
    expect(await lab.newRows()).toMatchObject([{ error: 'upstream_cut', partial: true }]);
    lab.upstream.next({ kind: 'answer', terminal: 'none' });
    await expect(anthropic().messages.stream(MESSAGE).finalMessage()).rejects.toThrow(/in the middle/);
    lab.upstream.next({ kind: 'answer', cutAfter: 6 });
    await expect(anthropic().messages.create(MESSAGE)).rejects.toThrow(/in the middle/);
  });
});

describe('OpenAI’s Chat client', () => {
  test('gets a completion, whole and streamed', async () => {
    const whole = await openai().chat.completions.create(CHAT);
    const stream = openai().chat.completions.stream({ ...CHAT, stream_options: { include_usage: true } });
    const streamed = await stream.finalChatCompletion();
    for (const completion of [whole, streamed]) {
      expect(completion).toMatchObject({
        model: 'gpt-chat',
        choices: [{ message: { content: 'The quick brown fox — jumps ☃.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 },
      });
    }
    expect(lab.upstream.requests.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/responses']);
  });

  test('sees that a stream was cut, and no good end', async () => {
    lab.upstream.next({ kind: 'answer', cutAfter: 6 });
    const answer = await send(lab.origin, { path: '/v1/chat/completions', body: { ...CHAT, stream: true } });
    expect(answer.text).toContain('"upstream_cut"');
    expect(answer.text).not.toContain('[DONE]');
    expect(answer.text).not.toMatch(/"finish_reason":"/);
  });

  test('gets an upstream’s error as it is', async () => {
    lab.upstream.next({ kind: 'error', status: 404 });
    const answer = await send(lab.origin, { path: '/v1/chat/completions', body: CHAT });
    expect([answer.status, answer.error.message]).toEqual([404, 'Invalid URL']);
  });
});

describe('the door judges what leaves', () => {
  const call = (body: object, headers: Call['headers'] = {}): Call => ({ path: '/v1/messages', body, headers });

  test('Fast is filtered, by member and by token', async () => {
    await send(lab.origin, call({ ...MESSAGE, speed: 'fast' }));
    await send(lab.origin, call(MESSAGE, { 'anthropic-beta': 'fast-mode-2026-02-01' }));
    await send(lab.origin, { path: '/v1/chat/completions', body: { ...CHAT, service_tier: ' Fast ' } });
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    const row = { verdict: 'filter', tiers: { requested: 'priority', sent: null } };
    expect(await lab.newRows()).toMatchObject([row, row, row]);
  });

  test('and passed as the tier priority where a rule lets it', async () => {
    await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
    await send(lab.origin, call({ ...MESSAGE, speed: 'fast' }));
    expect(lab.upstream.last.json).toMatchObject({ service_tier: 'priority' });
    expect(await lab.newRows()).toMatchObject([
      { tiers: { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' } },
    ]);
  });

  test('a block is in the tool’s own shape', async () => {
    await lab.gateway.client.call('policy.set', { policy: { rules: [{ serviceTier: 'priority', action: 'block' }] } });
    const answer = await send(lab.origin, call({ ...MESSAGE, speed: 'fast' }));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      403,
      { type: 'error', error: { type: 'forbidden_error' } },
    ]);
    expect(lab.upstream.requests).toEqual([]);
  });
});

test('what cannot be said is a 400 that names it, and hints left out are told', async () => {
  const refused = await send(lab.origin, { path: '/v1/messages', body: { ...MESSAGE, top_k: 5, speed: 'fast' } });
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.text)).toMatchObject({
    type: 'error',
    error: { code: 'untranslatable', message: expect.stringContaining('top_k') as string },
  });
  expect(await lab.newRows()).toMatchObject([
    { status: 400, error: 'untranslatable', tiers: { requested: 'priority', sent: null } },
  ]);
  const told = await send(lab.origin, { path: '/v1/messages', body: { ...MESSAGE, context_management: {} } });
  expect([told.status, told.header('x-tiergate-left-out')]).toEqual([200, 'context_management']);
});

test('a model that no mapping names is a 400 that names it', async () => {
  const answer = await send(lab.origin, { path: '/v1/messages', body: { ...MESSAGE, model: 'gemini' } });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({
    error: { code: 'model_not_served', message: expect.stringContaining('gemini') as string },
  });
});

test('tokens of Messages cannot be counted there', async () => {
  const answer = await send(lab.origin, { path: '/v1/messages/count_tokens', body: MESSAGE });
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
});
