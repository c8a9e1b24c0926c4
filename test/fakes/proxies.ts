import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** A proxy on the loopback, and what it was told. */
export interface FakeProxy {
  /** As an account's `proxy`. */
  readonly url: string;
  /** Where tunnels were asked for, as `host:port`. */
  readonly tunnels: string[];
  /** Everything it was told beside that, in latin1: request lines and headers, and the first bytes of each tunnel. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A proxy that knows only CONNECT; any status but 200 refuses. */
export async function startHttpProxy(status = 200): Promise<FakeProxy> {
  const tunnels: string[] = [];
  const seen: string[] = [];
  const server = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.rawHeaders.join(' ')}`);
    response.writeHead(405).end();
  });
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined);
    seen.push(`${request.method} ${request.url} ${request.rawHeaders.join(' ')}`);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    join(socket, hostname, Number(port), seen, () => {
      socket.write('HTTP/1.1 200 Established\r\n\r\n');
      if (head.length > 0) socket.unshift(head);
    });
  });
  return started(server, 'http', tunnels, seen);
}

/** A SOCKS5 proxy (RFC 1928) without authentication; any reply but 0 refuses. */
export async function startSocksProxy(reply = 0): Promise<FakeProxy> {
  const tunnels: string[] = [];
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (asked: Buffer) => {
        const { host, port } = destination(asked);
        if (reply !== 0) {
          socket.end(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
          return;
        }
        tunnels.push(`${host}:${port}`);
        join(socket, host, port, seen, () => socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])));
      });
    });
  });
  return started(server, 'socks5', tunnels, seen);
}

function destination(asked: Buffer): { readonly host: string; readonly port: number } {
  const kind = asked[3];
  if (kind === 3) {
    const end = 5 + (asked[4] ?? 0);
    return { host: asked.toString('latin1', 5, end), port: asked.readUInt16BE(end) };
  }
  const end = 4 + (kind === 1 ? 4 : 16);
  const bytes = [...asked.subarray(4, end)];
  const host = kind === 1 ? bytes.join('.') : (asked.toString('hex', 4, end).match(/.{4}/g) ?? []).join(':');
  return { host, port: asked.readUInt16BE(end) };
}

function join(socket: Socket, host: string, port: number, seen: string[], ready: () => void): void {
  const upstream = connect({ host, port }, () => {
    socket.once('data', (first: Buffer) => seen.push(first.toString('latin1')));
    ready();
    socket.pipe(upstream).pipe(socket);
  });
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  upstream.on('error', end).on('close', end);
  socket.on('close', end);
}

async function started(server: Server, scheme: string, tunnels: string[], seen: string[]): Promise<FakeProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    seen,
    close: async () => {
      const closed = Promise.withResolvers<undefined>();
      server.close(() => {
        closed.resolve(undefined);
      });
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}
