import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Turn } from '../../src/shared/turn.ts';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, begin, dial, send } from './tool.ts';

/** A tool that leaves stops the spending: the provider is told at once, and the row says how far the turn came. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  // Nothing is left open, and the next turn goes well.
  await expect.poll(() => lab.gateway.runtime.status().openTurns).toBe(0);
  await lab.upstream.idle();
  expect((await send(lab.origin)).status).toBe(200);
});
afterAll(() => lab.close());

const STREAM = { ...TURN, stream: true };

/** The rows, as soon as there is one; of the lab unless another gateway is named. */
async function rows(gateway?: TestGateway): Promise<Turn[]> {
  const found: Turn[] = [];
  await expect
    .poll(async () => {
      found.push(...(await (gateway === undefined ? lab.newRows() : gateway.turns())));
      return found.length;
    })
    .toBeGreaterThan(0);
  return found;
}

test.each([
  ['a Responses stream', {}, { responseId: expect.stringMatching(/^resp_/) as unknown }],
  ['a Chat stream', { path: '/v1/chat/completions' }, { responseId: expect.stringMatching(/^chatcmpl-/) as unknown }],
])('in the middle of %s: the provider’s request is aborted, and the row is partial', async (_, call, facts) => {
  const never = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', deltas: 50, pause: (event) => (event === 6 ? never.promise : undefined) });
  const answer = await begin(lab.origin, { body: { ...STREAM, service_tier: 'flex' }, ...call });
  await answer.until('"delta"');
  answer.leave();
  await lab.upstream.left(1);
  expect(lab.upstream.last.outcome).toBe('left');
  expect(await rows()).toMatchObject([
    {
      ...facts,
      status: 200,
      error: 'tool_left',
      partial: true,
      tiers: { requested: 'flex', sent: 'flex', served: null, billed: 'flex' },
      tokens: { input: null, output: null },
    },
  ]);
  never.resolve(undefined);
});

test('while it does not read and the provider is stopped', async () => {
  lab.upstream.next({ kind: 'answer', textLength: 32 * 1024 * 1024, deltas: 100 });
  const answer = await begin(lab.origin, { path: '/v1/chat/completions', body: STREAM });
  await answer.piece();
  answer.leave();
  await lab.upstream.left(1);
  expect(await rows()).toMatchObject([{ error: 'tool_left', partial: true }]);
});

test('in the middle of a JSON body', async () => {
  const never = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: () => never.promise });
  const answer = await begin(lab.origin, {});
  answer.leave();
  await lab.upstream.left(1);
  expect(await rows()).toMatchObject([{ status: 200, error: 'tool_left', partial: true }]);
  never.resolve(undefined);
});

test('before the provider has answered: aborted, and the row has no status', async () => {
  const never = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'stall', until: never.promise });
  const call = dial(lab.origin);
  call.on('error', () => undefined);
  await lab.upstream.requested(1);
  call.destroy();
  await lab.upstream.left(1);
  expect(await rows()).toMatchObject([{ status: null, error: 'tool_left', partial: true, verdict: 'pass' }]);
  never.resolve(undefined);
});

test('after the terminal event, while the provider holds the end: a whole turn', async () => {
  const STREAMED = { body: STREAM };
  const answer = await begin(lab.origin, STREAMED);
  await answer.until('response.completed');
  answer.leave();
  const [row] = await rows();
  expect(row).toMatchObject({ status: 200, error: null, partial: false, tokens: { output: 40 } });
});

test('while a connection to the provider is still being made: nothing is sent when it stands', async () => {
  // TLS that is never answered: undici’s connection is not made as long as this holds.
  const accepted: Socket[] = [];
  const server: Server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const gateway = await startGateway({ accounts: [accountAt(baseUrl)] });
  const call = dial(gateway.origin);
  call.on('error', () => undefined);
  await expect.poll(() => accepted.length).toBe(1);
  call.destroy();
  expect(await rows(gateway)).toMatchObject([{ status: null, error: 'tool_left', partial: true }]);
  expect(gateway.runtime.status().openTurns).toBe(0);
  for (const socket of accepted) socket.destroy();
  server.close();
  await gateway.close();
});

test('while the keychain is still being unlocked: nothing is sent', async () => {
  const unlocked = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<undefined>();
  const keychain = new FakeKeychain();
  const slow = {
    get: async (name: string) => {
      const value = await keychain.get(name);
      // At the start there is no key yet; the turn asks again, and has to wait.
      if (value === null) return null;
      asked.resolve(undefined);
      await unlocked.promise;
      return value;
    },
    set: (name: string, value: string) => keychain.set(name, value),
    remove: (name: string) => keychain.remove(name),
    list: () => keychain.list(),
  };
  const settings = { accounts: [accountAt(lab.upstream.baseUrl, { keys: [{ keychain: 'lab/1' }] })] };
  const gateway = await startGateway(settings, { keychain: slow });
  await keychain.set('lab/1', FAKE_KEY);
  const call = dial(gateway.origin);
  call.on('error', () => undefined);
  await asked.promise;
  const closed = new Promise((resolve) => call.once('close', resolve));
  call.destroy();
  await closed;
  // A connection made later is accepted later: when its answer is there, the gateway has heard of the one that closed.
  await send(gateway.origin, { path: '/healthz', method: 'GET', body: '' });
  unlocked.resolve(undefined);
  expect(await rows(gateway)).toMatchObject([
    { status: null, error: 'tool_left', partial: true, tiers: { sent: null } },
  ]);
  await expect.poll(() => gateway.runtime.status().openTurns).toBe(0);
  expect(lab.upstream.requests).toEqual([]);
  await gateway.close();
});
