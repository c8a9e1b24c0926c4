import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ToolSide, ToolWebSocket } from '../../src/main/gateway/socket-tool.ts';

/** A tool's end over a connection whose bytes stay on this side until they are let go. */
describe.each([
  ['plain', false],
  ['compressed', true],
])('a tool that takes nothing, over a %s connection', (_, compress) => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: compress, WebSocket: ToolWebSocket });
  let side: ToolSide;
  let socket: Socket;
  let tool: WebSocket;
  let written: Promise<unknown>;

  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const upgraded = once(server, 'upgrade');
    tool = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: compress });
    const [request, raw, head] = (await upgraded) as [Parameters<WebSocketServer['handleUpgrade']>[0], Socket, Buffer];
    socket = raw;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    written = promise;
    const ignore = (): void => undefined;
    sockets.handleUpgrade(request, raw, head, (webSocket) => {
      side = new ToolSide(webSocket, raw, {
        ...{ message: ignore, ping: ignore, pong: ignore, leaving: ignore, gone: ignore },
        written: () => {
          resolve(undefined);
        },
      });
    });
    await once(tool, 'open');
    socket.cork();
  });
  afterEach(async () => {
    tool.terminate();
    socket.destroy();
    server.close();
    await once(server, 'close');
  });

  test.each<[what: string, give: () => boolean]>([
    ['signs of life', () => side.control('ping', Buffer.alloc(125))],
    ['messages of a byte', () => side.piece(Buffer.from('a'), false, true)],
  ])('is given no end of %s, and more once it has taken them', async (_, give) => {
    let given = 1;
    while (given < 10_000 && give()) given += 1;
    expect(given).toBeLessThan(10_000);
    socket.uncork();
    await written;
    expect(give()).toBe(true);
  });
});
