import { type Transform, finished } from 'node:stream';
import type { AnswerReader } from '../dialects/dialect.ts';
import { decoderOf } from '../upstream/decoders.ts';

/** A side copy may grow to this; a longer answer goes through with its usage unknown. */
const MAX_DECODED = 64 * 1024 * 1024;

/**
 * Reads a coded answer on a side copy. Decoding is asynchronous, so the corridor waits with each piece until this has
 * looked at it: otherwise the terminal event could leave before its row is written.
 */
export class CodedView {
  readonly #reader: AnswerReader;
  readonly #decoder: Transform;
  #size = 0;
  #blind = false;

  private constructor(reader: AnswerReader, decoder: Transform) {
    this.#reader = reader;
    this.#decoder = decoder;
    decoder.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= MAX_DECODED) reader.push(chunk);
    });
    decoder.on('error', () => {
      this.#blind = true;
    });
  }

  /** A view for one coding; null for a coding that cannot be read. */
  static of(reader: AnswerReader, coding: string): CodedView | null {
    const decoder = decoderOf(coding);
    return decoder === null ? null : new CodedView(reader, decoder);
  }

  /** Calls back once the bytes have been looked at. */
  push(bytes: Buffer, done: () => void): void {
    if (this.#blind) {
      done();
      return;
    }
    const release = once(done);
    this.#decoder.once('error', release);
    this.#decoder.write(bytes, () => {
      this.#decoder.off('error', release);
      release();
    });
  }

  /** Calls back once everything has been looked at. */
  end(done: () => void): void {
    const release = once(() => {
      this.#reader.end();
      done();
    });
    if (this.#blind) {
      release();
      return;
    }
    finished(this.#decoder, { readable: true, writable: false }, release);
    this.#decoder.end();
  }

  destroy(): void {
    this.#decoder.destroy();
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
