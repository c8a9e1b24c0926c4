import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ControlHandlers, Push, Reply } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { CONTROL_PATH, type ControlSurface } from '../gateway/control-surface.ts';
import { answerCall, faultOf } from './answer.ts';
import { type MetricsPage, serveMetrics } from './metrics-page.ts';
import { WindowFiles } from './window-files.ts';

/** The header that carries the session token. */
const TOKEN_HEADER = 'x-tiergate-session';

/** The subprotocol of the push stream, and the one beside it that carries the token, since browsers can set no header there. */
const PROTOCOL = 'tiergate';
const TOKEN_PROTOCOL = 'session.';

/** Calls are small; a policy with thousands of rules is far below this. */
const MAX_CALL_BYTES = 4 * 1024 * 1024;

/** A window that cannot keep up is cut off; it comes back and reads the ledger. */
const MAX_PUSH_BACKLOG = 8 * 1024 * 1024;

/** What the carrier carries. */
export interface HttpCarrierOptions {
  readonly handlers: ControlHandlers;
  readonly subscribe: (listener: (push: Push) => void) => () => void;
  /** The folder of the built window; null where there is none. */
  readonly windowFiles: string | null;
  /** The page for Prometheus, where there is one. */
  readonly metrics?: MetricsPage;
}

/** Carries the control contract over HTTP and a WebSocket on the gateway's own port, for a browser and the command line. */
export class HttpCarrier implements ControlSurface {
  /** The session's token, new at every start. */
  readonly token = randomBytes(24).toString('base64url');
  readonly #options: HttpCarrierOptions;
  readonly #files: WindowFiles | null;
  readonly #sockets: WebSocketServer;

  constructor(options: HttpCarrierOptions) {
    this.#options = options;
    this.#files = options.windowFiles === null ? null : new WindowFiles(options.windowFiles);
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: 1024,
      handleProtocols: () => PROTOCOL,
    });
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const { metrics } = this.#options;
    if (metrics !== undefined && path === `${CONTROL_PATH}metrics`) {
      void serveMetrics(request, response, metrics);
      return;
    }
    const call = path.startsWith(`${CONTROL_PATH}api/`) ? path.slice(`${CONTROL_PATH}api/`.length) : null;
    if (call === null) {
      // The window's files hold no data, so they need no token.
      this.#serveFile(request, path.slice(CONTROL_PATH.length), response);
      return;
    }
    const token = request.headers[TOKEN_HEADER];
    if (!this.#isToken(typeof token === 'string' ? token : '')) {
      sendReply(response, 401, { ok: false, error: faultOf(new TiergateError('session_token_invalid')) });
      request.resume();
    } else if (request.method !== 'POST' || request.headers['content-type']?.startsWith('application/json') !== true) {
      sendReply(response, 400, {
        ok: false,
        error: faultOf(new TiergateError('control_invalid', 'calls are POST with a JSON body')),
      });
      request.resume();
    } else {
      void this.#call(call, request, response);
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
    const token = protocols.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length) ?? '';
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== `${CONTROL_PATH}events` || !protocols.includes(PROTOCOL) || !this.#isToken(token)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#stream(webSocket);
    });
  }

  /** Ends the push streams. */
  close(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
  }

  async #call(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = await receiveJson(request);
    if (input === undefined) {
      sendReply(response, 400, {
        ok: false,
        error: faultOf(new TiergateError('control_invalid', 'the body is not JSON')),
      });
      return;
    }
    const reply = await answerCall(this.#options.handlers, name, input);
    sendReply(response, reply.ok ? 200 : 400, reply);
  }

  #stream(webSocket: WebSocket): void {
    const unsubscribe = this.#options.subscribe((push) => {
      if (webSocket.bufferedAmount > MAX_PUSH_BACKLOG) webSocket.terminate();
      else webSocket.send(JSON.stringify(push));
    });
    webSocket.on('close', unsubscribe);
    webSocket.on('error', () => {
      webSocket.terminate();
    });
  }

  #serveFile(request: IncomingMessage, path: string, response: ServerResponse): void {
    request.resume();
    const readsOnly = request.method === 'GET' || request.method === 'HEAD';
    const file = readsOnly ? (this.#files?.find(path === '' ? 'index.html' : path) ?? null) : null;
    if (file === null) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('There is nothing here.');
      return;
    }
    response.writeHead(200, file.headers);
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }

  #isToken(presented: string): boolean {
    return timingSafeEqual(hash('sha256', presented, 'buffer'), hash('sha256', this.token, 'buffer'));
  }
}

function sendReply(response: ServerResponse, status: number, reply: Reply): void {
  const body = JSON.stringify(reply);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/** The body as JSON; undefined when it is too large, cut, or no JSON. */
async function receiveJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_CALL_BYTES) return undefined;
      chunks.push(chunk);
    }
    return size === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}
