import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { answerTo, dialOpen, send } from './tool.ts';
import { connectRaw, heard, request, speak, statuses, turnLines } from './raw-socket.ts';

/** Another program on this machine has no local key, or a wrong one. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  expect(lab.upstream.requests).toHaveLength(0);
  expect(await lab.newRows()).toEqual([]);
  expect((await send(lab.origin)).status).toBe(200);
});
afterAll(() => lab.close());

const WRONG = 'tg-somebody-elses-key-00000000000000';

describe('a request is refused with 401', () => {
  test.each<[string, Record<string, string>]>([
    ['without a key', {}],
    ['with a wrong Bearer', { authorization: `Bearer ${WRONG}` }],
    ['with a wrong x-api-key', { 'x-api-key': WRONG }],
    ['with the provider’s own key', { authorization: `Bearer ${FAKE_KEY}` }],
    [
      'with the key under another scheme',
      { authorization: `Basic ${Buffer.from(`:${LOCAL_KEY}`).toString('base64')}` },
    ],
    ['with the bare key in Authorization', { authorization: LOCAL_KEY }],
    ['with an empty Bearer', { authorization: 'Bearer ' }],
    ['with an empty x-api-key', { 'x-api-key': '  ' }],
    ['with the key cut short', { authorization: `Bearer ${LOCAL_KEY.slice(0, -1)}` }],
    ['with one letter more', { authorization: `Bearer ${LOCAL_KEY}x` }],
    ['with the key in another letter case', { authorization: `Bearer ${LOCAL_KEY.toUpperCase()}` }],
    ['with the key’s hash', { authorization: `Bearer sha256:${'0'.repeat(64)}` }],
    ['with two keys in one header', { authorization: `Bearer ${WRONG} ${LOCAL_KEY}` }],
    ['with the key in a cookie', { cookie: `key=${LOCAL_KEY}` }],
    ['with the key under api-key', { 'api-key': LOCAL_KEY }],
    ['with a wrong Bearer beside the right x-api-key', { authorization: `Bearer ${WRONG}`, 'x-api-key': LOCAL_KEY }],
  ])('%s', async (_, headers) => {
    const answer = await send(lab.origin, { headers: { authorization: undefined, ...headers } });
    expect(answer.status).toBe(401);
    expect(answer.error.type).toBe('authentication_error');
    expect(answer.error.code).toMatch(/^local_key_(missing|invalid)$/);
    expect(answer.error.message).toContain('tiergate tool add');
    expect(answer.header('x-should-retry')).toBe('false');
    // Neither the key nor anything made of it comes back.
    for (const secret of [LOCAL_KEY, WRONG, FAKE_KEY, 'sha256']) expect(answer.text).not.toContain(secret);
  });

  test.each(['key', 'api_key', 'api-key', 'access_token', 'authorization', 'token'])(
    'with the right key in the query as %s, as pages and logs would leak it',
    async (name) => {
      const answer = await send(lab.origin, {
        path: `/v1/responses?${name}=${LOCAL_KEY}`,
        headers: { authorization: undefined },
      });
      expect(answer.status).toBe(401);
      expect(answer.text).not.toContain(LOCAL_KEY);
    },
  );

  test.each(['/v1/responses', '/responses', '/v1/chat/completions', '/v1/nowhere', '/', '/v1/responses/'])(
    'on %s before the path is even looked at',
    async (path) => {
      expect((await send(lab.origin, { path, headers: { authorization: `Bearer ${WRONG}` } })).status).toBe(401);
    },
  );

  test('before its body is read: the answer comes while the body is still to come', async () => {
    const call = dialOpen(lab.origin, { headers: { authorization: undefined, 'content-length': 1_000_000 } });
    call.write('{');
    const answer = await answerTo(call);
    expect(answer.status).toBe(401);
    answer.leave();
  });

  test('and told so instead of "continue", when it asks before it sends its body', async () => {
    const body = '{}';
    const lines = turnLines(lab.origin, body).map((line) =>
      line.startsWith('Authorization') ? `Authorization: Bearer ${WRONG}` : line,
    );
    const socket = await connectRaw(lab.origin);
    socket.write(request([...lines, 'Expect: 100-continue']));
    expect(statuses(await heard(socket))).toEqual([401]);
  });

  test('on the upgrade to a WebSocket', async () => {
    const answer = await speak(
      lab.origin,
      request([
        'GET /v1/responses HTTP/1.1',
        `Host: ${new URL(lab.origin).host}`,
        `Authorization: Bearer ${WRONG}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]),
    );
    expect(statuses(answer)).toEqual([401]);
    expect(answer).not.toContain(WRONG);
  });
});

describe('a local key is taken', () => {
  test.each<[string, Record<string, string>]>([
    ['as Bearer', { authorization: `Bearer ${LOCAL_KEY}` }],
    ['as Bearer in another letter case', { authorization: `bEARER  ${LOCAL_KEY}` }],
    ['as x-api-key', { 'x-api-key': LOCAL_KEY }],
    ['as x-api-key beside an empty scheme', { authorization: 'Basic abc', 'x-api-key': LOCAL_KEY }],
  ])('%s, and the provider sees its own key alone', async (_, headers) => {
    expect((await send(lab.origin, { headers: { authorization: undefined, ...headers } })).status).toBe(200);
    expect(lab.upstream.last.key).toBe(FAKE_KEY);
    expect(lab.upstream.violations).toEqual([]);
    const [row] = await lab.newRows();
    expect(row).toMatchObject({ tool: 'lab', status: 200 });
    await lab.forget();
  });

  test('from the moment its tool is added until it is revoked', async () => {
    const { key } = await lab.gateway.client.call('tool.add', { name: 'second' });
    const headers = { authorization: `Bearer ${key}` };
    expect((await send(lab.origin, { headers })).status).toBe(200);
    expect((await lab.newRows())[0]?.tool).toBe('second');
    await lab.gateway.client.call('tool.revoke', { name: 'second' });
    expect((await send(lab.origin, { headers })).status).toBe(401);
    await lab.forget();
  });
});

test('refusals are counted by their kind in the status, and nowhere else', async () => {
  const before = lab.gateway.runtime.status().refused;
  await send(lab.origin, { headers: { authorization: undefined } });
  await send(lab.origin, { headers: { authorization: `Bearer ${WRONG}` } });
  await send(lab.origin, { headers: { host: 'evil.example' } });
  await send(lab.origin, { path: '/nowhere' });
  const after = lab.gateway.runtime.status().refused;
  for (const code of ['local_key_missing', 'local_key_invalid', 'host_refused', 'route_unknown'])
    expect((after[code] ?? 0) - (before[code] ?? 0)).toBe(1);
});
