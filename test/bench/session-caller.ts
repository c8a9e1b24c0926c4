import { type Socket, connect } from 'node:net';
import { FrameWalk, TEXT } from './frame.ts';
import type { Tally } from './measured-time.ts';
import type { PreparedSession } from './request.ts';
import { expectedFrames } from './session-answer.ts';
import { microsNow } from './wire.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const SWITCHED = 'HTTP/1.1 101 ';

/** All sockets read into one place: a read is dealt with before the next begins. */
const SHARED = Buffer.allocUnsafeSlow(256 * 1024);

/** Told when an answer is whole, or was not as it should be; the time is that from the frame up to the last frame down. */
export type TurnDone = (micros: number, good: boolean) => void;

/** One session of a tool: a turn at a time, and a new session if it broke. */
export class SessionCaller {
  readonly #port: number;
  readonly #tally: Tally;
  readonly #session: PreparedSession;
  readonly #onDone: TurnDone;
  readonly #expected: ReturnType<typeof expectedFrames>;
  #socket: Socket | null = null;
  #walk: FrameWalk | null = null;
  #head = Buffer.alloc(0);
  #busy = false;
  #begunAt = 0;
  #frames = 0;
  #bytes = 0;

  constructor(port: number, tally: Tally, session: PreparedSession, onDone: TurnDone) {
    this.#port = port;
    this.#tally = tally;
    this.#session = session;
    this.#onDone = onDone;
    this.#expected = expectedFrames(session.mode);
  }

  /** True while the session stands, between turns as well. */
  get open(): boolean {
    return this.#walk !== null;
  }

  /** Begins a turn, and the session before it where there is none. */
  call(): void {
    this.#busy = true;
    this.#frames = 0;
    this.#bytes = 0;
    this.#tally.sent += 1;
    if (this.#socket === null) this.#connect();
    else this.#send(this.#socket);
  }

  /** Leaves, whatever is under way. */
  destroy(): void {
    this.#busy = false;
    this.#socket?.destroy();
    this.#drop();
  }

  #connect(): void {
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback: (size, bytes) => {
          if (this.#socket === socket) this.#read(socket, Buffer.from(bytes.buffer, bytes.byteOffset, size));
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#break(socket);
    });
    socket.write(this.#session.head);
  }

  #send(socket: Socket): void {
    this.#begunAt = microsNow();
    socket.write(this.#session.frame);
  }

  #read(socket: Socket, bytes: Buffer): void {
    if (this.#walk !== null) {
      this.#take(this.#walk, bytes);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return;
    if (!this.#head.toString('latin1', 0, SWITCHED.length).startsWith(SWITCHED)) {
      this.#break(socket);
      return;
    }
    this.#walk = new FrameWalk((opcode) => {
      this.#frame(opcode);
    });
    this.#send(socket);
    this.#take(this.#walk, this.#head.subarray(end + HEAD_END.length));
  }

  #take(walk: FrameWalk, bytes: Buffer): void {
    // A turn ends with its last byte, and nothing follows before the next begins.
    this.#bytes += bytes.length;
    walk.push(bytes);
  }

  #frame(opcode: number): void {
    if (opcode !== TEXT) {
      if (this.#socket !== null) this.#break(this.#socket);
      return;
    }
    this.#frames += 1;
    if (this.#frames === this.#expected.frames) this.#done(this.#bytes === this.#expected.bytes);
  }

  /** A refusal, a close frame, or the end of the connection. */
  #break(socket: Socket): void {
    socket.destroy();
    this.#drop();
    if (this.#busy) this.#done(false);
  }

  #drop(): void {
    this.#socket = null;
    this.#walk = null;
    this.#head = Buffer.alloc(0);
  }

  #done(good: boolean): void {
    this.#busy = false;
    if (good) this.#tally.answered += 1;
    else this.#tally.errors += 1;
    this.#onDone(microsNow() - this.#begunAt, good);
  }
}
