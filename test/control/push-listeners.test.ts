import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HttpCarrier } from '../../src/main/control/http.ts';
import type { ControlHandlers, Push } from '../../src/shared/control.ts';

/** The carrier by itself, before a source of pushes whose listeners can be counted. */
let carrier: HttpCarrier;
let server: Server;
let listeners: Set<(push: Push) => void>;
let left: () => void = () => undefined;

beforeEach(async () => {
  listeners = new Set();
  carrier = new HttpCarrier({
    handlers: {} as ControlHandlers,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        left();
      };
    },
    windowFiles: null,
  });
  server = createServer();
  server.on('upgrade', (request, socket, head) => {
    carrier.upgrade(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  carrier.close();
  server.closeAllConnections();
  server.close();
});

async function connect(): Promise<WebSocket> {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/_tiergate/events`, ['tiergate', `session.${carrier.token}`]);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

/** Waits until a listener has been forgotten. */
function forgotten(): Promise<void> {
  return new Promise((resolve) => {
    left = resolve;
  });
}

function push(size = 10): void {
  for (const listener of listeners) listener({ type: 'status', status: { home: 'x'.repeat(size) } as never });
}

test.each<[name: string, leave: (socket: WebSocket) => void]>([
  ['closes its socket', (socket) => socket.close()],
  ['breaks its connection', (socket) => socket.terminate()],
  ['says far too much', (socket) => socket.send('x'.repeat(100_000))],
])('a window that %s is forgotten, and the others are not', async (_name, leave) => {
  const [leaving, staying] = [await connect(), await connect()];
  expect(listeners.size).toBe(2);
  const gone = forgotten();
  leave(leaving);
  await gone;
  expect(listeners.size).toBe(1);
  const told = once(staying, 'message');
  push();
  expect(String((await told)[0])).toContain('"status"');
});

test('a window that cannot keep up is cut off, and holds nothing any more', async () => {
  const socket = await connect();
  socket.pause();
  const gone = forgotten();
  const mebibyte = 1024 * 1024;
  // Some of it goes into the buffers of the system; the rest is the backlog.
  for (let count = 0; count < 64 && listeners.size > 0; count += 1) {
    push(mebibyte);
    await new Promise(setImmediate);
  }
  await gone;
  expect(listeners.size).toBe(0);
});

test('at the end every window is let go', async () => {
  const socket = await connect();
  const closed = once(socket, 'close');
  carrier.close();
  await closed;
  expect(listeners.size).toBe(0);
});
