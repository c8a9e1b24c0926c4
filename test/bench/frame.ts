import { hash } from 'node:crypto';

/** The opcode of a text frame. */
export const TEXT = 1;

/** The opcode of a close frame. */
export const CLOSE = 8;

const FINAL = 0x80;
const MASKED = 0x80;

/** What RFC 6455, 1.3 appends to the key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The answer to a handshake's key. */
export function acceptOf(key: string): string {
  return hash('sha1', key + GUID, 'base64');
}

/** Encodes one whole message as one frame; tools mask theirs, providers do not. */
export function frame(opcode: number, payload: Buffer, mask: Buffer | null): Buffer {
  if (payload.length > 0xffff) throw new RangeError('a prepared frame is at most 64 KiB long');
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = FINAL | opcode;
  head[1] = (short ? payload.length : 126) | (mask === null ? 0 : MASKED);
  if (!short) head.writeUInt16BE(payload.length, 2);
  if (mask === null) return Buffer.concat([head, payload]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

/** Finds where frames end, and does no more: payloads are neither unmasked nor looked at. */
export class FrameWalk {
  readonly #onFrame: (opcode: number, length: number) => void;
  #opcode = 0;
  #length = 0;
  /** Bytes of the payload that are still to come. */
  #left = 0;
  /** The beginning of a frame's head that was cut by the end of a read. */
  #cut: Buffer | null = null;

  /** Calls back at the last byte of each frame. */
  constructor(onFrame: (opcode: number, length: number) => void) {
    this.#onFrame = onFrame;
  }

  push(read: Buffer): void {
    const bytes = this.#cut === null ? read : Buffer.concat([this.#cut, read]);
    this.#cut = null;
    let at = 0;
    if (this.#left > 0) {
      at = Math.min(this.#left, bytes.length);
      this.#left -= at;
      if (this.#left > 0) return;
      this.#onFrame(this.#opcode, this.#length);
    }
    while (at < bytes.length) {
      const begins = this.#readHead(bytes, at);
      if (begins === null) {
        // A copy, because the next read takes the same place.
        this.#cut = Buffer.from(bytes.subarray(at));
        return;
      }
      at = begins + this.#length;
      if (at > bytes.length) {
        this.#left = at - bytes.length;
        return;
      }
      this.#onFrame(this.#opcode, this.#length);
    }
  }

  /** Where the payload begins; null while the head is not whole. */
  #readHead(bytes: Buffer, at: number): number | null {
    if (at + 2 > bytes.length) return null;
    const second = bytes[at + 1] ?? 0;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const begins = at + 2 + extended + (second >= MASKED ? 4 : 0);
    if (begins > bytes.length) return null;
    this.#opcode = (bytes[at] ?? 0) & 0x0f;
    this.#length =
      extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    return begins;
  }
}
