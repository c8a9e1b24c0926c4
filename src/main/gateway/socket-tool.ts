import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { KEEP_ALIVE_MS } from '../upstream/frame-link.ts';
import type { Goodbye } from './socket-goodbye.ts';
import { TickCork } from '../upstream/tick-cork.ts';

/** Compressed messages wait in a queue of their own; above this the upstream is not read. */
const MAX_BACKLOG = 1024 * 1024;

/** The same for messages and signs of life, which may have a byte each and take far more room than that. */
const MAX_QUEUED = 4096;

/** What a session hears from its tool. */
export interface ToolListener {
  message(payload: Buffer, binary: boolean): void;
  ping(payload: Buffer): void;
  pong(payload: Buffer): void;
  /** What was written has gone out. */
  written(): void;
  /** The tool said goodbye, or broke a rule of the protocol; null is a close frame without a code. */
  leaving(code: number | null, reason: string): void;
  /** The connection is closed. */
  gone(): void;
}

/**
 * ws answers a close frame, and ends a session over a broken rule, by itself and at once. While the upstream's raw bytes
 * end inside a frame that would be read as its payload, so that answer is handed to the session, which knows when.
 */
export class ToolWebSocket extends WebSocket {
  /** Set by the tool's side; stands in for ws's own answer. */
  onLeaving: ((code: number | null, reason: string) => void) | null = null;

  override close(code?: number, reason?: string | Buffer): void {
    // In a close that has begun, ws calls this to end the connection, which the tool may be waiting for.
    if (this.onLeaving === null || this.readyState === WebSocket.CLOSING) super.close(code, reason);
    else this.onLeaving(code ?? null, reason?.toString() ?? '');
  }

  /** The close frame itself. */
  closeNow(code: number | null, reason: string): void {
    if (code === null) super.close();
    else super.close(code, reason);
  }
}

/** The tool's end of a session: messages in, and out either bytes as they are or messages. */
export class ToolSide {
  readonly #webSocket: ToolWebSocket;
  readonly #socket: Socket;
  readonly #cork: TickCork;
  readonly #listener: ToolListener;
  #waiting = false;
  /** What ws has been given and the system has not taken yet. */
  #queued = 0;

  constructor(webSocket: ToolWebSocket, socket: Socket, listener: ToolListener) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#cork = new TickCork(socket);
    this.#listener = listener;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    webSocket.onLeaving = (code, reason) => {
      listener.leaving(code, reason);
    };
    webSocket.on('message', (data: Buffer, binary) => {
      listener.message(data, binary);
    });
    webSocket.on('ping', (data) => {
      listener.ping(data);
    });
    webSocket.on('pong', (data) => {
      listener.pong(data);
    });
    // A broken rule has been told by its close already; without a listener it would end the process.
    webSocket.on('error', () => undefined);
    webSocket.on('close', () => {
      listener.gone();
    });
    socket.on('drain', this.#onDrain);
  }

  /** True when messages leave compressed, so that no bytes can be passed on as they came. */
  get compressed(): boolean {
    return this.#webSocket.extensions !== '';
  }

  /** Passes frames on; false when the sender should wait for `written`. */
  bytes(bytes: Buffer): boolean {
    if (this.#socket.destroyed) return true;
    this.#cork.gather();
    return this.#note(this.#socket.write(bytes));
  }

  /** Sends a message, or a piece of one as a fragment; false when the sender should wait for `written`. */
  piece(payload: Buffer, binary: boolean, last: boolean): boolean {
    if (!this.compressed) this.#cork.gather();
    this.#queued += 1;
    this.#webSocket.send(payload, { binary, fin: last }, this.#sent);
    return this.#note(this.#hasRoom(1));
  }

  /** Answers or asks for a sign of life on the upstream's behalf; false when the sender should wait for `written`. */
  control(kind: 'ping' | 'pong', payload: Buffer): boolean {
    this.#queued += 1;
    this.#webSocket[kind](payload, undefined, this.#sent);
    return this.#note(this.#hasRoom(1));
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  /** Says the last words; ws ends the connection when the tool has answered, or has not for a while. */
  goodbye({ event, code, reason }: Goodbye): void {
    if (event !== null) this.#webSocket.send(event);
    this.#webSocket.closeNow(code, reason);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #hasRoom(share: number): boolean {
    return this.#webSocket.bufferedAmount < MAX_BACKLOG * share && this.#queued < MAX_QUEUED * share;
  }

  #note(room: boolean): boolean {
    if (!room) this.#waiting = true;
    return room;
  }

  readonly #sent = (): void => {
    this.#queued -= 1;
    if (this.#waiting && this.#hasRoom(1 / 2)) this.#onDrain();
  };

  readonly #onDrain = (): void => {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#listener.written();
  };
}
