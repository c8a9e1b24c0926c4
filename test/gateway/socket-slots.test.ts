import { afterEach, describe, expect, test } from 'vitest';
import { DRAIN_MS } from '../../src/main/gateway/socket-ending.ts';
import { LOCAL_KEY, accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { FakeTimers } from '../fakes/timers.ts';
import type { UpstreamConnection } from '../fakes/upstream-socket.ts';
import { type SocketLab, type ToolSocket, startSocketLab } from './socket-lab.ts';
import { send } from './tool.ts';

/** Sessions in front of an account that takes only so many turns at one time. */
let lab: SocketLab;
let timers: FakeTimers;

const SLOW = { timeout: 20_000, interval: 10 };
const CREATE = { type: 'response.create', model: 'gpt-5.5', input: [] };

afterEach(async () => {
  expect(lab.upstream.violations).toEqual([]);
  // Whatever happened: no slot is held or waited for when nothing runs any more.
  await lab.leave();
  await idle();
  await lab.close();
});

async function start(account: Readonly<Record<string, unknown>> = {}, more: object = {}): Promise<void> {
  timers = new FakeTimers();
  lab = await startSocketLab({
    account: { concurrency: 1, ...account },
    runtime: { after: timers.after },
    sockets: { script: () => null },
    ...more,
  });
}

function load(): { openTurns: number; waiting: number } {
  const { openTurns = -1, waiting = -1 } = lab.gateway.runtime.status().accounts[0] ?? {};
  return { openTurns, waiting };
}

/** Resolves when nothing is under way; sessions wait for their turns' end only so long after their tool has left. */
async function idle(): Promise<void> {
  await expect
    .poll(() => {
      timers.pass(DRAIN_MS);
      return load();
    }, SLOW)
    .toEqual({ openTurns: 0, waiting: 0 });
}

/** A session whose turn runs until `end` is called. */
async function running(): Promise<{ tool: ToolSocket; upstream: UpstreamConnection; end: () => void }> {
  const number = lab.sockets.connections.length + 1;
  const tool = await lab.open();
  tool.send(CREATE);
  const upstream = await lab.sockets.connected(number);
  await upstream.received(1);
  const end = (): void => {
    const response = { id: `resp_${number}`, model: 'gpt-5.5' };
    upstream.send({ type: 'response.created', response });
    upstream.send({ type: 'response.completed', response });
  };
  return { tool, upstream, end };
}

/** A session whose turn waits. */
async function waiting(...frames: readonly object[]): Promise<{ tool: ToolSocket; upstream: UpstreamConnection }> {
  const number = lab.sockets.connections.length + 1;
  const before = load().waiting;
  const tool = await lab.open();
  for (const frame of frames.length === 0 ? [CREATE] : frames) tool.send(frame);
  await expect.poll(() => load().waiting, SLOW).toBe(before + 1);
  return { tool, upstream: await lab.sockets.connected(number) };
}

describe('a slot is held by a turn', () => {
  test('and not by its session', async () => {
    await start();
    const { tool, end } = await running();
    expect(load()).toEqual({ openTurns: 1, waiting: 0 });
    end();
    await tool.event('response.completed');
    expect(load()).toEqual({ openTurns: 0, waiting: 0 });
    expect((await send(lab.origin)).status).toBe(200);
  });

  test('whatever way it came: a turn over HTTP waits for one of a session', async () => {
    await start();
    const { end } = await running();
    const other = send(lab.origin);
    await expect.poll(() => load().waiting, SLOW).toBe(1);
    expect(lab.upstream.requests).toHaveLength(0);
    end();
    expect((await other).status).toBe(200);
  });

  test('of an upstream that is reached over HTTP as well', async () => {
    await start({ sockets: 'http_bridge' });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'stall', until: promise });
    const tool = await lab.open();
    tool.send(CREATE);
    await lab.upstream.requested(1);
    expect(load().openTurns).toBe(1);
    const other = send(lab.origin);
    await expect.poll(() => load().waiting, SLOW).toBe(1);
    resolve(undefined);
    await tool.event('response.completed');
    expect((await other).status).toBe(200);
  });

  test('that a Realtime upstream has begun by itself, where one is free', async () => {
    await start();
    await lab.open({ path: '/v1/realtime?model=gpt-5.5' });
    const upstream = await lab.sockets.connected(1);
    upstream.send({ type: 'response.created', response: { id: 'resp_a', model: 'gpt-5.5' } });
    await expect.poll(load, SLOW).toEqual({ openTurns: 1, waiting: 0 });
    upstream.send({ type: 'response.created', response: { id: 'resp_b', model: 'gpt-5.5' } });
    upstream.send({ type: 'response.done', response: { id: 'resp_a', model: 'gpt-5.5' } });
    await expect.poll(load, SLOW).toEqual({ openTurns: 0, waiting: 0 });
  });

  test('and by none with the tool’s own key, which has limits of its own', async () => {
    await start();
    await running();
    const { gateway } = await lab.gateway.client.call('settings.get');
    const value = { ...gateway, ownKeys: ['openai'] };
    await lab.gateway.client.call('settings.set', { section: 'gateway', value });
    const own = { authorization: `Bearer ${FAKE_KEY}`, 'x-tiergate-key': LOCAL_KEY };
    const tool = await lab.open({ headers: own });
    tool.send(CREATE);
    await (await lab.sockets.connected(2)).received(1);
    expect(load()).toEqual({ openTurns: 1, waiting: 0 });
  });

  test('until an error event is all that was answered', async () => {
    await start();
    const { tool, upstream } = await running();
    upstream.send({ type: 'error', error: { code: 'server_error', message: 'no' } });
    await tool.event('error');
    expect(load().openTurns).toBe(0);
  });
});

describe('a turn that waits for a slot', () => {
  test('goes up when one is free, and what its tool said after it follows in its order', async () => {
    await start();
    const first = await running();
    const cancel = { type: 'response.cancel', response_id: 'resp_2' };
    const second = await waiting(CREATE, cancel, { type: 'input_text.append', text: 'a' });
    expect(second.upstream.messages).toEqual([]);
    first.end();
    await second.upstream.received(3);
    expect(second.upstream.messages.map(({ text }) => (JSON.parse(text) as { type: string }).type)).toEqual([
      'response.create',
      'response.cancel',
      'input_text.append',
    ]);
    expect(load()).toEqual({ openTurns: 1, waiting: 0 });
  });

  test('keeps what its tool says after it, as much as there is room for, and the rest is not read before', async () => {
    await start();
    const first = await running();
    const large = Array.from({ length: 40 }, () => ({ type: 'input.append', audio: 'a'.repeat(300_000) }));
    const one = await waiting(CREATE, ...large);
    const two = await waiting(CREATE, ...Array.from({ length: 200 }, () => ({ type: 'input.append' })));
    first.upstream.webSocket.terminate();
    await one.upstream.received(41);
    expect(two.upstream.messages).toEqual([]);
    one.upstream.webSocket.terminate();
    await two.upstream.received(201);
  });

  test('is judged when it leaves, not when it came', async () => {
    await start();
    const first = await running();
    const { tool, upstream } = await waiting({ ...CREATE, service_tier: 'flex' });
    await lab.gateway.client.call('policy.set', { policy: { rules: [{ serviceTier: 'flex', action: 'block' }] } });
    first.end();
    expect(await tool.closed).toMatchObject({ code: 1008 });
    expect(upstream.messages).toEqual([]);
    expect(load()).toEqual({ openTurns: 0, waiting: 0 });
  });

  test('is told after a while that the account is busy, and may come again', async () => {
    await start();
    await running();
    const { tool, upstream } = await waiting();
    timers.pass(30_000);
    expect(await tool.closed).toMatchObject({ code: 1013, reason: 'account is busy, please retry later' });
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', status: 429, error: { code: 'account_busy' } });
    expect(upstream.messages).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { status: 429, error: 'account_busy', sentAt: null, transport: 'websocket' },
    ]);
  });

  test('is told at once where too many wait already', async () => {
    await start();
    await running();
    const others = Array.from({ length: 100 }, () => send(lab.origin).catch(() => null));
    await expect.poll(() => load().waiting, SLOW).toBe(100);
    const tool = await lab.open();
    tool.send(CREATE);
    expect(await tool.closed).toMatchObject({ code: 1013 });
    expect(tool.events).toMatchObject([{ type: 'error', status: 429, error: { code: 'account_queue_full' } }]);
    timers.pass(45_000);
    await Promise.all(others);
  });

  test.each<[string, string, (waiting: { tool: ToolSocket; upstream: UpstreamConnection }) => unknown]>([
    [
      'its tool leaves',
      'tool_left',
      ({ tool }) => {
        tool.webSocket.close(1000);
      },
    ],
    [
      'its tool vanishes',
      'tool_left',
      ({ tool }) => {
        tool.webSocket.terminate();
      },
    ],
    [
      'its upstream ends',
      'upstream_cut',
      ({ upstream }) => {
        upstream.webSocket.close(1000);
      },
    ],
    [
      'its upstream vanishes',
      'upstream_cut',
      ({ upstream }) => {
        upstream.webSocket.terminate();
      },
    ],
  ])('leaves the queue when %s, and the next one is served', async (_, error, leave) => {
    await start();
    const first = await running();
    const one = await waiting();
    const next = await waiting();
    leave(one);
    await expect.poll(() => load().waiting, SLOW).toBe(1);
    await expect.poll(async () => (await lab.gateway.turns()).map((row) => row.error), SLOW).toEqual([error]);
    first.end();
    await next.upstream.received(1);
    expect(one.upstream.messages).toEqual([]);
  });

  test('opens nothing any more when its tool’s key was revoked meanwhile', async () => {
    await start();
    const first = await running();
    const { tool, upstream } = await waiting();
    await lab.gateway.client.call('tool.revoke', { name: 'lab' });
    first.end();
    expect(await tool.closed).toMatchObject({ code: 1008 });
    expect(tool.events.at(-1)).toMatchObject({ error: { code: 'local_key_invalid' } });
    expect(upstream.messages).toEqual([]);
  });

  test('goes at once when the person raises the limit', async () => {
    await start();
    await running();
    const { upstream } = await waiting();
    const account = accountAt(lab.upstream.baseUrl, { concurrency: 2 });
    await lab.gateway.client.call('account.set', { id: 'lab', account });
    await upstream.received(1);
    expect(load()).toEqual({ openTurns: 2, waiting: 0 });
  });

  test('ends with its session when the gateway stops', async () => {
    await start();
    const first = await running();
    const { tool } = await waiting();
    const stopped = lab.gateway.runtime.stop();
    expect(await tool.closed).toMatchObject({ code: 1001 });
    first.end();
    await stopped;
    expect(load().waiting).toBe(0);
  });
});

test(
  'no slot is lost or doubled, however turns begin, end, are left and broken off',
  { timeout: 120_000 },
  async () => {
    await start({ concurrency: 3 });
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 0x8000_0000;
      return Math.floor((state / 0x8000_0000) * below);
    };
    // Each turn of each connection is answered, refused, broken off, or left to its tool.
    lab.sockets.script = () => {
      const fate = random(4);
      if (fate === 0) return { kind: 'answer', cutAfter: 1 + random(4) };
      if (fate === 1) return [{ type: 'error', error: { code: 'server_error', message: 'no' } }];
      return fate === 2 ? { kind: 'answer' } : null;
    };
    let most = 0;
    for (let round = 0; round < 12; round += 1) {
      const tools = await Promise.all(Array.from({ length: 8 }, () => lab.open()));
      for (const tool of tools) for (let turn = random(3); turn >= 0; turn -= 1) tool.send(CREATE);
      await lab.sockets.when(() => lab.sockets.connections.length > 0);
      most = Math.max(most, load().openTurns);
      for (const tool of tools) if (random(2) === 0) tool.webSocket.terminate();
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, load().openTurns);
      for (const tool of tools) tool.webSocket.close(1000);
      // Those with a turn under way are let go only when it has ended, or after a while.
      const closed = Promise.all(tools.map((tool) => tool.closed));
      await idle();
      await closed;
      await idle();
    }
    expect(most).toBeLessThanOrEqual(3);
    const sent = lab.sockets.messages.length;
    expect(sent).toBeGreaterThan(12);
    expect((await lab.gateway.turns()).filter(({ sentAt }) => sentAt !== null)).toHaveLength(sent);
  },
);
