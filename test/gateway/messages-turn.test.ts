import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { type Lab, startLab } from './lab.ts';
import { type Call, send } from './tool.ts';

/** Messages on an account that speaks them: byte for byte, but for what the policy takes out. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ account: { provider: 'anthropic' } });
});
beforeEach(async () => {
  await lab.gateway.client.call('policy.set', { policy: { rules: DEFAULT_POLICY.rules } });
  await lab.forget();
});
afterAll(() => lab.close());

const FAST_BETA = 'fast-mode-2026-02-01';
const BODY = { model: 'claude-opus-5', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };

function message(more: Partial<Call> = {}): Call {
  return {
    path: '/v1/messages?beta=true',
    body: BODY,
    ...more,
    headers: { 'anthropic-version': '2023-06-01', ...more.headers },
  };
}

describe('a turn', () => {
  test('goes up as it came, with Anthropic’s own header for the key', async () => {
    const text =
      '{ "model":"claude-opus-5","max_tokens":1e2, "messages":[{"role":"user","content":"h\\u0069"}],"system":[] }';
    const betas = 'claude-code-20250219, interleaved-thinking-2025-05-14';
    const answer = await send(
      lab.origin,
      message({ body: text, headers: { 'anthropic-beta': betas, 'x-app': 'cli' } }),
    );
    expect(answer.status).toBe(200);
    const { last } = lab.upstream;
    expect(last.path).toBe('/v1/messages?beta=true');
    expect(last.body.toString()).toBe(text);
    expect(last.header('anthropic-beta')).toEqual([betas]);
    expect(last.header('anthropic-version')).toEqual(['2023-06-01']);
    expect(last.header('x-app')).toEqual(['cli']);
    expect(last.header('x-api-key')).toHaveLength(1);
    expect(last.header('authorization')).toEqual([]);
    expect(lab.upstream.violations).toEqual([]);
  });

  test.each([true, false])('has its row, streamed: %s', async (stream) => {
    const answer = await send(lab.origin, message({ body: { ...BODY, stream } }));
    expect(answer.text).toContain(stream ? 'event: message_stop' : '"type":"message"');
    expect(await lab.newRows()).toMatchObject([
      {
        dialect: 'messages',
        route: '/messages',
        streamed: stream,
        models: { requested: 'claude-opus-5', upstream: 'claude-opus-5', served: 'claude-opus-5' },
        tiers: { requested: null, sent: null, served: 'default', billed: 'default' },
        tokens: { input: 120, cached: 20, cacheWrite: 0, cacheWriteHour: 0, output: 40 },
        status: 200,
        error: null,
        partial: false,
      },
    ]);
  });

  test.each([true, false])('pays for an hour of cache what that costs, streamed: %s', async (stream) => {
    const usage = { input: 1000, cached: 100, cacheWrite: 700, cacheWriteHour: 400, output: 10, reasoning: 0 };
    lab.upstream.always({ kind: 'answer', usage });
    await send(lab.origin, message({ body: { ...BODY, stream } }));
    // 200 × 5 + 100 × 0.5 + 300 × 6.25 + 400 × 10 + 10 × 25 millionths of a dollar.
    const cost = { input: 1e9, cached: 5e7, cacheWrite: 1.875e9, cacheWriteHour: 4e9, output: 2.5e8, total: 7.175e9 };
    expect(await lab.newRows()).toMatchObject([{ tokens: { ...usage, reasoning: null }, cost }]);
  });

  test.each<[string, Call['headers']]>([
    ['as x-api-key', { authorization: undefined, 'x-api-key': 'tg-test-local-key-0123456789abcdef' }],
    ['as Bearer', {}],
  ])('takes the local key %s', async (_, headers = {}) => {
    expect((await send(lab.origin, message({ headers }))).status).toBe(200);
    expect(lab.upstream.violations).toEqual([]);
  });

  test.each(['/v1/messages', '/messages'])('is served at %s', async (path) => {
    expect((await send(lab.origin, message({ path }))).status).toBe(200);
    expect(lab.upstream.last.path).toBe('/v1/messages');
  });
});

describe('Fast', () => {
  const fast = { ...BODY, speed: 'fast' };
  const beta = `claude-code-20250219,${FAST_BETA}`;

  test('is filtered: member and token', async () => {
    await send(lab.origin, message({ body: fast, headers: { 'anthropic-beta': beta } }));
    expect(lab.upstream.last.json).toEqual(BODY);
    expect(lab.upstream.last.header('anthropic-beta')).toEqual(['claude-code-20250219']);
    expect(await lab.newRows()).toMatchObject([
      {
        verdict: 'filter',
        rule: 'no-fast',
        tiers: { requested: 'priority', sent: null, served: 'default', billed: 'default' },
      },
    ]);
  });

  test('in a header said twice is filtered too', async () => {
    await send(lab.origin, message({ headers: { 'anthropic-beta': [`a,${FAST_BETA}`, `${FAST_BETA}, b`] } }));
    expect(lab.upstream.last.header('anthropic-beta')).toEqual(['a,b']);
  });

  test('passes where a rule lets it, byte for byte', async () => {
    await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
    const text = '{"model":"claude-opus-5","speed":"fast","max_tokens":1,"messages":[]}';
    await send(lab.origin, message({ body: text, headers: { 'anthropic-beta': beta } }));
    expect(lab.upstream.last.body.toString()).toBe(text);
    expect(lab.upstream.last.header('anthropic-beta')).toEqual([beta]);
    expect(await lab.newRows()).toMatchObject([
      { tiers: { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' } },
    ]);
  });

  test('is blocked in Anthropic’s envelope', async () => {
    await lab.gateway.client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'priority', action: 'block', errorMessage: 'Not here' }] },
    });
    const answer = await send(lab.origin, message({ body: fast }));
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({
      type: 'error',
      error: { type: 'forbidden_error', message: 'Not here', code: 'policy_violation' },
    });
    expect(lab.upstream.requests).toEqual([]);
  });

  test('in fallbacks and batches is filtered', async () => {
    await send(lab.origin, message({ body: { ...BODY, fallbacks: [{ model: 'claude-haiku', speed: 'fast' }] } }));
    expect(lab.upstream.last.json).toEqual({ ...BODY, fallbacks: [{ model: 'claude-haiku' }] });
    const batch = (params: object): object => ({ requests: [{ custom_id: '1', params }] });
    await send(lab.origin, message({ path: '/v1/messages/batches', body: batch(fast) }));
    expect(lab.upstream.last.json).toEqual(batch(BODY));
  });
});

describe('every failure is in Anthropic’s envelope', () => {
  test.each<[string, Partial<Call>, number, string]>([
    ['no key', { headers: { authorization: undefined } }, 401, 'authentication_error'],
    ['no model', { body: {} }, 400, 'invalid_request_error'],
    ['disputed members', { body: '{"model":"m","speed":"fast","Speed":null}' }, 400, 'invalid_request_error'],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415, 'invalid_request_error'],
    ['another method', { method: 'PUT' }, 405, 'invalid_request_error'],
  ])('%s', async (_, call, status, type) => {
    const answer = await send(lab.origin, message(call));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error', error: { type } });
    expect(lab.upstream.requests).toEqual([]);
  });

  test('an upstream’s own error goes through as it is', async () => {
    const body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    lab.upstream.next({ kind: 'error', status: 529, body });
    const answer = await send(lab.origin, message());
    expect([answer.status, answer.text]).toEqual([529, body]);
  });

  test('a cut stream says so in its last event, and breaks', async () => {
    lab.upstream.next({ kind: 'answer', cutAfter: 5 });
    const answer = await send(lab.origin, message({ body: { ...BODY, stream: true } }));
    expect(answer.broken).toBe(true);
    expect(answer.text).toMatch(/event: error\ndata: \{"type":"error",.*"upstream_cut"/);
    expect(answer.text).not.toContain('message_stop');
    // What was written until then is on the provider's bill, and nobody here knows how much that is.
    expect(await lab.newRows()).toMatchObject([
      { error: 'upstream_cut', partial: true, tokens: { input: 120, output: null }, cost: { total: null } },
    ]);
  });
});

test('tokens are counted by the upstream, and cost nothing', async () => {
  const answer = await send(lab.origin, message({ path: '/v1/messages/count_tokens' }));
  expect(JSON.parse(answer.text)).toEqual({ input_tokens: 2095 });
  expect(lab.upstream.last.path).toBe('/v1/messages/count_tokens');
  expect(await lab.newRows()).toMatchObject([
    { route: '/messages/count_tokens', tokens: { input: null, output: null }, cost: { total: 0 } },
  ]);
});
