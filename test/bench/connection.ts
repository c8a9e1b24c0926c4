import { type Socket, connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const LINE_FEED = 10;

/** All sockets read into one place: a read is dealt with before the next begins. */
const SHARED = Buffer.allocUnsafeSlow(256 * 1024);

/** What happens on a connection; payload bytes are only good until the call returns. */
export interface ConnectionEvents {
  readonly onStatus: (status: number) => void;
  readonly onPayload: (bytes: Buffer, start: number, end: number) => void;
  readonly onEnd: () => void;
  /** The connection broke, or was closed by the other side. */
  readonly onBroken: () => void;
}

type State = 'head' | 'fixed' | 'size' | 'data' | 'data end' | 'trailer';

/** One keep-alive HTTP/1.1 connection, one request at a time, with a parser that does no more than it must. */
export class Connection {
  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  #state: State = 'head';
  #head: Buffer | null = null;
  #left = 0;
  #closed = false;

  constructor(port: number, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback: (size, bytes) => {
          this.#read(Buffer.from(bytes.buffer, bytes.byteOffset, size));
          return true;
        },
      },
    });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      if (!this.#closed) events.onBroken();
    });
  }

  send(...parts: Buffer[]): void {
    if (parts.length > 1) this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    if (parts.length > 1) this.#socket.uncork();
  }

  /** Leaves at once, whatever is under way. */
  destroy(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'head': {
          at = this.#readHead(bytes, at);
          break;
        }
        case 'fixed':
        case 'data': {
          const end = Math.min(bytes.length, at + this.#left);
          this.#left -= end - at;
          this.#events.onPayload(bytes, at, end);
          at = end;
          if (this.#left > 0) break;
          if (this.#state === 'data') this.#state = 'data end';
          else this.#end();
          break;
        }
        case 'size': {
          const byte = bytes[at] ?? 0;
          at += 1;
          if (byte === LINE_FEED) this.#state = this.#left === 0 ? 'trailer' : 'data';
          else if (byte !== 13) this.#left = this.#left * 16 + (byte <= 57 ? byte - 48 : (byte | 32) - 87);
          break;
        }
        case 'data end':
          if (bytes[at] === LINE_FEED) this.#state = 'size';
          at += 1;
          break;
        case 'trailer': {
          const ended = bytes[at] === LINE_FEED;
          at += 1;
          if (ended) this.#end();
          break;
        }
      }
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const earlier = this.#head?.length ?? 0;
    const whole = this.#head === null ? bytes.subarray(at) : Buffer.concat([this.#head, bytes.subarray(at)]);
    const end = whole.indexOf(HEAD_END);
    if (end === -1) {
      // A copy, because the next read takes the same place.
      this.#head = Buffer.from(whole);
      return bytes.length;
    }
    this.#head = null;
    const text = whole.toString('latin1', 0, end);
    const chunked = CHUNKED.test(text);
    this.#left = chunked ? 0 : Number(LENGTH.exec(text)?.[1] ?? 0);
    this.#state = chunked ? 'size' : 'fixed';
    this.#events.onStatus(Number(text.slice(9, 12)));
    if (this.#state === 'fixed' && this.#left === 0) this.#end();
    return at + end + HEAD_END.length - earlier;
  }

  #end(): void {
    this.#state = 'head';
    this.#events.onEnd();
  }
}
