import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from '../../src/main/secrets/secret.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/settings.ts';
import { LOCAL_KEY, accountAt, startGateway } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream } from '../fakes/upstream.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { TURN, send } from './tool.ts';

/** A tool that brings a provider key of its own, with the local key beside it. */
let lab: SocketLab;

const OWN_KEY = 'sk-brought-by-the-tool-0007';
const WITH_OWN = { authorization: `Bearer ${OWN_KEY}`, 'x-tiergate-key': LOCAL_KEY };
const REVOKED = 'tg-a-local-key-of-long-ago-0123456789';

beforeAll(async () => {
  const keys = [FAKE_KEY, OWN_KEY];
  lab = await startSocketLab({ upstream: { keys }, sockets: { keys }, settings: { dump: { enabled: true } } });
});
beforeEach(async () => {
  await allow([]);
  await lab.forget();
});
afterEach(() => {
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

async function allow(ownKeys: readonly string[]): Promise<void> {
  const value = { ...DEFAULT_SETTINGS.gateway, ownKeys };
  await lab.gateway.client.call('settings.set', { section: 'gateway', value });
}

describe('a key that nobody allowed', () => {
  test.each([
    ['as Bearer', WITH_OWN],
    ['as x-api-key', { authorization: undefined, 'x-api-key': OWN_KEY, 'x-tiergate-key': LOCAL_KEY }],
  ])('stays here, %s, and the accounts’ keys do not pay for it', async (_, headers) => {
    const answer = await send(lab.origin, { headers });
    expect(answer.status).toBe(403);
    expect(answer.error).toMatchObject({ type: 'permission_error', code: 'own_key_refused' });
    expect(answer.error.message).toContain('openai');
    expect(answer.error.message).toContain('gateway.ownKeys');
    expect(answer.text).not.toContain(OWN_KEY);
    expect(answer.header('x-should-retry')).toBe('false');
    expect(lab.upstream.requests).toHaveLength(0);
    expect(await lab.newRows()).toMatchObject([{ error: 'own_key_refused', sentAt: null, keyFingerprint: null }]);
  });

  test('stays here when another provider’s are allowed', async () => {
    await allow(['anthropic', 'compatible']);
    expect((await send(lab.origin, { headers: WITH_OWN })).status).toBe(403);
    expect(lab.upstream.requests).toHaveLength(0);
  });

  test('opens no WebSocket', async () => {
    const { status, body } = await lab.refused({ headers: WITH_OWN });
    expect(status).toBe(403);
    expect(body).toContain('own_key_refused');
    expect(lab.sockets.handshakes).toBe(0);
  });
});

describe('without a right local key a provider’s key opens nothing', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['alone', { authorization: `Bearer ${OWN_KEY}` }],
    ['with a wrong local key', { authorization: `Bearer ${OWN_KEY}`, 'x-tiergate-key': REVOKED }],
    ['with a blank one', { authorization: `Bearer ${OWN_KEY}`, 'x-tiergate-key': '  ' }],
    ['with itself as one', { authorization: undefined, 'x-tiergate-key': OWN_KEY }],
    [
      'and a local key that is none of this caller’s is no provider’s key',
      { ...WITH_OWN, authorization: `Bearer ${REVOKED}` },
    ],
  ])('%s', async (_, headers) => {
    await allow(['openai']);
    const answer = await send(lab.origin, { headers });
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(OWN_KEY);
    expect(lab.upstream.requests).toHaveLength(0);
    expect(await lab.newRows()).toEqual([]);
  });
});

describe('a key that is allowed', () => {
  beforeEach(() => allow(['openai']));

  test.each([
    ['as Bearer', WITH_OWN],
    ['as x-api-key', { authorization: undefined, 'x-api-key': OWN_KEY, 'x-tiergate-key': LOCAL_KEY }],
    ['beside the local key as placeholder', { ...WITH_OWN, 'x-api-key': LOCAL_KEY }],
  ])('goes up alone, as the provider takes it: %s', async (_, headers) => {
    expect((await send(lab.origin, { headers })).status).toBe(200);
    expect(lab.upstream.last.header('authorization')).toEqual([`Bearer ${OWN_KEY}`]);
    expect(lab.upstream.last.header('x-api-key')).toEqual([]);
    expect(lab.upstream.last.header('x-tiergate-key')).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { tool: 'lab', account: 'lab', keyFingerprint: fingerprint(OWN_KEY), ownKey: true, status: 200, attempts: [] },
    ]);
  });

  test('is told from an account’s key in the row, also where both are the same', async () => {
    const same = { ...WITH_OWN, authorization: `Bearer ${FAKE_KEY}` };
    await send(lab.origin);
    await send(lab.origin, { headers: same });
    await send(lab.origin, { body: { ...TURN, model: 1 } });
    expect((await lab.newRows()).map(({ keyFingerprint, ownKey }) => [keyFingerprint, ownKey])).toEqual([
      [fingerprint(FAKE_KEY), false],
      [fingerprint(FAKE_KEY), true],
      [null, null],
    ]);
  });

  test('is judged like any other turn', async () => {
    await send(lab.origin, { headers: WITH_OWN, body: { ...TURN, service_tier: 'fast' } });
    expect(lab.upstream.last.body.toString()).toBe(JSON.stringify(TURN));
    expect(await lab.newRows()).toMatchObject([{ verdict: 'filter', tiers: { requested: 'priority', sent: null } }]);
  });

  test.each([
    [401, 'retry-after', undefined],
    [429, 'retry-after', '77'],
    [500, 'retry-after', undefined],
  ])('is tried once, and %i is told as the provider said it', async (status, name, value) => {
    const headers = value === undefined ? {} : { [name]: value };
    lab.upstream.next({ kind: 'error', status, headers, body: `{"error":{"message":"no, ${OWN_KEY}"}}` });
    const answer = await send(lab.origin, { headers: WITH_OWN });
    expect(answer.status).toBe(status);
    expect(answer.header(name)).toBe(value);
    expect(answer.text).toContain('no, ');
    expect(answer.text).not.toContain(OWN_KEY);
    expect(lab.upstream.requests).toHaveLength(1);
    // The account and its own key are none the worse for it.
    const [account] = lab.gateway.runtime.status().accounts;
    expect(account).toMatchObject({ breaker: null, openTurns: 0, keys: [{ state: 'ready' }] });
    expect((await send(lab.origin)).status).toBe(200);
    expect(lab.upstream.last.key).toBe(FAKE_KEY);
  });

  test('carries a session’s turns, until it is allowed no more', async () => {
    const tool = await lab.open({ headers: WITH_OWN });
    await tool.turn();
    const { request } = lab.sockets.last;
    expect(request.header('authorization')).toEqual([`Bearer ${OWN_KEY}`]);
    expect(request.header('x-tiergate-key')).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { transport: 'websocket', keyFingerprint: fingerprint(OWN_KEY), ownKey: true },
    ]);
    await allow([]);
    tool.send({ type: 'response.create', input: [] });
    expect(await tool.closed).toMatchObject({ code: 1008 });
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'own_key_refused' } });
    expect(lab.sockets.last.messages).toHaveLength(1);
  });

  test('asks for models, and what it sees is told to nobody else', async () => {
    const call = { path: '/v1/models', method: 'GET', body: '' };
    const answer = await send(lab.origin, { ...call, headers: { ...WITH_OWN, 'content-type': undefined } });
    expect(answer.status).toBe(200);
    expect(lab.upstream.last.key).toBe(OWN_KEY);
    lab.upstream.next({ kind: 'error', status: 401 }, { kind: 'error', status: 500 });
    expect((await send(lab.origin, { ...call, headers: { ...WITH_OWN, 'content-type': undefined } })).status).toBe(401);
    expect((await send(lab.origin, { ...call, headers: { 'content-type': undefined } })).status).toBe(500);
    expect(lab.upstream.last.key).toBe(FAKE_KEY);
  });

  test('is not the key of the next request on the same connection', async () => {
    await send(lab.origin, { headers: WITH_OWN });
    await send(lab.origin, { headers: { authorization: undefined, 'x-tiergate-key': LOCAL_KEY } });
    expect(lab.upstream.requests.map(({ key }) => key)).toEqual([OWN_KEY, FAKE_KEY]);
  });
});

describe('at a provider that knows both headers', () => {
  test.each([
    ['a Bearer goes as Bearer', { authorization: `Bearer ${OWN_KEY}` }, [`Bearer ${OWN_KEY}`], []],
    ['x-api-key goes as such', { authorization: undefined, 'x-api-key': OWN_KEY }, [], [OWN_KEY]],
    ['of two keys it is x-api-key', { authorization: `Bearer ${FAKE_KEY}`, 'x-api-key': OWN_KEY }, [], [OWN_KEY]],
  ])('%s', async (_, credentials, bearer, apiKey) => {
    const upstream = await startUpstream({ keys: [OWN_KEY] });
    const gateway = await startGateway({
      gateway: { ownKeys: ['anthropic'] },
      accounts: [accountAt(upstream.baseUrl, { provider: 'anthropic' })],
    });
    const headers = { ...credentials, 'x-tiergate-key': LOCAL_KEY, 'anthropic-version': '2023-06-01' };
    const body = { model: 'claude-opus-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
    expect((await send(gateway.origin, { path: '/v1/messages', headers, body })).status).toBe(200);
    expect(upstream.last.header('authorization')).toEqual(bearer);
    expect(upstream.last.header('x-api-key')).toEqual(apiKey);
    expect(upstream.violations).toEqual([]);
    await gateway.close();
    await upstream.close();
  });
});

test('a bridged session’s turn is told of its own key’s 401 as that', async () => {
  const bridged = await startSocketLab({
    upstream: { keys: [OWN_KEY] },
    account: { sockets: 'http_bridge' },
    settings: { gateway: { ownKeys: ['openai'] } },
  });
  bridged.upstream.next({ kind: 'error', status: 401 });
  const tool = await bridged.open({ headers: WITH_OWN });
  tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
  expect(await tool.event('error')).toMatchObject({ status: 401 });
  expect(bridged.upstream.last.key).toBe(OWN_KEY);
  expect(bridged.upstream.violations).toEqual([]);
  await bridged.close();
});

test('a header by which two readers could take two local keys is refused', async () => {
  const headers = { 'x-tiergate-key': [LOCAL_KEY, REVOKED] };
  const answer = await send(lab.origin, { headers });
  expect(answer.error).toMatchObject({ code: 'header_repeated' });
});

test('nothing that is kept holds the key: no row, no log, no dump', async () => {
  await allow(['openai']);
  lab.upstream.next({ kind: 'error', status: 400, quotesKey: true });
  const answer = await send(lab.origin, { headers: WITH_OWN, body: { ...TURN, input: `mine: ${OWN_KEY}` } });
  expect(answer.text).not.toContain(OWN_KEY);
  const turn = answer.header('x-tiergate-turn') ?? '';
  const dump = (): Promise<{ attempts: { response: string }[] }> => lab.gateway.client.call('dump.get', { turn });
  await expect.poll(async () => (await dump()).attempts[0]?.response ?? '', { timeout: 10_000 }).toContain('400');
  const { home } = lab.gateway;
  for (const file of readdirSync(home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    const text = readFileSync(join(file.parentPath, file.name), 'latin1');
    expect(text.includes(OWN_KEY), file.name).toBe(false);
  }
});
