import { once } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DRAIN_MS } from '../../src/main/gateway/socket-ending.ts';
import { IDLE_MS } from '../../src/main/gateway/socket-sessions.ts';
import { KEEP_ALIVE_MS } from '../../src/main/upstream/frame-link.ts';
import { FrameEncoder } from '../../src/main/upstream/frame-encoder.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { connectRaw, upgradeLines } from './raw-socket.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';

/** Peers that are connected and say nothing any more, not even goodbye. */
describe.each([
  ['raw', false],
  ['compressed', true],
])('with a %s upstream', (_, compressSockets) => {
  let lab: SocketLab;
  let timers: FakeTimers;

  beforeEach(async () => {
    timers = new FakeTimers();
    lab = await startSocketLab({
      account: { compressSockets },
      runtime: { after: timers.after, now: timers.now },
      sockets: { compresses: true },
    });
    lab.sockets.script = () => null;
  });
  afterEach(async () => {
    timers.pass(DRAIN_MS);
    await lab.close();
  });

  const sessions = async (): Promise<number> => (await lab.gateway.client.call('status.get')).sessions.length;
  const text = (frame: string): Buffer => new FrameEncoder().encode(1, Buffer.from(frame));

  test('a session whose both ends fell silent is over after the idle time, between turns', async () => {
    // This tool reads nothing and answers no close frame; neither does its upstream.
    const tool = await connectRaw(lab.origin);
    tool.write(upgradeLines(lab.origin));
    const upstream = await lab.sockets.connected(1);
    tool.write(text('{"type":"response.create","model":"gpt-5.5"}'));
    await upstream.received(1);
    upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
    await expect.poll(() => lab.newRows()).toHaveLength(1);
    upstream.webSocket.pause();
    const { closed } = lab.sockets.last;
    expect(closed).toBeNull();

    timers.pass(IDLE_MS + 30_000);
    // The gateway's own goodbyes have limits of two seconds; the tool's is ws's.
    await expect.poll(() => timers.waiting).toBeGreaterThan(0);
    timers.pass(2000);
    await expect.poll(sessions, { timeout: 5000 }).toBe(0);
    expect(await lab.newRows()).toEqual([]);
    tool.destroy();
  });

  test('during a turn silence ends nothing, but both connections are probed', async () => {
    const probed = vi.spyOn(Socket.prototype, 'setKeepAlive');
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    const ports = probed.mock.contexts.flatMap((socket, at) => {
      const [on, delay] = probed.mock.calls[at] ?? [];
      return socket instanceof Socket && on === true && delay === KEEP_ALIVE_MS
        ? [socket.remotePort ?? 0, socket.localPort ?? 0]
        : [];
    });
    probed.mockRestore();
    // Of the tool's connection the gateway's end has the listening port, of the upstream's the peer has.
    expect(ports).toContain(Number(new URL(lab.origin).port));
    expect(ports).toContain(Number(new URL(lab.upstream.baseUrl).port));

    tool.send({ type: 'response.create', model: 'gpt-5.5' });
    await upstream.received(1);
    timers.pass(2 * IDLE_MS);
    upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
    await tool.event('response.completed');
    expect(await lab.newRows()).toMatchObject([{ partial: false }]);
    tool.webSocket.terminate();
  });

  test('a turn that is given up is written down once, whatever the upstream still says', async () => {
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
    await upstream.received(1);
    upstream.webSocket.pause();
    const before = timers.waiting;
    tool.webSocket.terminate();
    await expect.poll(() => timers.waiting).toBeGreaterThan(before);
    timers.pass(DRAIN_MS);
    // The close frame lies unread at the upstream, which says the end of the turn in the meantime.
    const done =
      '{"type":"response.completed","response":{"id":"resp_1","usage":{"input_tokens":1,"output_tokens":1}}}';
    upstream.send(done);
    upstream.webSocket.resume();
    await upstream.ended();
    await expect.poll(sessions).toBe(0);
    expect(await lab.newRows()).toMatchObject([{ partial: true, error: 'tool_left', tiers: { sent: 'flex' } }]);
  });

  test('a tool that answers the close frame is not kept waiting for the end of its connection', async () => {
    const tool = await connectRaw(lab.origin);
    tool.write(upgradeLines(lab.origin));
    await lab.sockets.connected(1);
    tool.on('data', (chunk: Buffer) => {
      if (chunk.includes('invalid JSON payload')) tool.write(new FrameEncoder().close(1008, ''));
    });
    const started = performance.now();
    tool.write(text('nonsense'));
    await once(tool, 'end');
    expect(performance.now() - started).toBeLessThan(1000);
    tool.destroy();
  });
});
