import { isUtf8 } from 'node:buffer';
import { Pieces } from '../envelope/pieces.ts';
import { type CloseSaid, MAX_CONTROL, OPCODE, isCloseCode } from './frame-code.ts';

/** A message larger than this is passed on without being looked into. */
const MAX_INSPECTED = 16 * 1024 * 1024;

/** From this many bytes of a message on its reader can say whether it wants the rest. */
const HEAD_BYTES = 128;

/** What wants to see an upstream's messages. */
export interface MessageReader {
  /** Whether a text message that begins like this is worth being gathered. */
  wants(head: Buffer): boolean;
  /** One text message, before its last byte is passed on; `whole` is false when it was too large and this is its beginning. */
  event(payload: Buffer, whole: boolean): void;
}

/** What goes on message by message, where bytes cannot go on as they came. */
export interface PieceSink {
  /** A piece of a message; a message in one piece is both first and last. */
  piece(piece: Buffer, binary: boolean, last: boolean): void;
  control(opcode: number, payload: Buffer): void;
}

/** A rule of RFC 6455 that the upstream broke, as the code to close with. */
export interface FrameFault {
  readonly fault: 1002 | 1007;
  readonly what: string;
}

/** What one chunk amounted to. */
export interface Walked {
  /** The bytes that may go on: everything up to a fault, a close frame, or a control frame that is not whole. */
  readonly bytes: Buffer;
  /** Why nothing more will come; null while there is more. */
  readonly end: CloseSaid | FrameFault | null;
}

const EMPTY = Buffer.alloc(0);

/**
 * Walks the frames a server sends, in chunks cut anywhere, without copying what passes: it checks each header, checks that
 * text is UTF-8, and hands the few messages that matter to their reader. Control frames and headers are never passed on in
 * halves, so that the tool's side can always add a frame of its own unless a message's payload is under way.
 */
export class FrameWalker {
  readonly #reader: MessageReader;
  readonly #sink: PieceSink | null;
  /** The beginning of a header or a control frame whose rest has not come. */
  #held: Buffer = EMPTY;
  /** Payload bytes of the frame at hand that are still to come. */
  #remaining = 0;
  /** The opcode of the message at hand; null between messages. */
  #message: number | null = null;
  #final = true;
  readonly #pieces = new Pieces();
  #size = 0;
  #gathering: 'yes' | 'undecided' | 'no' = 'no';
  #tooLarge = false;
  /** The beginning of a letter whose rest has not come. */
  #letter: Buffer = EMPTY;
  #torn = false;
  /** True once only the rest of the message under way may go on, and `stopped` once that has. */
  #stopping = false;
  #stopped = false;

  constructor(reader: MessageReader, sink: PieceSink | null = null) {
    this.#reader = reader;
    this.#sink = sink;
  }

  /** True while what was passed on ends inside a frame. */
  get inFrame(): boolean {
    return !this.#stopped && (this.#torn || this.#remaining > 0);
  }

  /** True while what was passed on ends inside a message, fragments included. */
  get inMessage(): boolean {
    return !this.#stopped && this.#message !== null;
  }

  /** From now on passes on no more than the rest of the message under way; what follows is still read. */
  stop(): void {
    this.#stopping = true;
    if (this.#message === null) this.#stopped = true;
  }

  /** Walks the next chunk. After an end nothing more may be pushed. */
  push(chunk: Buffer): Walked {
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = EMPTY;
    let position = 0;
    let safe = 0;
    let begunHere = false;
    // Where what may go on ends, when that is before the chunk does.
    let limit = this.#stopped ? 0 : Infinity;
    const upTo = (end: number): Buffer => data.subarray(0, Math.min(end, limit));
    while (position < data.length) {
      if (this.#remaining > 0) {
        const take = Math.min(this.#remaining, data.length - position);
        if (!this.#payload(data.subarray(position, position + take))) {
          this.#remaining = 0;
          this.#torn = !begunHere;
          return { bytes: upTo(safe), end: BAD_TEXT };
        }
        position += take;
        safe = position;
        if (this.#stopping && !this.#stopped && this.#message === null) {
          this.#stopped = true;
          limit = position;
        }
        continue;
      }
      const header = this.#header(data, position);
      if (header === null) break;
      if ('fault' in header) return { bytes: upTo(safe), end: header };
      const { opcode, final, length, start } = header;
      if (opcode >= OPCODE.close) {
        if (data.length - start < length) break;
        const payload = data.subarray(start, start + length);
        position = start + length;
        if (opcode === OPCODE.close) return { bytes: upTo(safe), end: closeSaid(payload) };
        this.#sink?.control(opcode, payload);
        safe = position;
        continue;
      }
      this.#begin(opcode, final, length);
      begunHere = true;
      position = start;
      if (length === 0 && !this.#payload(EMPTY)) return { bytes: upTo(safe), end: BAD_TEXT };
      // With its payload's first bytes in the same chunk the frame can still be taken back as a whole.
      if (length === 0 || position === data.length) safe = position;
    }
    if (position < data.length) this.#held = Buffer.from(data.subarray(position));
    return { bytes: safe === data.length && limit === Infinity ? data : upTo(safe), end: null };
  }

  /** The header at a place; null when its rest, or a control frame's, has not come. */
  #header(data: Buffer, at: number): Header | FrameFault | null {
    if (data.length - at < 2) return null;
    const first = data[at] ?? 0;
    const second = data[at + 1] ?? 0;
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0) return fault('a reserved bit is set');
    if ((second & 0x80) !== 0) return fault('a server must not mask');
    if (opcode > OPCODE.pong || (opcode > OPCODE.binary && opcode < OPCODE.close)) return fault('an unknown opcode');
    let length = second & 0x7f;
    let start = at + 2;
    if (opcode >= OPCODE.close) {
      if (!final) return fault('a control frame in fragments');
      if (length > MAX_CONTROL) return fault('a control frame that is too long');
      return { opcode, final, length, start };
    }
    if (opcode === OPCODE.continuation ? this.#message === null : this.#message !== null)
      return fault(opcode === OPCODE.continuation ? 'nothing to continue' : 'a message inside another');
    if (length === 126) {
      if (data.length - at < 4) return null;
      length = data.readUInt16BE(at + 2);
      start = at + 4;
    } else if (length === 127) {
      if (data.length - at < 10) return null;
      const long = data.readBigUInt64BE(at + 2);
      if (long > BigInt(Number.MAX_SAFE_INTEGER)) return fault('a length that cannot be');
      length = Number(long);
      start = at + 10;
    }
    return { opcode, final, length, start };
  }

  #begin(opcode: number, final: boolean, length: number): void {
    this.#final = final;
    this.#remaining = length;
    if (opcode === OPCODE.continuation) return;
    this.#message = opcode;
    this.#size = 0;
    this.#tooLarge = false;
    this.#gathering = opcode === OPCODE.text ? 'undecided' : 'no';
  }

  /** A piece of the frame at hand; false when it is no UTF-8. */
  #payload(piece: Buffer): boolean {
    this.#remaining -= piece.length;
    const last = this.#remaining === 0 && this.#final;
    if (this.#message === OPCODE.text && !this.#isText(piece, last)) return false;
    const binary = this.#message === OPCODE.binary;
    if (!binary) this.#gather(piece, last);
    this.#sink?.piece(piece, binary, last);
    if (last) this.#message = null;
    return true;
  }

  #gather(piece: Buffer, last: boolean): void {
    if (last && this.#size === 0) {
      if (piece.length <= MAX_INSPECTED) this.#reader.event(piece, true);
      else this.#reader.event(piece.subarray(0, HEAD_BYTES), false);
      return;
    }
    this.#size += piece.length;
    if (this.#gathering !== 'no') this.#pieces.push(piece);
    if (this.#gathering === 'undecided' && this.#size >= HEAD_BYTES) {
      const head = this.#pieces.whole();
      this.#gathering = this.#reader.wants(head.subarray(0, HEAD_BYTES)) ? 'yes' : 'no';
      if (this.#gathering === 'no') this.#pieces.clear();
    }
    if (this.#gathering === 'yes' && this.#size > MAX_INSPECTED) {
      this.#tooLarge = true;
      this.#gathering = 'no';
      // A copy, so that the beginning does not hold the rest.
      const head = Buffer.from(this.#pieces.whole().subarray(0, HEAD_BYTES));
      this.#pieces.clear();
      this.#pieces.push(head);
    }
    if (!last) return;
    const message = this.#tooLarge || this.#gathering !== 'no' ? this.#pieces.whole() : null;
    this.#pieces.clear();
    this.#size = 0;
    if (message !== null) this.#reader.event(message, !this.#tooLarge);
  }

  #isText(piece: Buffer, last: boolean): boolean {
    const bytes = this.#letter.length === 0 ? piece : Buffer.concat([this.#letter, piece]);
    const cut = last ? bytes.length : bytes.length - unfinished(bytes);
    this.#letter = cut === bytes.length ? EMPTY : Buffer.from(bytes.subarray(cut));
    return isUtf8(cut === bytes.length ? bytes : bytes.subarray(0, cut));
  }
}

interface Header {
  readonly opcode: number;
  readonly final: boolean;
  readonly length: number;
  /** Where the payload begins. */
  readonly start: number;
}

const BAD_TEXT: FrameFault = { fault: 1007, what: 'a text message that is not UTF-8' };

function fault(what: string): FrameFault {
  return { fault: 1002, what };
}

/** How many bytes at the end begin a letter without ending it. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function closeSaid(payload: Buffer): CloseSaid | FrameFault {
  if (payload.length === 0) return { code: null, reason: '' };
  if (payload.length === 1) return fault('half a close code');
  const code = payload.readUInt16BE(0);
  if (!isCloseCode(code)) return fault('a close code that must not be sent');
  const reason = payload.subarray(2);
  return isUtf8(reason)
    ? { code, reason: reason.toString() }
    : { ...BAD_TEXT, what: 'a close reason that is not UTF-8' };
}
