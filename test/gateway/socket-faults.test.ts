import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DRAIN_MS } from '../../src/main/gateway/socket-ending.ts';
import { IDLE_MS } from '../../src/main/gateway/socket-sessions.ts';
import { FakeTimers } from '../fakes/timers.ts';
import type { UpstreamConnection } from '../fakes/upstream-socket.ts';
import { type SocketLab, type ToolSocket, startSocketLab } from './socket-lab.ts';

/** Everything that can break while a session is open. */
let lab: SocketLab;
let timers: FakeTimers;

beforeEach(async () => {
  timers = new FakeTimers();
  lab = await startSocketLab({ runtime: { after: timers.after, now: timers.now } });
  lab.sockets.script = () => null;
});
afterEach(async () => {
  timers.pass(DRAIN_MS);
  await lab.close();
});

const FRAME = { type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' };

/** A session with a turn under way whose upstream has begun to answer. */
async function inTurn(compress = false): Promise<{ tool: ToolSocket; upstream: UpstreamConnection }> {
  const tool = await lab.open({ compress });
  const upstream = lab.sockets.last;
  tool.send(FRAME);
  await upstream.received(1);
  upstream.send({ type: 'response.created', response: { id: 'resp_1' } });
  await tool.event('response.created');
  return { tool, upstream };
}

const sessions = async (): Promise<number> => (await lab.gateway.client.call('status.get')).sessions.length;

describe.each([
  ['raw', false],
  ['compressed', true],
])('an upstream that ends a %s session', (_, compress) => {
  test.each([
    [1000, 'bye'],
    [1001, ''],
    [1011, 'server error'],
    [1012, 'restart'],
    [4001, 'own code'],
  ])('with %i is heard by the tool as it was said', async (code, reason) => {
    const { tool, upstream } = await inTurn(compress);
    upstream.webSocket.close(code, reason);
    expect(await tool.closed).toMatchObject({ code, reason });
    expect(await lab.newRows()).toMatchObject([
      { responseId: 'resp_1', partial: true, error: 'upstream_cut', tiers: { sent: 'flex', served: null } },
    ]);
    await expect.poll(sessions).toBe(0);
  });

  test('without a close frame is heard as 1011, never as 1000', async () => {
    const { tool, upstream } = await inTurn(compress);
    upstream.webSocket.terminate();
    expect(await tool.closed).toMatchObject({ code: 1011 });
    expect(await lab.newRows()).toMatchObject([{ partial: true, error: 'upstream_cut' }]);
  });

  test('with an empty close frame is heard so', async () => {
    const { tool, upstream } = await inTurn(compress);
    upstream.webSocket.close();
    expect(await tool.closed).toMatchObject({ code: 1005 });
  });

  test.each([
    ['garbage', Buffer.from('HTTP/1.1 500 what?\r\n\r\n'), 1002],
    ['a reserved bit', Buffer.from([0xf1, 1, 65]), 1002],
    ['a masked frame', Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5]), 1002],
    ['text that is no UTF-8', Buffer.from([0x81, 1, 0xff]), 1007],
  ])('with %s', async (__, bytes, code) => {
    const { tool, upstream } = await inTurn(compress);
    upstream.socket.write(bytes);
    expect(await tool.closed).toMatchObject({ code });
    await upstream.ended();
    expect(await lab.newRows()).toMatchObject([{ partial: true, error: 'upstream_cut' }]);
  });

  test('in the middle of a frame', async () => {
    const { tool, upstream } = await inTurn(compress);
    upstream.socket.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.from('{"type":"half')]), () => {
      upstream.socket.destroy();
    });
    const { code, before } = await tool.closed;
    expect(code).toBe(compress ? 1011 : 1006);
    expect(before).toBe(1);
    expect(await lab.newRows()).toMatchObject([{ partial: true, error: 'upstream_cut' }]);
  });

  test('after a message of twenty megabytes, which passes whole', { timeout: 20_000 }, async () => {
    const { tool, upstream } = await inTurn(compress);
    const large = JSON.stringify({ type: 'response.output_item.done', text: 'ä☃'.repeat(4 << 20) });
    upstream.send(large);
    upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
    await tool.event('response.completed');
    expect(tool.messages[1]?.text === large).toBe(true);
    expect(await lab.newRows()).toMatchObject([{ partial: false }]);
    tool.webSocket.terminate();
  });
});

describe('a tool that leaves', () => {
  test.each([
    ['with a close frame', (tool: ToolSocket) => tool.webSocket.close(4000, 'enough'), 4000, 'enough'],
    ['by dropping the connection', (tool: ToolSocket) => tool.webSocket.terminate(), 1001, ''],
  ])('between turns %s ends the upstream at once', async (_, leave, code, reason) => {
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    leave(tool);
    expect(await upstream.ended()).toEqual({ code, reason });
    await expect.poll(sessions).toBe(0);
    expect(await lab.newRows()).toEqual([]);
  });

  test('in the middle of a turn still gets the turn’s usage, if that comes soon', async () => {
    const { tool, upstream } = await inTurn();
    tool.webSocket.terminate();
    await tool.closed;
    upstream.send({ type: 'response.output_text.delta', delta: 'x' });
    upstream.send({
      type: 'response.completed',
      response: { id: 'resp_1', service_tier: 'flex', usage: { input_tokens: 5, output_tokens: 6 } },
    });
    await upstream.ended();
    expect(await lab.newRows()).toMatchObject([{ partial: false, tokens: { input: 5 }, tiers: { billed: 'flex' } }]);
    await expect.poll(sessions).toBe(0);
  });

  test('in the middle of a turn ends the upstream after 1.2 seconds, with a partial row', async () => {
    const { tool, upstream } = await inTurn();
    tool.webSocket.close(1000);
    await tool.closed;
    await expect.poll(() => timers.waiting).toBeGreaterThan(1);
    expect(upstream.closed).toBeNull();
    timers.pass(DRAIN_MS);
    expect(await upstream.ended()).toMatchObject({ code: 1000 });
    expect(await lab.newRows()).toMatchObject([
      { partial: true, error: 'tool_left', responseId: 'resp_1', tiers: { sent: 'flex' } },
    ]);
    await expect.poll(sessions).toBe(0);
  });

  test('in the middle of an upstream’s frame is answered when the frame has ended', async () => {
    const { tool, upstream } = await inTurn();
    const payload = Buffer.from('{"type":"response.output_text.delta","delta":"whole"}');
    upstream.socket.write(Buffer.concat([Buffer.from([0x81, payload.length]), payload.subarray(0, 20)]));
    await lab.sockets.when(() => true);
    tool.webSocket.close(1000);
    await expect.poll(() => timers.waiting).toBeGreaterThan(1);
    upstream.socket.write(payload.subarray(20));
    expect(await tool.closed).toMatchObject({ code: 1000 });
  });
});

describe('signs of life', () => {
  test('go through both ways, and nobody answers for another', async () => {
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    tool.webSocket.ping('to the upstream');
    await lab.sockets.when(() => upstream.pings.length > 0);
    expect(upstream.pings).toEqual(['to the upstream']);
    const pong = new Promise<string>((resolve) => tool.webSocket.once('pong', (data) => resolve(data.toString())));
    upstream.webSocket.pong('from the upstream');
    expect(await pong).toBe('from the upstream');
    upstream.webSocket.ping('to the tool');
    await lab.sockets.when(() => upstream.pongs.length > 0);
    expect(upstream.pongs).toEqual(['to the tool']);
  });
});

describe('the idle rule', () => {
  test('ends a session between turns after a quarter of an hour', async () => {
    const tool = await lab.open();
    timers.pass(IDLE_MS + 30_000);
    // The first message’s deadline is shorter; that session is not what this is about.
    await tool.closed;
    const other = await lab.open();
    const upstream = lab.sockets.last;
    other.send(FRAME);
    await upstream.received(1);
    timers.pass(IDLE_MS + 30_000);
    expect(upstream.closed).toBeNull();
    upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
    await other.event('response.completed');
    timers.pass(IDLE_MS + 60_000);
    expect(await other.closed).toMatchObject({ code: 1000, reason: 'websocket idle timeout' });
    expect((await upstream.ended()).code).toBe(1000);
  });

  test('keeps no timer while there is no session', async () => {
    const before = timers.waiting;
    const tool = await lab.open();
    expect(timers.waiting).toBeGreaterThan(before);
    tool.webSocket.close();
    await tool.closed;
    await expect.poll(sessions).toBe(0);
    await lab.sockets.last.ended();
    await expect.poll(() => timers.waiting).toBe(before);
  });
});

describe('a slow reader', () => {
  test('holds the upstream back instead of filling memory', { timeout: 20_000 }, async () => {
    const { tool, upstream } = await inTurn();
    tool.webSocket.pause();
    const message = JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(1 << 20) });
    for (let sent = 0; sent < 64; sent += 1) upstream.send(message);
    await expect
      .poll(async () => {
        const before = upstream.webSocket.bufferedAmount;
        await new Promise((resolve) => setImmediate(resolve));
        return before > 32 << 20 && upstream.webSocket.bufferedAmount === before;
      })
      .toBe(true);
    tool.webSocket.resume();
    await tool.event('response.output_text.delta', 64);
    expect(tool.messages).toHaveLength(65);
  });

  test('at the upstream holds the tool back', { timeout: 20_000 }, async () => {
    const { tool, upstream } = await inTurn();
    upstream.webSocket.pause();
    const frame = JSON.stringify({ type: 'response.steer', text: 'x'.repeat(1 << 20) });
    for (let sent = 0; sent < 64; sent += 1) tool.send(frame);
    await expect
      .poll(async () => {
        const before = tool.webSocket.bufferedAmount;
        await new Promise((resolve) => setImmediate(resolve));
        return before > 32 << 20 && tool.webSocket.bufferedAmount === before;
      })
      .toBe(true);
    upstream.webSocket.resume();
    await upstream.received(65);
  });
});

describe('a gateway that stops', () => {
  test('closes sessions without a turn with 1001, and lets a turn end', async () => {
    const idle = await lab.open();
    const { tool, upstream } = await inTurn();
    const stopped = lab.gateway.runtime.stop();
    expect(await idle.closed).toMatchObject({ code: 1001 });
    upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
    await tool.event('response.completed');
    expect(await tool.closed).toMatchObject({ code: 1001 });
    await stopped;
  });

  test('refuses a new turn of a session that is ending its last', async () => {
    const { tool } = await inTurn();
    const stopped = lab.gateway.runtime.stop();
    tool.send(FRAME);
    expect(await tool.closed).toMatchObject({ code: 1001 });
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'gateway_stopping' } });
    timers.pass(DRAIN_MS);
    await stopped;
  });
});
