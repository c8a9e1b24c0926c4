import { afterEach, describe, expect, test } from 'vitest';
import { type FakeProxy, startHttpProxy, startSocksProxy } from '../fakes/proxies.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { startLoginLab } from './login-lab.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { send } from './tool.ts';

let lab: SocketLab | null = null;
let proxies: FakeProxy[] = [];

afterEach(async () => {
  await lab?.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  lab = null;
  proxies = [];
});

function running(): SocketLab {
  if (lab === null) throw new Error('no lab is running');
  return lab;
}

async function kept(starting: Promise<FakeProxy>): Promise<FakeProxy> {
  const proxy = await starting;
  proxies.push(proxy);
  return proxy;
}

/** A gateway whose one account goes out through a proxy. */
async function behind(proxy: string, account: Readonly<Record<string, unknown>> = {}): Promise<SocketLab> {
  lab = await startSocketLab({ account: { proxy, ...account } });
  return lab;
}

const KINDS: readonly (readonly [string, () => Promise<FakeProxy>])[] = [
  ['an HTTP proxy', () => startHttpProxy()],
  ['a SOCKS5 proxy', () => startSocksProxy()],
];

describe.each(KINDS)('through %s', (_, start) => {
  test('a turn reaches its upstream by a tunnel, with its headers as they were', async () => {
    const proxy = await kept(start());
    const { origin, upstream } = await behind(proxy.url);
    const answer = await send(origin, { headers: { 'x-twice': ['one', 'two'], 'X-Spelled': 'So' } });
    expect(answer.status).toBe(200);
    expect(proxy.tunnels).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(upstream.last.headers.filter(([name]) => name.startsWith('x-t') || name.startsWith('X-S'))).toEqual([
      ['x-twice', 'one'],
      ['x-twice', 'two'],
      ['X-Spelled', 'So'],
    ]);
    expect(upstream.violations).toEqual([]);
  });

  test('connections are kept, as without it', async () => {
    const proxy = await kept(start());
    const { origin } = await behind(proxy.url);
    for (let turn = 0; turn < 3; turn += 1) expect((await send(origin)).status).toBe(200);
    expect(proxy.tunnels).toHaveLength(1);
  });

  test.each([true, false])('a session reaches its upstream, compressed: %j', async (compressSockets) => {
    const proxy = await kept(start());
    const { upstream } = await behind(proxy.url, { compressSockets });
    const tool = await running().open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: 'hi' });
    await tool.event('response.completed');
    expect(proxy.tunnels).toEqual([`127.0.0.1:${upstream.port}`]);
  });

  test('a secure upstream’s key is not for the proxy to read', async () => {
    const proxy = await kept(start());
    const { origin, upstream } = await behind(proxy.url);
    await running().gateway.client.call('account.set', {
      id: 'lab',
      account: { ...ACCOUNT, baseUrl: `https://127.0.0.1:${upstream.port}/v1`, proxy: proxy.url },
    });
    // The fake upstream cannot speak TLS, so this ends there; what the proxy saw is the point.
    expect((await send(origin)).status).toBe(502);
    expect(proxy.tunnels).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(proxy.seen.join('\n')).not.toContain(FAKE_KEY);
    // A TLS record that begins a handshake.
    expect(proxy.seen.at(-1)?.startsWith('\x16\x03')).toBe(true);
  });
});

const ACCOUNT = {
  id: 'lab',
  provider: 'openai',
  kind: 'apikey',
  keys: [{ env: 'LAB_KEY' }],
  standardTier: 'omit',
} as const;

test('a login is renewed by the proxy of its account', async () => {
  const proxy = await kept(startHttpProxy());
  const login = await startLoginLab({ proxy: proxy.url }, { lifeMs: 60_000 });
  expect((await send(login.gateway.origin)).status).toBe(200);
  await login.close();
  expect(login.server.requests).toHaveLength(1);
  expect(proxy.tunnels).toContain(new URL(login.server.issuer).host);
});

test('a name is resolved by the proxy', async () => {
  const proxy = await kept(startSocksProxy());
  const { origin, upstream } = await behind(proxy.url);
  await running().gateway.client.call('account.set', {
    id: 'lab',
    account: { ...ACCOUNT, baseUrl: `http://localhost:${upstream.port}/v1`, proxy: proxy.url },
  });
  expect((await send(origin)).status).toBe(200);
  expect(proxy.tunnels).toEqual([`localhost:${upstream.port}`]);
});

test('two accounts of one upstream go each its own way', async () => {
  const [first, second] = [await kept(startHttpProxy()), await kept(startSocksProxy())];
  const { origin, upstream } = await behind(first.url);
  await running().gateway.client.call('account.add', {
    account: { ...ACCOUNT, id: 'second', baseUrl: upstream.baseUrl, priority: 2, proxy: second.url },
  });
  upstream.next({ kind: 'error', status: 500 });
  expect((await send(origin)).status).toBe(200);
  expect([first.tunnels.length, second.tunnels.length]).toEqual([1, 1]);
});

test.each<[string, () => Promise<FakeProxy>, string]>([
  ['HTTP proxy', () => startHttpProxy(407), 'PROXY_407'],
  ['SOCKS5 proxy', () => startSocksProxy(2), 'PROXY_'],
])('an %s that refuses is named as the cause', async (_, start, code) => {
  const proxy = await kept(start());
  const { origin, upstream } = await behind(proxy.url);
  const answer = await send(origin);
  expect(answer).toMatchObject({ status: 502, error: { code: 'upstream_unreachable' } });
  expect(answer.text).toContain(code);
  expect(upstream.requests).toEqual([]);
});

test.each(['http', 'socks5'])('an %s proxy that is not there is named as the cause', async (scheme) => {
  const gone = await startHttpProxy();
  await gone.close();
  const { origin, upstream } = await behind(gone.url.replace('http', scheme));
  const answer = await send(origin);
  expect(answer).toMatchObject({ status: 502, error: { code: 'upstream_unreachable' } });
  expect(answer.text).toContain('PROXY_');
  expect((await running().refused()).body).toContain('PROXY_');
  expect(upstream.requests).toEqual([]);
});
