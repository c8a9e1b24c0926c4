import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import {
  CONNECT_TIMEOUT,
  DIAL_TIMEOUT_MS,
  type DialOptions,
  type DialRequest,
  type DialResult,
  connectionTo,
  readRefusal,
} from './dial.ts';
import { OPCODE } from './frame-code.ts';
import { CLOSE_MS, KEEP_ALIVE_MS, type LinkListener, type UpstreamLink } from './frame-link.ts';

/** Larger messages of an upstream end the session: they have to be inflated whole before they can go on. */
const MAX_MESSAGE = 128 * 1024 * 1024;

/** Above this much unsent the tool is not read. */
const MAX_BACKLOG = 1024 * 1024;

/** An upstream that may compress, ready and silent. */
export interface DeflatedUpstream {
  readonly rawHeaders: readonly string[];
  readonly protocol: string | null;
  attach(listener: LinkListener): UpstreamLink;
  destroy(): void;
}

/** Opens a WebSocket that offers permessage-deflate, with ws's own client. */
export function dialDeflated(
  { origin, proxy, path, headers, protocols }: DialRequest,
  { connector, after, signal }: DialOptions,
): Promise<DeflatedUpstream | Exclude<DialResult, { kind: 'open' }>> {
  const options = {
    headers: asObject(headers),
    createConnection: connectionTo({ origin, proxy }, connector),
    perMessageDeflate: true,
    autoPong: false,
    followRedirects: false,
    closeTimeout: CLOSE_MS,
    maxPayload: MAX_MESSAGE,
  };
  const webSocket = new WebSocket(origin.replace(/^http/, 'ws') + path, [...protocols], options);
  return new Promise((resolve) => {
    let rawHeaders: readonly string[] = [];
    const settle = (result: DeflatedUpstream | Exclude<DialResult, { kind: 'open' }>): void => {
      cancel();
      signal?.removeEventListener('abort', abort);
      resolve(result);
      if ('kind' in result) webSocket.terminate();
    };
    const abort = (): void => {
      settle({ kind: 'unreachable', code: 'ABORTED' });
    };
    const cancel = after(DIAL_TIMEOUT_MS, () => {
      settle({ kind: 'timeout' });
    });
    signal?.addEventListener('abort', abort);
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      settle(
        error.code === CONNECT_TIMEOUT
          ? { kind: 'timeout' }
          : { kind: 'unreachable', code: error.code ?? error.message },
      );
    });
    webSocket.on('upgrade', (response: IncomingMessage) => {
      rawHeaders = response.rawHeaders;
      // ws does not probe, and a peer that vanished would never be noticed.
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    });
    webSocket.on('unexpected-response', (_, response: IncomingMessage) => {
      const { statusCode = 0, rawHeaders: raw } = response;
      void readRefusal(response).then((body) => {
        settle({ kind: 'refused', status: statusCode, rawHeaders: raw, body });
      });
    });
    webSocket.on('open', () => {
      // Until a session listens, what comes waits in the kernel.
      webSocket.pause();
      settle({
        rawHeaders,
        protocol: webSocket.protocol === '' ? null : webSocket.protocol,
        attach: (listener) => new DeflatedLink(webSocket, listener),
        destroy: () => {
          webSocket.terminate();
        },
      });
    });
  });
}

/** A link whose messages are compressed on the wire, and so go on one by one. */
class DeflatedLink implements UpstreamLink {
  readonly immediate = true;
  readonly inFrame = false;
  readonly inMessage = false;
  readonly #webSocket: WebSocket;
  readonly #listener: LinkListener;
  #waiting = false;
  #fault: 1002 | 1007 | null = null;

  constructor(webSocket: WebSocket, listener: LinkListener) {
    this.#webSocket = webSocket;
    this.#listener = listener;
    webSocket.on('message', (payload: Buffer, binary) => {
      if (!binary) listener.event(payload, true);
      listener.piece(payload, binary, true);
    });
    webSocket.on('ping', (payload) => {
      listener.control(OPCODE.ping, payload);
    });
    webSocket.on('pong', (payload) => {
      listener.control(OPCODE.pong, payload);
    });
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('WS_ERR_') === true) this.#fault = error.code.includes('UTF8') ? 1007 : 1002;
    });
    webSocket.on('close', (code, reason) => {
      if (this.#fault !== null) listener.ended({ fault: this.#fault, what: 'a frame that cannot be read' });
      else if (code === 1006) listener.ended({ cut: 'the connection broke' });
      else listener.ended({ code: code === 1005 ? null : code, reason: reason.toString() });
    });
    webSocket.resume();
  }

  send(opcode: number, payload: Buffer): boolean {
    if (opcode === OPCODE.ping) this.#webSocket.ping(payload);
    else if (opcode === OPCODE.pong) this.#webSocket.pong(payload);
    else this.#webSocket.send(payload, { binary: opcode === OPCODE.binary }, this.#sent);
    this.#waiting ||= this.#webSocket.bufferedAmount > MAX_BACKLOG;
    return !this.#waiting;
  }

  stop(): void {
    // Every message is handed on whole, so there is never a rest of one.
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(code: number | null, reason: string): void {
    if (code === null) this.#webSocket.close();
    else this.#webSocket.close(code, reason);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  readonly #sent = (): void => {
    if (!this.#waiting || this.#webSocket.bufferedAmount > MAX_BACKLOG / 2) return;
    this.#waiting = false;
    this.#listener.drained();
  };
}

function asObject(flat: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index + 1 < flat.length; index += 2)
    (headers[flat[index] ?? ''] ??= []).push(flat[index + 1] ?? '');
  return headers;
}
