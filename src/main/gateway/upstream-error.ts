import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { HeadersDown } from '../upstream/headers.ts';
import type { Account, Provider } from '../../shared/account.ts';
import type { ErrorCode, GatewayError } from '../../shared/errors.ts';
import type { ErrorRule } from '../../shared/settings.ts';
import { LOOP_CODE } from '../upstream/connector.ts';
import { type ErrorSaid, readErrorSaid } from '../upstream/fault.ts';
import type { House } from './house.ts';

/** An error body is kept until its end, so that no key in it gets through; longer ones are not passed on. */
const MAX_ERROR_BODY = 512 * 1024;

/** And waited for so long: one that never ends must keep the turn neither from another way nor from its tool. */
export const ERROR_BODY_MS = 10_000;

/** An upstream's error as a tool may see it. */
export interface CleanError {
  /** Flat: name, value, name, value; the framing is the gateway's own, since the body may have become shorter. */
  readonly headers: string[];
  readonly body: Buffer;
}

/** An upstream's error as it comes: whole, or as much of it as is waited for. */
export class ErrorBody {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Takes what came; false once it is longer than can be passed on. */
  push(chunk: Buffer): boolean {
    this.#size += chunk.length;
    const fits = this.#size <= MAX_ERROR_BODY;
    if (fits) this.#chunks.push(chunk);
    return fits;
  }

  /** What it says of key and account. */
  said(coding: string): ErrorSaid {
    return readErrorSaid(decoded(Buffer.concat(this.#chunks), coding, MAX_ERROR_BODY) ?? NOTHING);
  }

  /** Takes keys out of it and its headers; null when it is too long or cannot be read, and so cannot be cleaned. */
  clean(headers: HeadersDown, redact: House['redact']): CleanError | null {
    return this.#size > MAX_ERROR_BODY ? null : cleanError(Buffer.concat(this.#chunks), headers, redact);
  }
}

const NOTHING = Buffer.alloc(0);

/** Takes keys out of an error's body and headers; null when the body cannot be read, and so cannot be cleaned. */
export function cleanError(
  coded: Buffer,
  { flat, contentEncoding }: HeadersDown,
  redact: House['redact'],
): CleanError | null {
  const body = decoded(coded, contentEncoding, MAX_ERROR_BODY);
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

/** An account as errors name it. */
export function placeOf({ id, baseUrl }: Account): string {
  return `"${id}" (${baseUrl})`;
}

/** What a tool is told of an account whose upstream did not answer, or broke off before it had. */
export function connectionError(account: Account, code: string): readonly [code: ErrorCode, detail: string] {
  const place = placeOf(account);
  switch (code) {
    case LOOP_CODE:
      return ['account_loop', place];
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return ['upstream_timeout', place];
    default:
      return [
        'upstream_unreachable',
        `${place} could not be reached or broke off: ${code}. Check the account’s base URL, the network, and the provider’s status page.`,
      ];
  }
}

/** The headers of a good answer without the key that an upstream may quote there too. */
export function cleanHeaders(headers: HeadersDown, redact: Pick<House['redact'], 'text'>): HeadersDown {
  const all = headers.flat.join('\n');
  if (redact.text(all) === all) return headers;
  return { ...headers, flat: headers.flat.map((text) => redact.text(text)) };
}

const DECODERS = new Map<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
]);

/** A whole body without its coding; null where that is unknown, or the body longer than the limit. */
export function decoded(body: Buffer, coding: string, limit: number): Buffer | null {
  if (coding === '') return body;
  try {
    return DECODERS.get(coding)?.(body, { maxOutputLength: limit }) ?? null;
  } catch {
    return null;
  }
}

/** The status that a tool is told: a 401 about a key that is not its own would send it looking for the fault in its local key. */
export function toolStatus(upstreamStatus: number, own: boolean): number {
  return upstreamStatus === 401 && !own ? 502 : upstreamStatus;
}

/** What the user wants a tool to be told instead of an upstream's error; null where no rule is about it. */
export function ownWords(
  rules: readonly ErrorRule[],
  provider: Provider,
  statuses: { readonly upstream: number; readonly tool: number },
  body: Buffer,
): GatewayError | null {
  if (rules.length === 0) return null;
  const text = body.toString('utf8');
  const rule = rules.find((one) => one.enabled && isAbout(one, provider, statuses.upstream, text));
  if (rule === undefined) return null;
  const { status = statuses.tool, message = messageIn(text) } = rule;
  return { code: 'upstream_failed', type: 'upstream_error', status, message };
}

function isAbout(
  { statuses, keywords, match, providers }: ErrorRule,
  provider: Provider,
  status: number,
  text: string,
): boolean {
  if (providers.length > 0 && !providers.includes(provider)) return false;
  const low = text.toLowerCase();
  const byStatus = statuses.includes(status);
  const byKeyword = keywords.some((keyword) => low.includes(keyword.toLowerCase()));
  // An empty list has no say.
  if (statuses.length === 0) return byKeyword;
  if (keywords.length === 0) return byStatus;
  return match === 'any' ? byStatus || byKeyword : byStatus && byKeyword;
}

/** The upstream's own message, or all it said where it has none. */
function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown } };
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // Not JSON, so it has no member for it.
  }
  return text.slice(0, 1000);
}
