/** Pieces that are shorter than this are put together when so many have come one after the other. */
const SMALL = 1024;
const MAX_LOOSE = 256;

/**
 * Bytes that come in pieces and are wanted whole. A piece may be a byte long, and the view of one takes a hundred, so many
 * small ones are made one: what is kept takes little more room than its bytes, however they come.
 */
export class Pieces {
  #pieces: Buffer[] = [];
  #loose = 0;
  #size = 0;

  /** How many bytes there are. */
  get size(): number {
    return this.#size;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#size += piece.length;
    this.#pieces.push(piece);
    this.#loose = piece.length < SMALL ? this.#loose + 1 : 0;
    if (this.#loose < MAX_LOOSE) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-MAX_LOOSE)));
    this.#loose = 0;
  }

  /** All of them as one, which they are from then on. */
  whole(): Buffer {
    const [first] = this.#pieces;
    const whole = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    this.#loose = 0;
    return whole;
  }

  /** Lets go of them. */
  clear(): void {
    this.#pieces = [];
    this.#loose = 0;
    this.#size = 0;
  }
}
