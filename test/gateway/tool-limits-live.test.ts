import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeTimers } from '../fakes/timers.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { begin, dial, send } from './tool.ts';

/** A tool that would like more turns than it was given, over HTTP and over WebSocket. */
let lab: SocketLab;
let timers: FakeTimers;

beforeEach(async () => {
  timers = new FakeTimers();
  lab = await startSocketLab({ runtime: { now: timers.now } });
});
afterEach(async () => {
  expect(lab.upstream.violations).toEqual([]);
  await lab.close();
});

async function limit(limits: { turnsPerMinute?: number; openTurns?: number }): Promise<void> {
  await lab.gateway.client.call('tool.limit', { name: 'lab', limits });
}

const CREATE = { type: 'response.create', model: 'gpt-5.5', input: [] };

describe('over HTTP', () => {
  test('what is too much is a 429 that says when to come again, and leaves neither machine nor row', async () => {
    await limit({ turnsPerMinute: 2 });
    expect((await send(lab.origin)).status).toBe(200);
    timers.pass(20_000);
    expect((await send(lab.origin)).status).toBe(200);
    const answer = await send(lab.origin);
    expect(answer.status).toBe(429);
    expect(answer.header('retry-after')).toBe('40');
    expect(answer.header('x-should-retry')).toBeUndefined();
    expect(answer.error).toMatchObject({ type: 'rate_limit_error', code: 'tool_limited' });
    expect(answer.error.message).toContain('try again in 40s');
    expect(lab.upstream.requests).toHaveLength(2);
    expect(await lab.newRows()).toHaveLength(2);
    expect(lab.gateway.runtime.status().refused).toMatchObject({ tool_limited: 1 });
    timers.pass(40_000);
    expect((await send(lab.origin)).status).toBe(200);
  });

  test('the answer has the shape of the tool’s protocol', async () => {
    await limit({ turnsPerMinute: 1 });
    await send(lab.origin);
    const answer = await send(lab.origin, { path: '/v1/messages' });
    expect(answer.status).toBe(429);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    expect(answer.header('retry-after')).toBe('60');
  });

  test('questions for models are no turns', async () => {
    await limit({ turnsPerMinute: 1 });
    const ask = { path: '/v1/models', method: 'GET', body: '', headers: { 'content-type': undefined } };
    for (let index = 0; index < 3; index += 1) expect((await send(lab.origin, ask)).status).toBe(200);
    expect((await send(lab.origin)).status).toBe(200);
    expect((await send(lab.origin)).status).toBe(429);
    expect((await send(lab.origin, ask)).status).toBe(200);
  });

  test('a turn is open until its answer has ended, and a limit that is taken away counts from the next', async () => {
    await limit({ openTurns: 1 });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'stall', until: promise });
    const first = send(lab.origin);
    await lab.upstream.requested(1);
    expect((await send(lab.origin)).header('retry-after')).toBe('1');
    await limit({});
    expect((await send(lab.origin)).status).toBe(200);
    await limit({ openTurns: 1 });
    expect((await send(lab.origin)).status).toBe(429);
    resolve(undefined);
    expect((await first).status).toBe(200);
    expect((await send(lab.origin)).status).toBe(200);
  });

  test.each([
    ['leaves', 'stall'],
    ['is refused by the provider', 'error'],
  ] as const)('a tool that %s has its place again', async (_, kind) => {
    await limit({ openTurns: 1 });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    if (kind === 'stall') {
      lab.upstream.next({ kind, until: promise });
      const call = dial(lab.origin);
      call.on('error', () => undefined);
      await lab.upstream.requested(1);
      call.destroy();
      await expect.poll(async () => (await lab.newRows()).length, { timeout: 20_000 }).toBe(1);
    } else {
      lab.upstream.next({ kind, status: 500 });
      await (await begin(lab.origin)).whole();
    }
    expect((await send(lab.origin)).status).toBe(200);
    resolve(undefined);
  });
});

describe('over WebSocket', () => {
  test('turns count with those of HTTP, and what is too much ends the session with 1013', async () => {
    await limit({ turnsPerMinute: 3 });
    await send(lab.origin);
    const tool = await lab.open();
    await tool.turn();
    await tool.turn();
    tool.send(CREATE);
    expect(await tool.closed).toMatchObject({ code: 1013, reason: 'too many concurrent requests, please retry later' });
    expect(tool.events.at(-1)).toMatchObject({
      type: 'error',
      status: 429,
      error: { type: 'rate_limit_error', code: 'tool_limited' },
    });
    expect(lab.sockets.last.messages).toHaveLength(2);
    expect(await lab.newRows()).toHaveLength(3);
    expect((await send(lab.origin)).status).toBe(429);
  });

  test('what is too much beside a turn under way is told, and ends nothing', async () => {
    await limit({ openTurns: 1 });
    lab.sockets.script = () => null;
    const tool = await lab.open();
    tool.send(CREATE);
    const upstream = await lab.sockets.connected(1);
    await upstream.received(1);
    tool.send(CREATE);
    expect(await tool.event('error')).toMatchObject({ status: 429, error: { code: 'tool_limited' } });
    expect((await send(lab.origin)).status).toBe(429);
    upstream.send({ type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.5' } });
    upstream.send({ type: 'response.completed', response: { id: 'resp_1', model: 'gpt-5.5' } });
    await tool.event('response.completed');
    tool.send(CREATE);
    await upstream.received(2);
    expect(upstream.messages).toHaveLength(2);
    tool.webSocket.terminate();
  });

  test.each<[string, (lab: SocketLab) => void]>([
    [
      'its connection breaks',
      ({ sockets }) => {
        sockets.last.webSocket.terminate();
      },
    ],
    [
      'an error event is all that comes',
      ({ sockets }) => {
        sockets.last.send({ type: 'error', error: { code: 'x' } });
      },
    ],
  ])('a turn has its place no more when %s', async (_, happens) => {
    await limit({ openTurns: 1 });
    lab.sockets.script = () => null;
    const tool = await lab.open();
    tool.send(CREATE);
    await (await lab.sockets.connected(1)).received(1);
    expect((await send(lab.origin)).status).toBe(429);
    happens(lab);
    await expect.poll(async () => (await send(lab.origin)).status, { timeout: 20_000 }).toBe(200);
    tool.webSocket.terminate();
  });

  test('a frame that the policy blocks keeps no place', async () => {
    await lab.gateway.client.call('policy.set', { policy: { rules: [{ serviceTier: 'priority', action: 'block' }] } });
    await limit({ openTurns: 1 });
    const tool = await lab.open();
    tool.send({ ...CREATE, service_tier: 'fast' });
    await tool.closed;
    expect((await send(lab.origin)).status).toBe(200);
  });
});
