import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_KEY, type TestGateway, startGateway } from '../fakes/gateway.ts';

let gateway: TestGateway;
let token: string;

beforeAll(async () => {
  gateway = await startGateway();
  token = /#session=(.+)$/.exec(gateway.runtime.windowUrl() ?? '')?.[1] ?? '';
});

afterAll(() => gateway.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request as it is, without what a friendlier client would correct. */
async function send(path: string, headers: OutgoingHttpHeaders = {}, method = 'POST', body = '{}'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(gateway.origin, { path, method, headers, agent: false }, (answer) => {
    text(answer).then((whole) => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: whole });
    }, reject);
  });
  sent.once('error', reject);
  sent.end(method === 'POST' || method === 'PUT' ? body : undefined);
  return promise;
}

const json = { 'content-type': 'application/json' };
const call = (headers: OutgoingHttpHeaders = {}, method = 'POST', body = '{}'): Promise<Answer> =>
  send('/_tiergate/api/status.get', { ...json, 'x-tiergate-session': token, ...headers }, method, body);

function codeOf({ body }: Answer): unknown {
  return (JSON.parse(body) as { error?: { code?: unknown } }).error?.code;
}

describe('a call over HTTP', () => {
  test('with the session’s token is answered, and kept by nobody on the way', async () => {
    const answer = await call();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: true, value: { version: 'test' } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('with an empty body asks with nothing', async () => {
    expect((await call({}, 'POST', '')).status).toBe(200);
  });

  test.each<[name: string, send: () => Promise<Answer>, code: string]>([
    [
      'to an unknown name',
      () => send('/_tiergate/api/no.call', { ...json, 'x-tiergate-session': token }),
      'control_invalid',
    ],
    ['to no name', () => send('/_tiergate/api/', { ...json, 'x-tiergate-session': token }), 'control_invalid'],
    ['with GET', () => call({}, 'GET'), 'control_invalid'],
    ['with PUT', () => call({}, 'PUT'), 'control_invalid'],
    [
      'without a content type',
      () => send('/_tiergate/api/status.get', { 'x-tiergate-session': token }),
      'control_invalid',
    ],
    ['as a form could send it', () => call({ 'content-type': 'text/plain' }), 'control_invalid'],
    ['with half a body', () => call({}, 'POST', '{"a":'), 'control_invalid'],
    ['with a list', () => call({}, 'POST', '[]'), 'control_invalid'],
  ])('%s is refused', async (_name, sent, code) => {
    const answer = await sent();
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe(code);
  });
});

describe('attack: a call without the right to it', () => {
  const wrong = 'A'.repeat(32);

  test.each<[name: string, sent: () => Promise<Answer>]>([
    ['no token', () => call({ 'x-tiergate-session': [] })],
    ['an empty token', () => call({ 'x-tiergate-session': '' })],
    ['another token', () => call({ 'x-tiergate-session': wrong })],
    ['the token and more', () => call({ 'x-tiergate-session': `${token}x` })],
    ['two tokens, one right', () => call({ 'x-tiergate-session': [wrong, token] })],
    ['a tool’s key in its place', () => call({ 'x-tiergate-session': LOCAL_KEY })],
    ['a tool’s key as bearer', () => call({ 'x-tiergate-session': [], authorization: `Bearer ${LOCAL_KEY}` })],
    ['the token as bearer', () => call({ 'x-tiergate-session': [], authorization: `Bearer ${token}` })],
    ['the token in the query', () => send(`/_tiergate/api/status.get?session=${token}`, json)],
    ['the token in a cookie', () => send('/_tiergate/api/status.get', { ...json, cookie: `session=${token}` })],
    ['no token, and no such call', () => send('/_tiergate/api/no.call', json)],
    ['another token, with GET', () => call({ 'x-tiergate-session': wrong }, 'GET')],
  ])('%s: 401 before anything else, and nothing is echoed', async (_name, sent) => {
    const answer = await sent();
    expect(answer.status).toBe(401);
    expect(codeOf(answer)).toBe('session_token_invalid');
    for (const secret of [wrong, token, LOCAL_KEY]) {
      expect(answer.body).not.toContain(secret);
      expect(JSON.stringify(answer.headers)).not.toContain(secret);
    }
  });

  test('the token opens no way to an upstream', async () => {
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { 'x-tiergate-session': token },
      { 'x-api-key': token },
    ])
      expect((await send('/v1/responses', { ...json, ...headers }, 'POST', '{"model":"m"}')).status).toBe(401);
  });
});

describe('attack: a web page', () => {
  const own = (): string => gateway.origin;

  test.each([
    'https://evil.example',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost:4141',
    'null',
    'file://',
    'app://tiergate',
  ])('from %s is refused, token or not, under every path', async (origin) => {
    for (const path of ['/_tiergate/api/status.get', '/_tiergate/', '/_tiergate/events'])
      expect(await send(path, { ...json, origin, 'x-tiergate-session': token })).toMatchObject({ status: 403 });
  });

  test('our own origin is let in under /_tiergate/ and nowhere else', async () => {
    expect((await call({ origin: own() })).status).toBe(200);
    const turn = { ...json, origin: own(), authorization: `Bearer ${LOCAL_KEY}` };
    expect((await send('/v1/responses', turn, 'POST', '{"model":"m"}')).status).toBe(403);
    expect((await send('/healthz', { origin: own() }, 'GET')).status).toBe(403);
  });

  test('our own origin under another of this machine’s names is another origin', async () => {
    expect((await call({ origin: own().replace('127.0.0.1', 'localhost') })).status).toBe(403);
    expect((await call({ origin: own(), host: 'evil.example' })).status).toBe(403);
    expect((await call({ origin: 'http://evil.example', host: 'evil.example' })).status).toBe(403);
  });

  test.each(['cross-site', 'same-site'])('marked %s by the browser is refused', async (site) => {
    expect((await call({ 'sec-fetch-site': site })).status).toBe(403);
    expect((await call({ 'sec-fetch-site': site, origin: own() })).status).toBe(403);
  });

  test('is never granted anything, not even our own', async () => {
    const preflight = {
      origin: own(),
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-tiergate-session',
    };
    const answers = await Promise.all([
      send('/_tiergate/api/status.get', preflight, 'OPTIONS'),
      send('/_tiergate/api/status.get', { ...preflight, origin: 'https://evil.example' }, 'OPTIONS'),
      call({ origin: own() }),
      call({ origin: 'https://evil.example' }),
      send('/_tiergate/', { origin: own() }, 'GET'),
    ]);
    for (const { headers } of answers)
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(answers.slice(0, 2).map(({ status }) => status >= 400)).toEqual([true, true]);
  });
});
