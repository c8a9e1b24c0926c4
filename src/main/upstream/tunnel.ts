import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Socket, isIPv6 } from 'node:net';
import { SocksClient } from 'socks';

/** How long a proxy may take, from the first packet to a way through. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** What came of a proxy; its code begins with `PROXY_`, so that nobody looks for the fault at the provider. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: string;

  constructor(what: string) {
    super(`the proxy: ${what}`);
    this.code = `PROXY_${what}`;
  }
}

/** Where a tunnel leads. */
export interface TunnelEnd {
  readonly hostname: string;
  readonly port: number;
}

/**
 * A connection through a proxy. It is always a tunnel, also for plain http: the proxy is told a name and a port and never
 * gets to read or change a request as its own, and names are resolved on its side.
 */
export function openTunnel(proxy: string, end: TunnelEnd): Promise<Socket> {
  const url = new URL(proxy);
  return url.protocol.startsWith('socks') ? socksTunnel(url, end) : connectTunnel(url, end);
}

async function socksTunnel(proxy: URL, { hostname, port }: TunnelEnd): Promise<Socket> {
  try {
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      proxy: { type: 5, host: bare(proxy), port: portOf(proxy, 1080) },
      destination: { host: hostname, port },
      timeout: TUNNEL_TIMEOUT_MS,
      set_tcp_nodelay: true,
    });
    return socket;
  } catch (error) {
    throw new ProxyError(codeOf(error));
  }
}

function connectTunnel(proxy: URL, { hostname, port }: TunnelEnd): Promise<Socket> {
  const authority = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
  const secure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = (secure ? requestHttps : requestHttp)({
      method: 'CONNECT',
      host: bare(proxy),
      port: portOf(proxy, secure ? 443 : 80),
      path: authority,
      headers: { host: authority },
      agent: false,
      timeout: TUNNEL_TIMEOUT_MS,
    });
    asking.on('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new ProxyError(String(statusCode)));
        return;
      }
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.on('response', (response) => {
      response.destroy();
      reject(new ProxyError(`answered ${response.statusCode}`));
    });
    asking.on('timeout', () => {
      asking.destroy(new ProxyError('took too long'));
    });
    asking.on('error', (error: NodeJS.ErrnoException) => {
      reject(error instanceof ProxyError ? error : new ProxyError(codeOf(error)));
    });
    asking.end();
  });
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port }: URL, usual: number): number {
  return port === '' ? usual : Number(port);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
