import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** One request exactly as it arrived. */
export class RecordedRequest {
  /** Its place among all requests of this fake, from 0. */
  readonly index: number;
  readonly method: string;
  /** Path and query as they stood on the request line. */
  readonly path: string;
  /** Names in their letter case, in their order, repeated ones too. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** False when the connection ended inside the body. */
  readonly complete: boolean;
  /** How much of the answer has been handed to the socket. */
  readonly progress = { events: 0, bytes: 0 };
  /** What became of the answer: still under way, all of it sent, given up by the client, or cut by the script. */
  outcome: 'open' | 'finished' | 'left' | 'cut' = 'open';

  constructor(
    index: number,
    method: string,
    path: string,
    rawHeaders: readonly string[],
    body: Buffer,
    complete: boolean,
  ) {
    this.index = index;
    this.method = method;
    this.path = path;
    this.headers = pairs(rawHeaders);
    this.body = body;
    this.complete = complete;
  }

  /** Every value of a header, in order. */
  header(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.headers.filter(([one]) => one.toLowerCase() === wanted).map(([, value]) => value);
  }

  /** The key of the first bearer or x-api-key header; null without one. */
  get key(): string | null {
    const bearer = this.header('authorization').map((value) => /^bearer +(.*)$/i.exec(value)?.[1]);
    return bearer[0] ?? this.header('x-api-key')[0] ?? null;
  }

  /** The body without its content coding; the bytes themselves where the coding is unknown or a lie. */
  get decoded(): Buffer {
    let bytes = this.body;
    const codings = this.header('content-encoding').flatMap((value) => value.toLowerCase().split(/\s*,\s*/));
    try {
      for (const coding of codings.toReversed()) bytes = decode(coding, bytes);
      return bytes;
    } catch {
      return this.body;
    }
  }

  /** The body as Node's JSON.parse sees it; undefined when it is no JSON. */
  get json(): unknown {
    try {
      return JSON.parse(new TextDecoder().decode(this.decoded)) as unknown;
    } catch {
      return undefined;
    }
  }
}

function decode(coding: string, bytes: Buffer): Buffer {
  if (coding === 'gzip' || coding === 'x-gzip') return gunzipSync(bytes);
  if (coding === 'deflate') return inflateSync(bytes);
  if (coding === 'br') return brotliDecompressSync(bytes);
  if (coding === 'zstd') return zstdDecompressSync(bytes);
  return bytes;
}

function pairs(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const list: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return list;
}
