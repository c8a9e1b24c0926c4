import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';

const MIB = 1024 * 1024;

/** At most this many codings on one body. */
const MAX_LAYERS = 2;

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Reads a body whole, since a verdict needs all of it: limited as it comes and again as it is decoded. */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limitMiB: number,
): Promise<Buffer | GatewayError> {
  const type = refuseType(request.headers['content-type']);
  if (type !== null) return type;
  const codings = codingsOf(request.headers['content-encoding']);
  if ('code' in codings) return codings;
  const limit = limitMiB * MIB;
  // The announced length is enough to refuse, before a byte of the body has come.
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(limitMiB);
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = await receive(request, limit);
  if (body === 'cut') return gatewayError('body_unreadable');
  if (body === 'too large') return tooLarge(limitMiB);
  return codings.length === 0 ? body : decode(body, codings, limit, limitMiB);
}

/** Refuses a body where there can be none; nothing would judge it. */
export function refuseBody(request: IncomingMessage): Promise<GatewayError | null> {
  const { promise, resolve } = Promise.withResolvers<GatewayError | null>();
  const refuse = (): void => {
    resolve(gatewayError('body_unexpected', request.method ?? ''));
  };
  if (Number(request.headers['content-length'] ?? 0) !== 0) refuse();
  request.on('data', refuse);
  request.once('end', () => {
    resolve(null);
  });
  request.once('close', () => {
    resolve(gatewayError('body_unreadable'));
  });
  return promise;
}

/** A body in another type, or in another character set, cannot be judged. */
function refuseType(header: string | undefined): GatewayError | null {
  if (header === 'application/json') return null;
  const [type, ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  // Two of them, or one in an odd spelling, and two readers could decode the body differently.
  const charsets = parameters.filter((parameter) => parameter.includes('charset'));
  const isUtf8 = charsets.length <= 1 && charsets.every((charset) => /^charset=(?:utf-?8|"utf-?8")$/.test(charset));
  if (type === 'application/json' && isUtf8) return null;
  return gatewayError('content_type_unsupported', header === undefined ? 'nothing at all' : `"${header.slice(0, 80)}"`);
}

function codingsOf(header: string | undefined): readonly string[] | GatewayError {
  if (header === undefined) return [];
  const codings = header
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const strange = codings.find((coding) => !Object.hasOwn(DECODERS, coding));
  if (strange !== undefined) return gatewayError('content_encoding_unsupported', `"${strange.slice(0, 40)}"`);
  if (codings.length > MAX_LAYERS) return gatewayError('content_encoding_unsupported', 'more than two layers');
  if (new Set(codings).size !== codings.length)
    return gatewayError('content_encoding_unsupported', 'the same one twice');
  return codings;
}

function receive(request: IncomingMessage, limit: number): Promise<Buffer | 'cut' | 'too large'> {
  const announced = Number(request.headers['content-length'] ?? -1);
  return new Promise((resolve) => {
    // A request lives as long as its answer, and so do these listeners: none of them may hold the body any longer, nor the
    // promise that was kept with it.
    let settle: typeof resolve | null = resolve;
    let chunks: Buffer[] = [];
    // With a known length every chunk is copied to its place at once; joining them at the end would copy them twice.
    let whole: Buffer | null = null;
    let size = 0;
    const end = (outcome: 'cut' | 'too large' | null): void => {
      settle?.(
        outcome ?? whole?.subarray(0, size) ?? (chunks.length === 1 ? chunks[0] : null) ?? Buffer.concat(chunks),
      );
      settle = null;
      whole = null;
      chunks = [];
    };
    request.on('data', (chunk: Buffer) => {
      if (settle === null) return;
      const { length } = chunk;
      if (size + length > limit) {
        end('too large');
        return;
      }
      // Most bodies are one chunk, and that is then the body.
      if (size === 0 || announced < 0) {
        chunks.push(chunk);
      } else {
        whole ??= beginCopy(announced, chunks);
        chunk.copy(whole, size);
        release(chunk);
      }
      size += length;
    });
    request.once('end', () => {
      end(null);
    });
    request.once('close', () => {
      end('cut');
    });
    request.once('error', () => {
      end('cut');
    });
  });
}

function beginCopy(announced: number, chunks: readonly Buffer[]): Buffer {
  const whole = Buffer.allocUnsafeSlow(announced);
  let size = 0;
  for (const chunk of chunks) {
    size += chunk.copy(whole, size);
    release(chunk);
  }
  return whole;
}

/**
 * Gives back the memory of a piece that has been copied, now and not at the next collection: V8 collects the whole heap
 * after every 64 MiB of buffers, which held all turns up for the sake of every thirtieth large body.
 */
function release({ buffer, byteLength }: Buffer): void {
  // A piece of a larger buffer may share it with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

async function decode(
  body: Buffer,
  codings: readonly string[],
  limit: number,
  limitMiB: number,
): Promise<Buffer | GatewayError> {
  let decoded = body;
  for (const coding of codings.toReversed()) {
    const decoder = DECODERS[coding];
    if (decoder === undefined) return gatewayError('content_encoding_unsupported', coding);
    try {
      decoded = await decoder(decoded, { maxOutputLength: limit });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(limitMiB);
      return gatewayError('content_encoding_unsupported', `the body is not ${coding}`);
    }
  }
  return decoded;
}

function tooLarge(limitMiB: number): GatewayError {
  return gatewayError('body_too_large', `${limitMiB} MiB`);
}
