import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_SETTINGS } from '../../src/shared/settings.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, send } from './tool.ts';

/** Somebody in the local network finds the gateway. Their connections are those to this machine's outer address. */
let lab: Lab;

const OUTER = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
  .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
const [outer = ''] = OUTER;
const here = test.runIf(outer !== '');

beforeEach(async () => {
  lab = await startLab();
});
afterEach(async () => {
  expect(lab.upstream.violations).toEqual([]);
  await lab.close();
});

async function lan(on: boolean): Promise<void> {
  const value = { ...DEFAULT_SETTINGS.gateway, port: 0, lan: on };
  await lab.gateway.client.call('settings.set', { section: 'gateway', value });
  // Where it listens is settled a moment after the settings are.
  await expect.poll(() => reaches(outer), { timeout: 20_000 }).toBe(on);
  await expect.poll(() => reaches('127.0.0.1'), { timeout: 20_000 }).toBe(true);
}

const port = (): string => new URL(lab.origin).port;

async function reaches(host: string): Promise<boolean> {
  return (await ask(host, { path: '/healthz', method: 'GET' }).catch(() => null)) !== null;
}

interface Call {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a turn, or something else, to the gateway by one of this machine's addresses. */
async function ask(
  host: string,
  { path = '/v1/responses', method = 'POST', headers = {} }: Call = {},
): Promise<{ status: number; text: string }> {
  const request = httpRequest({
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port(),
    path,
    method,
    agent: false,
    headers: {
      host: `${host}:${port()}`,
      authorization: `Bearer ${LOCAL_KEY}`,
      'content-type': 'application/json',
      ...headers,
    },
  });
  request.end(method === 'POST' ? JSON.stringify(TURN) : undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of response) text += String(piece);
  return { status: response.statusCode ?? 0, text };
}

/** The status of an upgrade that is refused; 101 where it is not. */
async function upgrade(path: string): Promise<number> {
  const webSocket = new WebSocket(`ws://${outer}:${port()}${path}`, ['tiergate', 'session.x'], {
    headers: { authorization: `Bearer ${LOCAL_KEY}` },
  });
  webSocket.on('error', () => undefined);
  const open = once(webSocket, 'open').then(() => 101);
  const refused = once(webSocket, 'unexpected-response').then(
    ([, response]) => (response as IncomingMessage).statusCode ?? 0,
  );
  const status = await Promise.any([open, refused]);
  webSocket.terminate();
  return status;
}

here('nobody outside reaches the gateway unless the person has said so', async () => {
  await expect(ask(outer)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await send(lab.origin)).status).toBe(200);
});

describe('in a network that was let in', () => {
  beforeEach(async () => {
    if (outer !== '') await lan(true);
  });

  here('a stranger without a local key gets nothing', async () => {
    for (const authorization of ['', 'Bearer tg-guessed-guessed-guessed-guessed'])
      expect((await ask(outer, { headers: { authorization } })).status).toBe(401);
    expect(lab.upstream.requests).toHaveLength(0);
  });

  here.each([
    ['the window', '/_tiergate/', 'GET'],
    ['a call', '/_tiergate/api/status.get', 'POST'],
    ['the figures', '/_tiergate/metrics', 'GET'],
    ['a page that is not there', '/_tiergate/nothing', 'GET'],
  ])('a stranger gets nothing of what is the person’s own: %s', async (_, path, method) => {
    // A Host of this machine's, and even the session's token, change nothing.
    const token = new URL(lab.gateway.runtime.windowUrl() ?? '').hash.slice('#session='.length);
    for (const host of [`${outer}:${port()}`, `127.0.0.1:${port()}`, 'localhost']) {
      const { status, text } = await ask(outer, { path, method, headers: { host, 'x-tiergate-session': token } });
      expect(status).toBe(403);
      expect(text).toContain('control_local_only');
    }
    expect(await upgrade('/_tiergate/events')).toBe(403);
  });

  here.each(['evil.example', '0.0.0.0', '[::]', '127.0.0.2', '192.0.2.255', `${outer}.evil.example`, `x${hostname()}`])(
    'a name that was bound to this machine by an attacker’s DNS is refused as Host: %j',
    async (host) => {
      expect((await ask(outer, { headers: { host } })).status).toBe(403);
      expect((await ask('127.0.0.1', { headers: { host } })).status).toBe(403);
      expect(lab.upstream.requests).toHaveLength(0);
    },
  );

  here('a page in a browser is refused, also one that came from this machine’s own address', async () => {
    for (const origin of ['https://evil.example', `http://${outer}:${port()}`, 'null'])
      expect((await ask(outer, { headers: { origin } })).text).toContain('origin_refused');
  });

  here('a tool with its key is served by every address and name of this machine', async () => {
    for (const host of OUTER) expect((await ask(host)).status, host).toBe(200);
    for (const host of [hostname(), hostname().toUpperCase(), `${hostname()}.local`, `${hostname()}.local:1`])
      expect((await ask(outer, { headers: { host } })).status, host).toBe(200);
    expect((await ask('127.0.0.1')).status).toBe(200);
    expect((await ask('127.0.0.1', { path: '/_tiergate/', method: 'GET' })).status).not.toBe(403);
    expect(await upgrade('/v1/nowhere')).toBe(426);
  });

  here('the window goes on by loopback, and commands find the gateway there', () => {
    expect(lab.gateway.runtime.status().baseUrl).toBe(`${lab.origin}/v1`);
    expect(lab.gateway.runtime.windowUrl()).toContain('http://127.0.0.1:');
  });

  here('nobody outside is served any more from the moment the person takes it back', async () => {
    await lan(false);
    await expect(ask(outer)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await send(lab.origin)).status).toBe(200);
  });
});

here('a turn that is under way when the network is let in goes on', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'stall', until: promise });
  const turn = send(lab.origin);
  await lab.upstream.requested(1);
  await lan(true);
  resolve(undefined);
  expect((await turn).status).toBe(200);
});

here('where another program holds the port outside, loopback is served on and the person is told', async () => {
  const other: Server = createServer().listen(Number(port()), outer.replace(/^\[(.*)\]$/, '$1'));
  await once(other, 'listening');
  expect((other.address() as AddressInfo).port).toBe(Number(port()));
  const value = { ...DEFAULT_SETTINGS.gateway, port: 0, lan: true };
  await lab.gateway.client.call('settings.set', { section: 'gateway', value });
  await expect
    .poll(() => lab.gateway.runtime.status().notices.map(({ code }) => code), { timeout: 20_000 })
    .toEqual(['port_in_use']);
  await expect.poll(() => reaches('127.0.0.1'), { timeout: 20_000 }).toBe(true);
  expect((await send(lab.origin)).status).toBe(200);
  other.close();
});
