import type { Transform } from 'node:stream';
import { decoderOf } from '../upstream/decoders.ts';
import type { HeadersDown } from '../upstream/headers.ts';

/** What is told of an answer as its coding comes off. */
export interface CodedListener {
  readonly data: (bytes: Buffer) => void;
  /** More can be taken. */
  readonly drained: () => void;
  /** It is not what its headers say. */
  readonly broken: (code: string) => void;
}

/**
 * Takes the coding off an answer that came coded although nobody had asked for it, so that it is read, covered and translated
 * like any other.
 */
export class CodedAnswer {
  readonly #decoder: Transform;
  #isEmpty = true;

  private constructor(decoder: Transform, { data, drained, broken }: CodedListener) {
    this.#decoder = decoder;
    decoder.on('data', data);
    decoder.on('drain', drained);
    decoder.on('error', (error) => {
      broken('code' in error && typeof error.code === 'string' ? error.code : error.name);
    });
  }

  /** Null for a coding that cannot be read. */
  static of(coding: string, listener: CodedListener): CodedAnswer | null {
    const decoder = decoderOf(coding);
    return decoder === null ? null : new CodedAnswer(decoder, listener);
  }

  /** True while it has more than it can take. */
  get isFull(): boolean {
    return this.#decoder.writableNeedDrain;
  }

  push(bytes: Buffer): void {
    this.#isEmpty = false;
    this.#decoder.write(bytes);
  }

  /** Calls back once everything that came has been told; never where it turns out to be broken. */
  end(done: () => void): void {
    // No bytes at all are no coding's beginning.
    if (this.#isEmpty) {
      done();
      return;
    }
    this.#decoder.once('end', done);
    this.#decoder.end();
  }

  pause(): void {
    this.#decoder.pause();
  }

  resume(): void {
    this.#decoder.resume();
  }

  destroy(): void {
    this.#decoder.destroy();
  }
}

/** The headers of an answer whose coding has come off: nothing is known of its length then. */
export function plainHeaders(headers: HeadersDown): HeadersDown {
  const flat = headers.flat.filter((_, index, all) => {
    const name = all[index - (index % 2)]?.toLowerCase();
    return name !== 'content-encoding' && name !== 'content-length';
  });
  return { ...headers, flat, contentEncoding: '', contentLength: null };
}
