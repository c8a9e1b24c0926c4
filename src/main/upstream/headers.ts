import { headerName } from './header-name.ts';

/** How local keys look: any of them, not only the one that was sent, stays on this machine. */
const LOCAL_KEY = /tg-[A-Za-z0-9_-]{20,}/;

/** True when a text holds a local key. */
export function holdsLocalKey(text: string): boolean {
  if (text.includes('tg-') && LOCAL_KEY.test(text)) return true;
  return text.includes('%') && LOCAL_KEY.test(decodedLoosely(text));
}

/** Percent signs decoded one by one, since a single wrong one must not hide the others. */
export function decodedLoosely(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** By which ChatGPT tells a person's accounts and workspaces apart. */
export const ACCOUNT_HEADER = 'chatgpt-account-id';

/** What the gateway itself says to the upstream. */
export interface OwnHeaders {
  /** The provider's key; null for an upstream that takes none. */
  readonly key: string | null;
  /** The ChatGPT account that a login's token is for; whatever the tool says of one is not sent with it. */
  readonly accountId?: string | undefined;
  /** The header whose value the door has judged, and what it may say; null drops it. */
  readonly judged: { readonly name: string; readonly value: string | null };
  /** Further such headers, which may stand there several times; what is said of each is said once, also where none stood. */
  readonly also?: readonly { readonly name: string; readonly value: string | null }[];
  /** Whether the key is for Anthropic's API, which has a header of its own for it. */
  readonly anthropic?: boolean;
  /** The length of a body that streams up as it came; null where it was not announced. */
  readonly length?: string | null;
  /** Beginnings of names that mean nothing to the upstream's protocol. */
  readonly foreign?: readonly string[];
  /** Those that the account's owner has set; they take the place of the tool's. */
  readonly set?: Readonly<Record<string, string>>;
}

/** The tool's headers as they go up: names, spelling and order kept, in the flat form undici takes. */
export function headersUp(
  raw: readonly string[],
  { key, accountId, judged, also = [], anthropic = false, length = null, foreign = [], set }: OwnHeaders,
): string[] {
  const connection = namesInConnection(raw);
  const replaced = set === undefined ? NONE : new Set(Object.keys(set).map((name) => name.toLowerCase()));
  const up: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const { lower, loose, goesUp } = headerName(name);
    if (!goesUp || connection.has(lower) || replaced.has(lower)) continue;
    if (lower === judged.name) {
      if (judged.value !== null) up.push(name, judged.value);
      continue;
    }
    if (accountId !== undefined && loose === ACCOUNT_HEADER) continue;
    if (holdsLocalKey(value) || also.some((one) => one.name === loose)) continue;
    if (foreign.some((start) => loose.startsWith(start))) continue;
    up.push(name, value);
  }
  if (length !== null) up.push('content-length', length);
  for (const one of also) if (one.value !== null) up.push(one.name, one.value);
  if (set !== undefined) up.push(...Object.entries(set).flat());
  // Coded answers would have to be decoded on the side to read their usage.
  up.push('accept-encoding', 'identity');
  if (key !== null && anthropic) up.push('x-api-key', key);
  else if (key !== null) up.push('authorization', `Bearer ${key}`);
  if (accountId !== undefined) up.push(ACCOUNT_HEADER, accountId);
  return up;
}

/** The tool's headers as they go up with a WebSocket handshake, without what belongs to that handshake itself. */
export function upgradeHeadersUp(raw: readonly string[], own: OwnHeaders): string[] {
  const all = headersUp(raw, own);
  return pairsWhere(all, (name) => !name.startsWith('sec-websocket-') && name !== 'accept-encoding');
}

/** The upstream's headers as they go down with the 101. */
export function upgradeHeadersDown(raw: readonly string[]): string[] {
  return pairsWhere(
    headersDown(raw).flat,
    (name) => !name.startsWith('sec-websocket-') && !name.startsWith('content-') && name !== 'date',
  );
}

/** A subprotocol by which a browser hands over a provider's key, since it can set no header. */
const KEY_PROTOCOL = /^openai-insecure-api-key\./i;

/** What a subprotocol's name may be made of (RFC 6455, 4.1). */
const PROTOCOL_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The subprotocols that a tool offers and the upstream may see, each once. */
export function protocolsUp(header: string | undefined): string[] {
  const offered = new Set((header ?? '').split(',').map((protocol) => protocol.trim()));
  return [...offered].filter(
    (protocol) => PROTOCOL_NAME.test(protocol) && !holdsLocalKey(protocol) && !KEY_PROTOCOL.test(protocol),
  );
}

function pairsWhere(flat: readonly string[], keep: (lowerName: string) => boolean): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    if (keep(name.toLowerCase())) kept.push(name, flat[index + 1] ?? '');
  }
  return kept;
}

/** A query as it goes up: no part that holds a local key, and none that could be read as a tier, which belongs in the body. */
export function queryUp(query: string): string {
  if (query === '') return query;
  const parts = query.slice(1).split('&');
  const kept = parts.filter((part) => !holdsLocalKey(part) && !/service_tier/i.test(decodedLoosely(part)));
  if (kept.length === parts.length) return query;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

/** The upstream's headers as they come down, in the flat form Node takes, and those the corridor looks at. */
export interface HeadersDown {
  readonly flat: string[];
  readonly contentType: string;
  readonly contentEncoding: string;
  /** Null when the length is not announced. */
  readonly contentLength: number | null;
}

/** Sorts the upstream's raw headers; framing stays the gateway's business, but for an announced length. */
export function headersDown(raw: readonly string[]): HeadersDown {
  const connection = namesInConnection(raw);
  const flat: string[] = [];
  let contentType = '';
  let contentEncoding = '';
  let contentLength: number | null = null;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const { lower, goesDown } = headerName(name);
    if (!goesDown || connection.has(lower)) continue;
    if (lower === 'content-type') contentType = value.toLowerCase();
    else if (lower === 'content-encoding') contentEncoding = value.trim().toLowerCase();
    else if (lower === 'content-length') contentLength = Number(value);
    flat.push(name, value);
  }
  return { flat, contentType, contentEncoding: contentEncoding === 'identity' ? '' : contentEncoding, contentLength };
}

/** Finds values in flat headers by their name in lower case. */
export function headerIn(flat: readonly string[]): (name: string) => string | undefined {
  return (name) => {
    for (let index = 0; index + 1 < flat.length; index += 2)
      if (flat[index]?.toLowerCase() === name) return flat[index + 1];
    return undefined;
  };
}

/** Headers that the sender named as its connection's own; a message cannot get rid of its framing or coding that way. */
function namesInConnection(raw: readonly string[]): ReadonlySet<string> {
  let names: Set<string> | null = null;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() !== 'connection') continue;
    for (const name of (raw[index + 1] ?? '').split(',')) {
      const lower = name.trim().toLowerCase();
      if (lower !== '' && lower !== 'keep-alive' && lower !== 'close' && !lower.startsWith('content-'))
        (names ??= new Set()).add(lower);
    }
  }
  return names ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();
