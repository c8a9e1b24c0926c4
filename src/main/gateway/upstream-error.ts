import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { HeadersDown } from '../upstream/headers.ts';
import type { House } from './house.ts';

/** An error body is kept until its end, so that no key in it gets through; longer ones are not passed on. */
export const MAX_ERROR_BODY = 512 * 1024;

/** An upstream's error as a tool may see it. */
export interface CleanError {
  /** Flat: name, value, name, value; the framing is the gateway's own, since the body may have become shorter. */
  readonly headers: string[];
  readonly body: Buffer;
}

/** Takes keys out of an error's body and headers; null when the body cannot be read, and so cannot be cleaned. */
export function cleanError(
  chunks: readonly Buffer[],
  { flat, contentEncoding }: HeadersDown,
  redact: House['redact'],
): CleanError | null {
  const body = decoded(Buffer.concat(chunks), contentEncoding);
  if (body === null) return null;
  const clean = redact.bytes(body);
  const headers: string[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    const lower = name.toLowerCase();
    if (lower !== 'content-length' && lower !== 'content-encoding')
      headers.push(name, redact.text(flat[index + 1] ?? ''));
  }
  return { headers: [...headers, 'content-length', String(clean.length)], body: clean };
}

const DECODERS = new Map<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
]);

function decoded(body: Buffer, coding: string): Buffer | null {
  if (coding === '') return body;
  try {
    return DECODERS.get(coding)?.(body, { maxOutputLength: MAX_ERROR_BODY }) ?? null;
  } catch {
    return null;
  }
}
