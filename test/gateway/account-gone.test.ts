import { afterEach, expect, test } from 'vitest';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { send } from './tool.ts';

/** An account that is removed or switched off is not asked again, neither by a turn that waits nor in an open session. */

const CREATE = { type: 'response.create', model: 'gpt-5.5', input: [] };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function sessionLab(account: Readonly<Record<string, unknown>>): Promise<SocketLab> {
  const other = await startUpstream();
  const lab = await startSocketLab({ account });
  open.push(other, lab);
  const spare = accountAt(other.baseUrl, { id: 'spare', priority: 90 });
  await lab.gateway.client.call('account.add', { account: spare });
  return lab;
}

type Change = (gateway: TestGateway, id: string, upstream: Upstream) => Promise<unknown>;

const CHANGES: [string, Change][] = [
  ['is removed', ({ client }, id) => client.call('account.remove', { id })],
  [
    'is switched off',
    ({ client }, id, { baseUrl }) =>
      client.call('account.set', { id, account: accountAt(baseUrl, { id, enabled: false, concurrency: 1 }) }),
  ],
];

test.each(CHANGES)('a session that is open takes no further turn where its account %s', async (_, change) => {
  const lab = await sessionLab({ priority: 0 });
  const tool = await lab.open();
  await tool.turn();
  await change(lab.gateway, 'lab', lab.upstream);
  tool.send(CREATE);
  expect(await tool.closed).toMatchObject({ code: 1013 });
  expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'account_gone' } });
  expect(lab.sockets.messages).toHaveLength(1);
});

test.each(CHANGES)('what waits in a bridged session does not leave where its account %s', async (_, change) => {
  const lab = await sessionLab({ priority: 0, sockets: 'http_bridge' });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: () => promise });
  const tool = await lab.open();
  tool.send(CREATE);
  tool.send(CREATE);
  await expect.poll(() => lab.gateway.runtime.status().openTurns).toBe(2);
  await expect.poll(() => lab.upstream.requests.length).toBe(1);
  await change(lab.gateway, 'lab', lab.upstream);
  resolve(undefined);
  expect(await tool.event('error')).toMatchObject({ error: { code: 'account_gone' } });
  expect(lab.upstream.requests).toHaveLength(1);
});

test.each(CHANGES)('a turn that waits for its slot goes to the next where its account %s', async (_, change) => {
  const [first, second] = [await startUpstream(), await startUpstream()];
  const gateway = await startGateway({
    accounts: [first, second].map(({ baseUrl }, index) =>
      accountAt(baseUrl, { id: `a${index}`, priority: index, concurrency: 1 }),
    ),
  });
  open.push(first, second, gateway);
  const free = [first, second].map((upstream) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    upstream.next({ kind: 'stall', until: promise });
    return resolve;
  });
  const holders = [send(gateway.origin)];
  await first.requested(1);
  holders.push(send(gateway.origin));
  await second.requested(1);
  const waits = send(gateway.origin);
  await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting).toBe(1);
  await change(gateway, 'a0', first);
  for (const resolve of free) resolve(undefined);
  expect((await waits).status).toBe(200);
  await Promise.all(holders);
  expect([first.requests.length, second.requests.length]).toEqual([1, 2]);
});

test('a turn that has nowhere else to go is told so', async () => {
  const upstream = await startUpstream();
  const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl, { id: 'a0', concurrency: 1 })] });
  open.push(upstream, gateway);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  upstream.next({ kind: 'stall', until: promise });
  const holder = send(gateway.origin);
  await upstream.requested(1);
  const waits = send(gateway.origin);
  await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting).toBe(1);
  await gateway.client.call('account.set', {
    id: 'a0',
    account: accountAt(upstream.baseUrl, { id: 'a0', enabled: false, concurrency: 1 }),
  });
  resolve(undefined);
  expect(await waits).toMatchObject({ status: 503, error: { code: 'account_gone' } });
  await holder;
  expect(upstream.requests).toHaveLength(1);
});
