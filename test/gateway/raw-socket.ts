import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { LOCAL_KEY } from '../fakes/gateway.ts';

/** Opens a connection on which the test writes every byte itself. */
export async function connectRaw(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Says something on a connection of its own, and reads until the other side ends it. */
export async function speak(origin: string, said: string | Buffer): Promise<string> {
  const socket = await connectRaw(origin);
  socket.write(said);
  return heard(socket);
}

/** Everything that comes until the other side ends the connection. */
export async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  // A reset after the answer ends the connection as well.
  socket.on('error', () => undefined);
  if (!socket.destroyed) await once(socket, 'close');
  return text;
}

/** A request with exactly these lines. */
export function request(lines: readonly string[], body = ''): string {
  return `${[...lines, '', ''].join('\r\n')}${body}`;
}

/** The lines of a good turn, with the key, and with the connection's end asked for. */
export function turnLines(origin: string, body: string, path = '/v1/responses'): string[] {
  return [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    `Authorization: Bearer ${LOCAL_KEY}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
}

/** The status of each answer in what was heard. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** A good WebSocket handshake for `/v1/responses`, without its answer being waited for. */
export function upgradeLines(origin: string, more: readonly string[] = []): string {
  return request([
    'GET /v1/responses HTTP/1.1',
    `Host: ${new URL(origin).host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Authorization: Bearer ${LOCAL_KEY}`,
    ...more,
  ]);
}
