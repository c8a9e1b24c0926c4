import { randomFillSync } from 'node:crypto';

/** How many random bytes are fetched at a time: a call for four costs as much as one for thousands. */
const POOL_BYTES = 4096;

/** Where a longer length is written, by RFC 6455, 5.2. */
const MEDIUM = 126;
const LONG = 127;

/** Encodes a client's frames: every one masked, with a mask nobody can foresee (RFC 6455, 10.3). */
export class FrameEncoder {
  readonly #random: (bytes: Buffer) => void;
  readonly #pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  #used = POOL_BYTES;

  constructor(random: (bytes: Buffer) => void = (bytes) => randomFillSync(bytes)) {
    this.#random = random;
  }

  /** One final frame. */
  encode(opcode: number, payload: Buffer): Buffer {
    const { length } = payload;
    const extra = length > 65_535 ? 8 : length > 125 ? 2 : 0;
    const start = 2 + extra + 4;
    const frame = Buffer.allocUnsafe(start + length);
    frame[0] = 0x80 | opcode;
    frame[1] = 0x80 | (extra === 8 ? LONG : extra === 2 ? MEDIUM : length);
    if (extra === 2) frame.writeUInt16BE(length, 2);
    else if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    const mask = this.#mask();
    const [a = 0, b = 0, c = 0, d = 0] = mask;
    frame.set(mask, start - 4);
    let index = 0;
    for (; index + 4 <= length; index += 4) {
      frame[start + index] = (payload[index] ?? 0) ^ a;
      frame[start + index + 1] = (payload[index + 1] ?? 0) ^ b;
      frame[start + index + 2] = (payload[index + 2] ?? 0) ^ c;
      frame[start + index + 3] = (payload[index + 3] ?? 0) ^ d;
    }
    for (; index < length; index += 1) frame[start + index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
    return frame;
  }

  /** A close frame; without a code an empty one. */
  close(code: number | null, reason: string): Buffer {
    if (code === null) return this.encode(8, Buffer.alloc(0));
    const text = Buffer.from(reason);
    const payload = Buffer.allocUnsafe(2 + text.length);
    payload.writeUInt16BE(code, 0);
    text.copy(payload, 2);
    return this.encode(8, payload);
  }

  #mask(): Buffer {
    if (this.#used + 4 > POOL_BYTES) {
      this.#random(this.#pool);
      this.#used = 0;
    }
    this.#used += 4;
    return this.#pool.subarray(this.#used - 4, this.#used);
  }
}
