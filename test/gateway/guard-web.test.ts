import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { request, speak, statuses, turnLines } from './raw-socket.ts';
import { TURN, send } from './tool.ts';

/** A web page that has found the gateway's port tries to spend the user's money; it even knows the local key. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  // Whatever was refused: nothing of it went up or into the ledger, and the next tool is served.
  expect(lab.upstream.requests).toHaveLength(0);
  expect(await lab.newRows()).toEqual([]);
  expect((await send(lab.origin)).status).toBe(200);
  expect(await lab.newRows()).toHaveLength(1);
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

const body = JSON.stringify(TURN);

describe('a name that was bound to this machine by an attacker’s DNS', () => {
  test.each([
    ['another name', 'evil.example'],
    ['another name with our port', 'evil.example:4141'],
    ['a name that begins like ours', 'localhost.evil.example'],
    ['a name that ends like ours', 'evil-localhost'],
    ['a name after our address', '127.0.0.1.evil.example'],
    ['the address of all addresses', '0.0.0.0'],
    ['its IPv6 form', '[::]'],
    ['another loopback address', '127.0.0.2'],
    ['the loopback address as a number', '2130706433'],
    ['the loopback address in short', '127.1'],
    ['IPv6 loopback without brackets', '::1'],
    ['the mapped IPv4 address', '[::ffff:127.0.0.1]'],
    ['our name with a dot', 'localhost.'],
    ['a user before our name', 'evil@127.0.0.1'],
    ['a port that is none', '127.0.0.1:evil'],
    ['two names in one', '127.0.0.1, evil.example'],
  ])('as Host is refused: %s', async (_, host) => {
    const answer = await send(lab.origin, { headers: { host } });
    expect(answer.status).toBe(403);
    expect(answer.error).toMatchObject({ type: 'permission_error', code: 'host_refused' });
    expect(answer.error.message).toContain('127.0.0.1');
  });

  test.each(['/healthz', '/_tiergate/', '/_tiergate/api/status.get', '/v1/models', '/'])(
    'is refused on %s as well',
    async (path) => {
      const answer = await send(lab.origin, { path, method: 'GET', body: '', headers: { host: 'evil.example' } });
      expect(answer.status).toBe(403);
    },
  );

  test.each([
    ['ours first', ['Host: localhost']],
    ['the evil one after ours', ['Host: evil.example']],
  ])('as a second Host is refused: %s', async (_, more) => {
    const answer = await speak(lab.origin, request([...turnLines(lab.origin, body), ...more], body));
    expect(statuses(answer)).toEqual([403]);
    expect(answer).toContain('host_refused');
  });

  test('that is empty is refused', async () => {
    const lines = turnLines(lab.origin, body).map((line) => (line.startsWith('Host:') ? 'Host:' : line));
    expect(statuses(await speak(lab.origin, request(lines, body)))).toEqual([403]);
  });

  test.each([
    ['HTTP/1.1', 400],
    ['HTTP/1.0', 403],
  ])('a request of %s without any Host is refused', async (version, status) => {
    const lines = turnLines(lab.origin, body).filter((line) => !line.startsWith('Host:'));
    const answer = await speak(lab.origin, request(lines, body).replace('HTTP/1.1', version));
    expect(statuses(answer)).toEqual([status]);
  });
});

describe('our own names are served', () => {
  test.each(['127.0.0.1', 'localhost', 'LocalHost:9', '[::1]', '[::1]:4141', '127.0.0.1:65535'])('%s', async (host) => {
    const answer = await send(lab.origin, { headers: { host } });
    expect(answer.status).toBe(200);
    await lab.forget();
  });
});

describe('a page in the browser', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:3000' }],
    ['the gateway’s own address', { origin: 'OWN' }],
    ['a browser extension', { origin: 'chrome-extension://abcdef' }],
    ['a request that the browser marks cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a request that the browser marks same-site', { 'sec-fetch-site': 'same-site' }],
    ['a mark in another letter case', { 'sec-fetch-site': 'Cross-Site' }],
  ])('is refused, and granted nothing: %s', async (_, headers) => {
    const own = 'origin' in headers && headers.origin === 'OWN' ? { origin: lab.origin } : headers;
    const answer = await send(lab.origin, { headers: own });
    expect(answer.status).toBe(403);
    expect(answer.error.code).toBe('origin_refused');
    expect(answer.header('access-control-allow-origin')).toBeUndefined();
  });

  test.each(['/v1/responses', '/healthz', '/_tiergate/api/policy.set', '/nowhere'])(
    'is granted nothing by a preflight to %s',
    async (path) => {
      const answer = await send(lab.origin, {
        path,
        method: 'OPTIONS',
        body: '',
        headers: {
          origin: 'https://evil.example',
          authorization: undefined,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
          'access-control-request-private-network': 'true',
        },
      });
      expect(answer.status).toBe(403);
      expect(answer.text).not.toContain('evil');
    },
  );

  test('with a second, harmless Origin is refused', async () => {
    const lines = [...turnLines(lab.origin, body), 'Origin: https://evil.example', `Origin: ${lab.origin}`];
    expect(statuses(await speak(lab.origin, request(lines, body)))).toEqual([403]);
  });

  test('may not open a WebSocket, neither for turns nor for the window’s pushes', async () => {
    for (const path of ['/v1/responses', '/v1/realtime', '/_tiergate/events', '/nowhere']) {
      const lines = upgrade(path, ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']);
      const answer = await speak(lab.origin, request(lines));
      expect(statuses(answer)).toEqual([403]);
      expect(answer).toContain('origin_refused');
    }
  });

  test('on a re-bound name may not open a WebSocket either', async () => {
    const lines = upgrade('/v1/responses', []).map((line) => (line.startsWith('Host:') ? 'Host: evil.example' : line));
    const answer = await speak(lab.origin, request(lines));
    expect(statuses(answer)).toEqual([403]);
    expect(answer).toContain('host_refused');
  });
});

test('no answer of any kind carries a CORS grant', async () => {
  lab.upstream.next({ kind: 'answer', headers: { 'access-control-allow-origin': '*' } });
  lab.upstream.next({ kind: 'error', status: 429, headers: { 'access-control-allow-origin': '*' } });
  const answers = [
    await send(lab.origin),
    await send(lab.origin),
    await send(lab.origin, { headers: { authorization: undefined } }),
    await send(lab.origin, { path: '/nowhere' }),
    await send(lab.origin, { path: '/healthz', method: 'GET', body: '' }),
    await send(lab.origin, { headers: { origin: 'https://evil.example' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 401, 404, 200, 403]);
  for (const answer of answers)
    for (const name of ['origin', 'credentials', 'headers', 'methods', 'private-network'])
      expect(answer.header(`access-control-allow-${name}`)).toBeUndefined();
  await lab.forget();
});

function upgrade(path: string, more: readonly string[]): string[] {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${new URL(lab.origin).host}`,
    `Authorization: Bearer ${LOCAL_KEY}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
  ];
}
