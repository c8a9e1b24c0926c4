import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { type Gzip, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import { type FakeEvent, sseText } from './provider-answer.ts';
import type { AnswerScript } from './provider-script.ts';
import type { RecordedRequest } from './recorded-request.ts';

type Coder = Transform & Pick<Gzip, 'flush'>;

const CODERS: Readonly<Record<NonNullable<AnswerScript['coding']>, () => Coder>> = {
  gzip: () => createGzip(),
  deflate: () => createDeflate(),
  br: () => createBrotliCompress(),
  zstd: () => createZstdCompress(),
};

/** Puts one answer on the wire the way its script says: coded, cut into writes, paced, broken off. */
export class AnswerWriter {
  readonly #script: AnswerScript;
  readonly #request: RecordedRequest;
  readonly #response: ServerResponse;

  constructor(script: AnswerScript, request: RecordedRequest, response: ServerResponse) {
    this.#script = script;
    this.#request = request;
    this.#response = response;
  }

  /** A body with its length. */
  async whole(body: string | Uint8Array, status: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const plain = Buffer.from(body);
    const bytes = await this.#codedWhole(plain);
    const { cutAfter } = this.#script;
    this.#begin(status, { 'content-type': 'application/json', ...headers, 'content-length': String(bytes.length) });
    await this.#script.pause?.(0);
    await this.#write(cutAfter === undefined ? bytes : bytes.subarray(0, cutAfter));
    if (cutAfter === undefined) this.#end();
    else this.#cut();
  }

  /** Events one after the other; the last one or the cut ends the answer. */
  async stream(events: readonly FakeEvent[], status: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const { pause, cutAfter = Infinity, comment, lineEnd = '\n' } = this.#script;
    const coder = this.#coder();
    this.#begin(status, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...headers,
    });
    if (comment === true) await this.#write(await coded(coder, Buffer.from(`: keep-alive${lineEnd}${lineEnd}`)));
    for (const [number, event] of events.entries()) {
      if (number >= cutAfter) break;
      await pause?.(number);
      if (this.#response.destroyed) return;
      await this.#write(await coded(coder, Buffer.from(sseText(event, this.#script))));
      this.#request.progress.events += 1;
    }
    if (events.length > cutAfter) {
      this.#cut();
      return;
    }
    if (coder !== null) await this.#write(await ended(coder));
    this.#end();
  }

  #begin(status: number, headers: Readonly<Record<string, string>>): void {
    const { coding } = this.#script;
    this.#response.writeHead(status, { ...headers, ...(coding === undefined ? {} : { 'content-encoding': coding }) });
    this.#response.flushHeaders();
  }

  #end(): void {
    if (!this.#response.destroyed) this.#response.end();
  }

  #cut(): void {
    if (this.#response.destroyed) return;
    this.#request.outcome = 'cut';
    this.#response.socket?.destroy();
  }

  /** Each write is its own chunk of the chunked coding, so a reader gets exactly these pieces. */
  async #write(bytes: Buffer): Promise<void> {
    const { writes = 'events' } = this.#script;
    const size = writes === 'events' ? bytes.length : writes === 'bytes' ? 1 : writes;
    for (let at = 0; at < bytes.length; at += size) {
      if (this.#response.destroyed) return;
      const piece = bytes.subarray(at, at + size);
      const flushed = Promise.withResolvers<undefined>();
      // The callback comes when the socket has taken the piece, so a client that does not read stops the writing here.
      this.#response.write(piece, () => {
        flushed.resolve(undefined);
      });
      await flushed.promise;
      this.#request.progress.bytes += piece.length;
    }
  }

  #coder(): Coder | null {
    const { coding } = this.#script;
    return coding === undefined ? null : CODERS[coding]();
  }

  async #codedWhole(bytes: Buffer): Promise<Buffer> {
    const coder = this.#coder();
    if (coder === null) return bytes;
    coder.write(bytes);
    return ended(coder);
  }
}

/** What the coder has for these bytes, flushed so that a reader can decode up to here. */
async function coded(coder: Coder | null, bytes: Buffer): Promise<Buffer> {
  if (coder === null) return bytes;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  coder.write(bytes);
  coder.flush(() => {
    resolve(undefined);
  });
  await promise;
  return taken(coder);
}

async function ended(coder: Coder): Promise<Buffer> {
  const pieces: Buffer[] = [];
  coder.end();
  for await (const piece of coder) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function taken(coder: Coder): Buffer {
  const pieces: Buffer[] = [];
  for (let piece = coder.read() as Buffer | null; piece !== null; piece = coder.read() as Buffer | null)
    pieces.push(piece);
  return Buffer.concat(pieces);
}
