import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RedactedStream } from '../secrets/redact.ts';
import { decoderOf } from './decoders.ts';

/** More than this does not wait for the disk: the rest of the file is let go instead. */
const MAX_WAITING = 4 * 1024 * 1024;

/** What one file of a dump is to hold. */
export interface DumpPlan {
  readonly head: string;
  /** How the body is coded; empty for not at all. */
  readonly coding: string;
  /** The most that is kept of the body. */
  readonly maxBytes: number;
  readonly clean: RedactedStream;
}

/** One file of a dump, fed by a turn that never waits for it. */
export class DumpWriter {
  readonly #plan: DumpPlan;
  readonly #source = new Readable({ read: () => undefined, highWaterMark: MAX_WAITING });
  #taken = 0;
  /** Why the rest of the body is not kept. */
  #cut: string | null = null;
  #ended = false;

  constructor(plan: DumpPlan) {
    this.#plan = plan;
  }

  /** True once nothing more is taken. */
  get full(): boolean {
    return this.#ended || this.#source.destroyed;
  }

  push(chunk: Buffer): void {
    if (this.full || chunk.length === 0) return;
    const { maxBytes } = this.#plan;
    if (this.#source.readableLength > MAX_WAITING) {
      this.#finish('the disk was too slow for the rest');
      return;
    }
    this.#taken += chunk.length;
    this.#source.push(chunk);
    // A coded body is at least as long when it is decoded, and there it is measured again.
    if (this.#taken > maxBytes) this.#finish(null);
  }

  end(failure: string | null): void {
    if (!this.#ended) this.#finish(failure === null ? null : `broke off: ${failure}`);
  }

  /** Writes the file; resolves when it is there as far as it goes. */
  async run(folder: string, name: string): Promise<void> {
    await pipeline(this.#text(), createWriteStream(join(folder, name), { flags: 'wx', mode: 0o600 }));
  }

  #finish(cut: string | null): void {
    this.#ended = true;
    this.#cut = cut;
    this.#source.push(null);
  }

  async *#text(): AsyncGenerator<Buffer> {
    const { head, maxBytes, clean } = this.#plan;
    yield clean.push(Buffer.from(head, 'latin1'));
    let kept = 0;
    for await (const chunk of this.#body()) {
      const part = chunk.subarray(0, maxBytes - kept);
      kept += part.length;
      yield clean.push(part);
      // What is held back may be the beginning of a key that was cut: it is let go.
      if (part.length < chunk.length) {
        yield note(`cut after ${maxBytes / 1024} KiB`);
        return;
      }
    }
    yield this.#cut === null ? clean.end() : note(this.#cut);
  }

  /** The body as it is to be read: keys inside a coded one could not be seen. */
  async *#body(): AsyncGenerator<Buffer> {
    const { coding } = this.#plan;
    if (coding === '') {
      yield* this.#source as AsyncIterable<Buffer>;
      return;
    }
    const decoder = decoderOf(coding);
    if (decoder === null) {
      this.#cut = 'a body in a coding that cannot be read is not kept';
      return;
    }
    try {
      yield* this.#source.pipe(decoder) as AsyncIterable<Buffer>;
    } catch {
      this.#cut ??= 'the rest cannot be decoded';
    } finally {
      this.#source.destroy();
    }
  }
}

function note(text: string): Buffer {
  return Buffer.from(`\n[${text}]\n`);
}
