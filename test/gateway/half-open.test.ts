import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FakeTimers } from '../fakes/timers.ts';
import { type Lab, startLab } from './lab.ts';
import { request } from './raw-socket.ts';

/** Whoever is refused and never ends its side of the connection would hold it for ever, without any key. */
const timers = new FakeTimers();
let lab: Lab;
let socket: Socket;

beforeAll(async () => {
  lab = await startLab({ runtime: { after: timers.after } });
});
afterEach(() => socket.destroy());
afterAll(() => lab.close());

test.each<[string, (host: string) => string, number]>([
  ['what is no HTTP', () => 'garbage\r\n\r\n', 400],
  [
    'an upgrade without a key',
    (host) =>
      request([
        'GET /v1/responses HTTP/1.1',
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]),
    401,
  ],
])('%s is refused, and cut off ten seconds later', async (_, said, status) => {
  const { host, hostname, port } = new URL(lab.origin);
  socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  let heard = '';
  let isCut = false;
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.on('error', () => (isCut = true));
  socket.write(said(host));
  await once(socket, 'end');
  expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  timers.pass(9999);
  socket.write('still here');
  timers.pass(1);
  // A connection that is gone answers what is written with a reset.
  await expect.poll(() => socket.destroyed || (socket.write('and now'), isCut)).toBe(true);
});
