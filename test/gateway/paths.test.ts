import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { TURN, send } from './tool.ts';

/** Only exact paths from a list lead to a provider: any other spelling could be another path to another reader. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const fast = { ...TURN, service_tier: 'priority' };

describe('leads nowhere, and the answer says what paths there are', () => {
  test.each([
    '//v1/responses',
    '/v1//responses',
    '/v1/responses/',
    '/v1/responses//',
    '/v1/./responses',
    '/v1/../v1/responses',
    '/v1/x/../responses',
    '/v1/responses/.',
    '/v1%2fresponses',
    '/v1/%72esponses',
    '/v1/responses%20',
    '/v1/responses%00',
    '/v1/responses%3Fa',
    '/v1/responses;a=1',
    '/v1/Responses',
    '/V1/responses',
    '/v1/chat/Completions',
    '/v1/chat%2fcompletions',
    '/v1/chat\\completions',
    '/v1/chat',
    '/v1',
    '/v1/',
    '/',
    '*',
    'v1/responses',
    '/v1/v1/responses',
    '/api/v1/responses',
    '/v1/completions',
    '/v1/responses/compact/more',
    '/v1/responses/resp_1/cancel',
    '/_tiergate',
    '/_Tiergate/',
    '/healthz/',
    'http://evil.example/v1/responses',
    'http://127.0.0.1/v1/responses',
    '/v1/responses#fragment',
  ])('%s', async (path) => {
    const answer = await send(lab.origin, { path, body: fast });
    // What the HTTP parser does not even take for a target gets its 400 there.
    expect([400, 404]).toContain(answer.status);
    if (answer.status === 404 && answer.text.startsWith('{')) {
      expect(answer.error).toMatchObject({ type: 'not_found_error', code: 'route_unknown' });
      expect(answer.error.message).toMatch(/\/v1\/(?:responses|chat\/completions|messages)/);
    }
    expect(lab.upstream.requests).toEqual([]);
    expect(await lab.newRows()).toEqual([]);
  });

  test('and a long one comes back cut', async () => {
    const answer = await send(lab.origin, { path: `/${'x'.repeat(10_000)}` });
    expect(answer.status).toBe(404);
    expect(answer.text.length).toBeLessThan(500);
  });
});

describe('leads to the provider', () => {
  test.each([
    ['/v1/responses', '/v1/responses'],
    ['/responses', '/v1/responses'],
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/chat/completions', '/v1/chat/completions'],
    ['/responses?a=1', '/v1/responses?a=1'],
  ])('%s', async (path, upstreamPath) => {
    expect((await send(lab.origin, { path, body: fast })).status).toBe(200);
    expect(lab.upstream.last.path).toBe(upstreamPath);
    expect(await lab.upstream.leaks(['priority'])).toEqual([]);
  });
});

test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'QUERY'])(
  'the method %s gets 405 and the one that is meant, with whatever body',
  async (method) => {
    const answer = await send(lab.origin, { path: '/v1/chat/completions', method, body: fast });
    expect(answer.status).toBe(405);
    expect(answer.header('allow')).toBe('POST');
    if (method !== 'HEAD') expect(answer.error).toMatchObject({ code: 'method_refused' });
    expect(lab.upstream.requests).toEqual([]);
    expect(await lab.newRows()).toEqual([]);
  },
);

test('a method in a header does not make another one of POST', async () => {
  const headers = { 'x-http-method-override': 'DELETE' };
  expect((await send(lab.origin, { headers })).status).toBe(200);
  expect(lab.upstream.last.method).toBe('POST');
});

test('an account’s base path stands before the route, whatever slashes it ends in', async () => {
  const prefixed = await startLab({ account: { baseUrl: `${lab.upstream.origin}/proxy/openai/v1//` } });
  lab.upstream.next({ kind: 'error', status: 404 });
  await send(prefixed.origin);
  expect(lab.upstream.last.path).toBe('/proxy/openai/v1/responses');
  await prefixed.close();
});

test('/healthz answers whoever asks from this machine, and says nothing but ok', async () => {
  const answer = await send(lab.origin, {
    path: '/healthz',
    method: 'GET',
    body: '',
    headers: { authorization: undefined },
  });
  expect([answer.status, answer.text]).toEqual([200, 'ok']);
});
