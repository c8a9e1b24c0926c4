import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { send } from './tool.ts';

/** Which headers go up and come down; the fake provider itself complains about those it should never see. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(() => {
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

async function up(headers: Record<string, string>): Promise<readonly (readonly [string, string])[]> {
  expect((await send(lab.origin, { headers })).status).toBe(200);
  return lab.upstream.last.headers;
}

/** Another tool's key looks the same, and must stay here as well. */
const OTHER_KEY = 'tg-AbCdEfGhIjKlMnOpQrStUvWxYz012345';

describe('what stays on this machine', () => {
  test.each<[string, Record<string, string>]>([
    ['cookies', { cookie: 'session=1' }],
    ['the proxy’s words', { 'proxy-authorization': 'Basic eA==', 'proxy-connection': 'keep-alive' }],
    ['the connection’s words', { 'keep-alive': 'timeout=5', te: 'trailers', connection: 'close, te' }],
    [
      'where the tool is',
      {
        forwarded: 'for=1.2.3.4',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-host': 'h',
        via: '1.1 x',
        'x-real-ip': '1.2.3.4',
      },
    ],
    ['what a connection header names', { connection: 'close, x-private', 'x-private': 'one' }],
    ['the gateway’s own words', { 'x-tiergate-turn': 'forged', 'x-tiergate-session': 'token' }],
    ['a second credential', { 'x-api-key': 'sk-the-tools-own', 'api-key': 'sk-azure' }],
    ['a wish for a coding', { 'accept-encoding': 'gzip, deflate, br, zstd' }],
  ])('%s', async (_, headers) => {
    const names = new Set((await up(headers)).map(([name]) => name.toLowerCase()));
    for (const name of Object.keys(headers))
      if (name !== 'connection' && name !== 'accept-encoding') expect(names).not.toContain(name);
    expect(lab.upstream.last.header('accept-encoding')).toEqual(['identity']);
  });

  test.each<[string, Record<string, string>]>([
    ['in a header of another name', { 'x-custom-auth': LOCAL_KEY }],
    ['inside a longer value', { 'user-agent': `tool/1.0 (key ${LOCAL_KEY})` }],
    ['another tool’s', { 'x-custom-auth': `Bearer ${OTHER_KEY}` }],
    ['as an API key of another provider', { 'x-goog-api-key': OTHER_KEY }],
    ['as the x-api-key beside the Bearer', { 'x-api-key': LOCAL_KEY }],
  ])('a local key, %s', async (_, headers) => {
    const all = JSON.stringify(await up(headers));
    expect(all).not.toContain(LOCAL_KEY);
    expect(all).not.toContain(OTHER_KEY);
  });

  test.each([
    [`?key=${LOCAL_KEY}&a=1`, '?a=1'],
    [`?a=1&key=${OTHER_KEY}`, '?a=1'],
    [`?${LOCAL_KEY}`, ''],
    [`?a=${LOCAL_KEY}&b=${OTHER_KEY}`, ''],
  ])('a local key in the query %s', async (query, left) => {
    await send(lab.origin, { path: `/v1/responses${query}` });
    expect(lab.upstream.last.path).toBe(`/v1/responses${left}`);
  });
});

describe('what goes up as it came', () => {
  test('is everything else, in its spelling and order, repeated ones too', async () => {
    const headers = {
      'User-Agent': 'codex_cli_rs/0.169',
      Originator: 'codex_cli_rs',
      'OpenAI-Beta': ['responses=experimental', 'other=1'],
      'chatgpt-account-id': 'acct',
      session_id: '0123',
      'x-codex-turn-state': 'state',
      'X-Stainless-Lang': 'js',
      'idempotency-key': 'one',
      'X-Latin': 'caf\u00e9',
      accept: 'text/event-stream',
    };
    expect((await send(lab.origin, { headers })).status).toBe(200);
    const names = lab.upstream.last.headers.map(([name]) => name);
    expect(names.filter((name) => name in headers)).toEqual([
      'User-Agent',
      'Originator',
      'OpenAI-Beta',
      'OpenAI-Beta',
      'chatgpt-account-id',
      'session_id',
      'x-codex-turn-state',
      'X-Stainless-Lang',
      'idempotency-key',
      'X-Latin',
      'accept',
    ]);
    expect(lab.upstream.last.header('openai-beta')).toEqual(['responses=experimental', 'other=1']);
    expect(lab.upstream.last.header('x-latin')).toEqual(['caf\u00e9']);
  });

  test.each([
    '?a=1&b=2',
    '?include[]=x',
    '?q=%2e%2E%2f%00',
    '?',
    '?a=?b',
    '?stream=true&include=reasoning.encrypted_content',
  ])('is the query %s', async (query) => {
    expect((await send(lab.origin, { path: `/v1/responses${query}` })).status).toBe(200);
    expect(lab.upstream.last.path).toBe(`/v1/responses${query}`);
  });

  test('is not what a connection header names, where that would take the body’s framing away', async () => {
    const headers = { connection: 'close, content-type, content-length, authorization' };
    expect((await send(lab.origin, { headers })).status).toBe(200);
    expect(lab.upstream.last.header('content-type')).toEqual(['application/json']);
  });
});

describe('what comes down', () => {
  const headers = {
    'retry-after': '7',
    'retry-after-ms': '7000',
    'x-codex-primary-used-percent': '42',
    'x-request-id': 'req_of_the_provider',
    'openai-organization': 'org',
    'cf-ray': 'ray',
    'X-Mixed-Case': 'kept',
  };

  test.each([
    ['a good answer', { kind: 'answer' as const, headers }],
    ['an error', { kind: 'error' as const, status: 429, headers }],
  ])('with %s: request ids, limits, Codex’s state, the model, when to try again', async (_, script) => {
    lab.upstream.next(script);
    const answer = await send(lab.origin);
    for (const [name, value] of Object.entries(headers)) expect(answer.header(name.toLowerCase())).toBe(value);
    if (script.kind === 'error') return;
    expect(answer.header('openai-model')).toBe('gpt-5.5');
    expect(answer.header('x-codex-turn-state')).toMatch(/^turn-state-/);
    expect(answer.header('x-ratelimit-remaining-tokens')).toBe('1999900');
    expect(answer.header('openai-processing-ms')).toBe('42');
  });

  test('without what a browser or the next request would take as the gateway’s own', async () => {
    const unwelcome = {
      'set-cookie': 'a=1',
      'alt-svc': 'h3=":443"',
      'strict-transport-security': 'max-age=1',
      'access-control-allow-origin': '*',
      'x-tiergate-turn': 'forged',
      'keep-alive': 'timeout=1',
      'proxy-authenticate': 'Basic',
      connection: 'close, x-hop',
      'x-hop': 'one',
    };
    for (const script of [{ kind: 'answer' as const }, { kind: 'error' as const, status: 400 }]) {
      lab.upstream.next({ ...script, headers: unwelcome });
      const answer = await send(lab.origin);
      const own = await lab.newRows();
      for (const name of ['set-cookie', 'alt-svc', 'strict-transport-security', 'access-control-allow-origin', 'x-hop'])
        expect(answer.header(name)).toBeUndefined();
      expect(answer.header('x-tiergate-turn')).toBe(own[0]?.id);
    }
  });
});
