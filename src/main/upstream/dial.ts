import { hash, randomBytes } from 'node:crypto';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import type { Socket } from 'node:net';
import type { Connector } from './connector.ts';

/** How long a handshake may take, connection included. */
export const DIAL_TIMEOUT_MS = 10_000;

/** An upstream's refusal is kept up to this size; only its status and a hint are of use. */
const MAX_REFUSAL_BODY = 64 * 1024;

/** How undici's connector says that a connection did not stand in time. */
export const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';

/** What RFC 6455, 1.3 appends to the key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A handshake as it leaves the machine. */
export interface DialRequest {
  readonly origin: string;
  /** The way out; absent is straight. */
  readonly proxy?: string | undefined;
  readonly path: string;
  /** Flat, without those that belong to the handshake itself. */
  readonly headers: readonly string[];
  /** The subprotocols the tool offers, in its order. */
  readonly protocols: readonly string[];
}

/** What the dial needs from outside. */
export interface DialOptions {
  readonly connector: Connector;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** Ends the attempt, for instance because the tool has left. */
  readonly signal?: AbortSignal;
}

/** A connection that speaks frames from now on. */
export interface Dialled {
  readonly kind: 'open';
  readonly socket: Socket;
  /** Bytes that came with the answer. */
  readonly head: Buffer;
  readonly rawHeaders: readonly string[];
  readonly protocol: string | null;
}

/** How a handshake can end. */
export type DialResult =
  | Dialled
  | { readonly kind: 'refused'; readonly status: number; readonly rawHeaders: readonly string[]; readonly body: Buffer }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'timeout' };

/** Opens a WebSocket towards an upstream, up to its 101; redirects are answers like any other refusal. */
export function dial(request: DialRequest, { connector, after, signal }: DialOptions): Promise<DialResult> {
  const { host } = new URL(request.origin);
  const key = randomBytes(16).toString('base64');
  const outgoing = requestHttp({
    // One of its own, secure where the origin is: a pool would keep a connection that now speaks frames.
    createConnection: connectionTo(request, connector),
    path: request.path,
    headers: [
      ...['host', host, 'connection', 'Upgrade', 'upgrade', 'websocket'],
      ...['sec-websocket-version', '13', 'sec-websocket-key', key],
      ...(request.protocols.length > 0 ? ['sec-websocket-protocol', request.protocols.join(', ')] : []),
      ...request.headers,
    ],
  });
  return new Promise((resolve) => {
    const finish = (result: DialResult): void => {
      cancel();
      signal?.removeEventListener('abort', abort);
      resolve(result);
      if (result.kind !== 'open') outgoing.destroy();
    };
    const abort = (): void => {
      finish({ kind: 'unreachable', code: 'ABORTED' });
    };
    const cancel = after(DIAL_TIMEOUT_MS, () => {
      finish({ kind: 'timeout' });
    });
    signal?.addEventListener('abort', abort);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      finish(
        error.code === CONNECT_TIMEOUT ? { kind: 'timeout' } : { kind: 'unreachable', code: error.code ?? error.name },
      );
    });
    outgoing.on('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
      // Until its owner listens, a reset must not become an exception.
      socket.on('error', ignore);
      const problem = faultIn(response, key, request.protocols);
      if (problem !== null) {
        socket.destroy();
        finish({ kind: 'unreachable', code: problem });
        return;
      }
      finish({
        kind: 'open',
        socket,
        head,
        rawHeaders: response.rawHeaders,
        protocol: response.headers['sec-websocket-protocol'] ?? null,
      });
    });
    // A 101 that upgrades to nothing is told as information.
    outgoing.on('information', ({ statusCode }) => {
      if (statusCode === 101) finish({ kind: 'unreachable', code: 'an answer 101 without an upgrade' });
    });
    outgoing.on('response', (response: IncomingMessage) => {
      void readRefusal(response).then((body) => {
        finish({ kind: 'refused', status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body });
      });
    });
    outgoing.end();
  });
}

/** What a dial's connection is opened by. */
export function connectionTo(
  { origin, proxy }: Pick<DialRequest, 'origin' | 'proxy'>,
  connector: Connector,
): NonNullable<RequestOptions['createConnection']> {
  return (_, done) => {
    connector.once(proxy, origin, (error, socket) => {
      // Node's types know no call without a socket, Node does.
      (done as (error: Error | null, socket: Socket | null) => void)(error, socket);
    });
    return null;
  };
}

function ignore(): void {
  // The socket's close tells the same.
}

/** What is wrong with an upstream's 101; null when nothing is. */
function faultIn({ headers }: IncomingMessage, key: string, offered: readonly string[]): string | null {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'an upgrade to something else';
  if (headers['sec-websocket-accept'] !== hash('sha1', key + GUID, 'base64')) return 'a wrong sec-websocket-accept';
  if (headers['sec-websocket-extensions'] !== undefined) return 'an extension that was not offered';
  const chosen = headers['sec-websocket-protocol'];
  return chosen === undefined || offered.includes(chosen) ? null : 'a subprotocol that was not offered';
}

/** The body of a handshake's refusal, as far as it is of use. */
export async function readRefusal(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_REFUSAL_BODY) break;
      chunks.push(chunk);
    }
  } catch {
    // The status is known; what came of the body will do.
  }
  return Buffer.concat(chunks);
}
