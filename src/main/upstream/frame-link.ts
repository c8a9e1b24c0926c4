import type { Socket } from 'node:net';
import type { Fault } from './fault.ts';
import type { CloseSaid } from './frame-code.ts';
import { FrameEncoder } from './frame-encoder.ts';
import { type FrameFault, FrameWalker, type MessageReader, type PieceSink } from './frame-walker.ts';
import type { Dialled } from './dial.ts';
import { TickCork } from './tick-cork.ts';

/** How an upstream connection ended: with a close frame, over a broken rule, or without a word. */
export type LinkEnd = CloseSaid | FrameFault | { readonly cut: string };

/** A turn that leaves the machine, and which of its attempts that is, from 1. */
export interface Departure {
  readonly turn: string;
  readonly attempt: number;
}

/** What a session hears from its upstream. */
export interface LinkListener extends MessageReader, PieceSink {
  /** Frames as they came; only where bytes may go on unchanged. */
  bytes(bytes: Buffer): void;
  /** What was sent has gone out. */
  drained(): void;
  /** The next turn of a lane leaves the machine, told only by links that are not `immediate`; null where it is not known. */
  departed(lane: string | null): Departure | null;
  /** The HTTP status with which the upstream refused a turn, and whom that blames; where turns are HTTP requests. */
  refused(status: number, error: string, lane: string | null, fault: Fault | null): void;
  /** Nothing more will come of a turn that has left; told only by links that are not `immediate`. */
  over(turn: string): void;
  /** The end, once. */
  ended(end: LinkEnd): void;
}

/** A session's way to its upstream, whatever it is made of. */
export interface UpstreamLink {
  /** True while what the tool has been given ends inside a frame. */
  readonly inFrame: boolean;
  /** True while what the tool has been given ends inside a message. */
  readonly inMessage: boolean;
  /** True where what is sent leaves the machine at once; elsewhere a turn may wait, or be answered here. */
  readonly immediate: boolean;
  /** Sends one frame, a turn's with the model it was judged by; false when the sender should wait for `drained`. */
  send(opcode: number, payload: Buffer, judgedModel?: string): boolean;
  /** From now on gives no more than the rest of the message under way; what follows is still read. */
  stop(): void;
  pause(): void;
  resume(): void;
  /** Says goodbye and waits a little for the answer; without a code an empty close frame. */
  close(code: number | null, reason: string): void;
  destroy(): void;
}

/** Probes of an idle connection begin after this long, so that a peer that vanished is noticed. */
export const KEEP_ALIVE_MS = 30_000;

/** How long the upstream may take to answer a close frame. */
export const CLOSE_MS = 2000;

/** A link over a raw socket: frames up are encoded here, frames down are walked and go on as they came. */
export class FrameLink implements UpstreamLink {
  readonly immediate = true;
  readonly #socket: Socket;
  readonly #cork: TickCork;
  readonly #encoder = new FrameEncoder();
  readonly #walker: FrameWalker;
  readonly #listener: LinkListener;
  readonly #after: (milliseconds: number, action: () => void) => () => void;
  readonly #wholly: boolean;
  #closing: (() => void) | null = null;
  #over = false;

  /** With `wholly` messages are handed on piece by piece instead of their bytes. */
  constructor(
    { socket, head }: Pick<Dialled, 'socket' | 'head'>,
    listener: LinkListener,
    after: (milliseconds: number, action: () => void) => () => void,
    wholly: boolean,
  ) {
    this.#socket = socket;
    this.#cork = new TickCork(socket);
    this.#listener = listener;
    this.#after = after;
    this.#wholly = wholly;
    this.#walker = new FrameWalker(listener, wholly ? listener : null);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    if (head.length > 0) socket.unshift(head);
  }

  get inFrame(): boolean {
    return !this.#wholly && this.#walker.inFrame;
  }

  get inMessage(): boolean {
    return this.#walker.inMessage;
  }

  send(opcode: number, payload: Buffer): boolean {
    if (this.#closing !== null || this.#socket.destroyed) return true;
    this.#cork.gather();
    return this.#socket.write(this.#encoder.encode(opcode, payload));
  }

  stop(): void {
    this.#walker.stop();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number | null, reason: string): void {
    if (this.#closing !== null || this.#socket.destroyed) return;
    this.#socket.write(this.#encoder.close(code, reason));
    this.#socket.resume();
    this.#closing = this.#after(CLOSE_MS, () => this.#socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#over) return;
    const { bytes, end } = this.#walker.push(chunk);
    if (!this.#wholly) this.#listener.bytes(bytes);
    if (end === null) return;
    const answer = 'fault' in end ? { code: end.fault, reason: '' } : end;
    if (this.#closing === null && !this.#socket.destroyed) {
      this.#socket.write(this.#encoder.close(answer.code, ''));
      this.#closing = this.#after(CLOSE_MS, () => this.#socket.destroy());
    }
    this.#socket.end();
    this.#end(end);
  };

  readonly #onDrain = (): void => {
    this.#listener.drained();
  };

  readonly #onEnd = (): void => {
    this.#socket.end();
    this.#end({ cut: 'the connection ended without a close frame' });
  };

  readonly #onClose = (): void => {
    this.#closing?.();
    this.#end({ cut: 'the connection broke' });
  };

  #end(end: LinkEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.ended(end);
  }
}

/** Makes a listener that can be taken off its link, so that a link that never came into use ends unheard. */
export function detachable(listener: LinkListener): { readonly listener: LinkListener; readonly detach: () => void } {
  let attached = true;
  const when = <Arguments extends unknown[]>(action: (...given: Arguments) => void) => {
    return (...given: Arguments): void => {
      if (attached) action(...given);
    };
  };
  return {
    listener: {
      wants: (head) => attached && listener.wants(head),
      event: when((payload, whole) => listener.event(payload, whole)),
      bytes: when((bytes) => listener.bytes(bytes)),
      piece: when((piece, binary, last) => listener.piece(piece, binary, last)),
      control: when((opcode, payload) => listener.control(opcode, payload)),
      drained: when(() => listener.drained()),
      departed: (lane) => (attached ? listener.departed(lane) : null),
      refused: when((status, error, lane, fault) => listener.refused(status, error, lane, fault)),
      over: when((turn) => listener.over(turn)),
      ended: when((end) => listener.ended(end)),
    },
    detach: () => {
      attached = false;
    },
  };
}
