import type { IncomingHttpHeaders, Server } from 'node:http';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

/** What belongs to one handshake, and is not passed on to the next. */
const HANDSHAKE = /^(host|connection|upgrade|sec-websocket-.*)$/;

/** The yardstick for WebSockets: each message is read whole and sent again. No keys, no policy, no ledger. */
export function relaySockets(server: Server, upstream: string): void {
  const tools = new WebSocketServer({ server, perMessageDeflate: false });
  tools.on('connection', (tool, request) => {
    const provider = new WebSocket(`${upstream.replace('http', 'ws')}${request.url ?? '/'}`, {
      perMessageDeflate: false,
      headers: passed(request.headers),
    });
    const early: [RawData, boolean][] = [];
    provider.on('open', () => {
      for (const [message, binary] of early) provider.send(message, { binary });
    });
    tool.on('message', (message, binary) => {
      if (provider.readyState === WebSocket.OPEN) provider.send(message, { binary });
      else early.push([message, binary]);
    });
    provider.on('message', (message, binary) => {
      tool.send(message, { binary });
    });
    tool.on('close', () => {
      provider.close();
    });
    provider.on('close', () => {
      tool.close();
    });
    // A close follows every error.
    tool.on('error', () => undefined);
    provider.on('error', () => undefined);
  });
}

function passed(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (HANDSHAKE.test(name) ? [] : [[name, String(value)]])),
  );
}
