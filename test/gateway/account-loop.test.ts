import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type TestGateway, LOCAL_KEY, accountAt, startGateway } from '../fakes/gateway.ts';
import { startHttpProxy } from '../fakes/proxies.ts';
import { isOwnHost } from '../../src/main/upstream/own-address.ts';
import { send } from './tool.ts';

let gateway: TestGateway;

afterEach(async () => {
  await gateway.close();
});

/** A gateway on a port that is known before it starts, since its account names it. */
async function looped(host: string, more: Readonly<Record<string, unknown>> = {}, key = 'sk-1'): Promise<void> {
  const port = await freePort();
  gateway = await startGateway(
    { accounts: [accountAt(`http://${host}:${port}/v1`, more)] },
    { port, environment: { LAB_KEY: key } },
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  const port = await promise;
  server.close();
  return port;
}

describe('an account that points at its own gateway is refused, however it is spelled', () => {
  test.each([
    '127.0.0.1',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '127.0.0.2',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
  ])('%s', async (host) => {
    await looped(host);
    const answer = await send(gateway.origin);
    // On some machines not every spelling of the loopback leads to a listener on 127.0.0.1; none may lead in.
    expect(['account_loop', 'upstream_unreachable']).toContain(answer.error.code);
    if (host === '127.0.0.1' || host === 'localhost' || host === '127.1') {
      expect(answer).toMatchObject({ status: 508, error: { code: 'account_loop' } });
    }
    expect(gateway.runtime.status().refused).toEqual({});
    expect(await gateway.turns()).toHaveLength(1);
  });
});

test.each([true, false])('a session is refused there too, compressed: %j', async (compressSockets) => {
  await looped('127.0.0.1', { compressSockets });
  const tool = new WebSocket(gateway.origin.replace('http', 'ws') + '/v1/responses', {
    headers: { authorization: `Bearer ${LOCAL_KEY}` },
  });
  tool.on('error', () => undefined);
  const [, answer] = (await once(tool, 'unexpected-response')) as [unknown, IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(508);
});

test('a proxy does not lead around it', async () => {
  const proxy = await startHttpProxy();
  try {
    await looped('127.0.0.1', { proxy: proxy.url });
    expect(await send(gateway.origin)).toMatchObject({ status: 508, error: { code: 'account_loop' } });
    expect(proxy.tunnels).toEqual([]);
  } finally {
    await proxy.close();
  }
});

test('a local key is no provider’s key: by whatever detour, nothing can come in again with it', async () => {
  await looped('example.invalid', {}, LOCAL_KEY);
  const answer = await send(gateway.origin);
  expect(answer).toMatchObject({ status: 503, error: { code: 'key_unavailable' } });
  expect(answer.text).toContain('local key');
});

test('what is this machine’s own is known by address', async () => {
  gateway = await startGateway();
  for (const own of [
    'localhost',
    'LOCALHOST.',
    'app.localhost',
    '127.9.9.9',
    '[::1]',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '[::]',
  ])
    expect(isOwnHost(own), own).toBe(true);
  for (const other of ['api.openai.com', '203.0.113.7', '2001:db8::1', 'localhost.example', '::ffff:203.0.113.7'])
    expect(isOwnHost(other), other).toBe(false);
});
