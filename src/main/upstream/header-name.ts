/** Headers of the connection, not of the message (RFC 9110 7.6.1), and those by which a body is framed. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** What must not go up: the tool's own credentials and cookies, where it came from, and what the gateway writes itself. */
const NOT_UP: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'forwarded',
  'via',
  'x-real-ip',
  'origin',
]);

/** By which a tier can be asked for; read only where they are spelled like this. */
const JUDGED: ReadonlySet<string> = new Set(['x-codex-routing-hint', 'anthropic-beta']);

/** What must not come down: grants and promises that a browser or a tool would take as this gateway's own. */
const NOT_DOWN: ReadonlySet<string> = new Set([
  'set-cookie',
  'alt-svc',
  'strict-transport-security',
  'public-key-pins',
]);

/** What the name alone tells of a header. */
export interface HeaderName {
  readonly lower: string;
  /** As servers see it that read an underscore as a hyphen. */
  readonly loose: string;
  /** False where no request takes it up. */
  readonly goesUp: boolean;
  /** False where no answer brings it down. */
  readonly goesDown: boolean;
}

/** A tool sends the same names with every turn. */
const known = new Map<string, HeaderName>();

/** Names that somebody makes up must not pile up, neither many nor long ones: they are read before a key is asked for. */
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 64;

/** Reads a header's name as it was spelled. */
export function headerName(name: string): HeaderName {
  const before = known.get(name);
  if (before !== undefined) return before;
  const read = readName(name);
  if (known.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) known.set(name, read);
  return read;
}

function readName(name: string): HeaderName {
  const lower = name.toLowerCase();
  const loose = lower.replaceAll('_', '-');
  const isOurs = /^x-(?:tiergate|forwarded)-|^sec-fetch-/.test(loose);
  // What the door looks for under one name must not leave under another.
  const isAlias = loose !== lower && JUDGED.has(loose);
  return {
    lower,
    loose,
    goesUp: !HOP_BY_HOP.has(loose) && !NOT_UP.has(loose) && !isOurs && !isAlias,
    goesDown: !HOP_BY_HOP.has(lower) && !NOT_DOWN.has(lower) && !/^access-control-|^x-tiergate-/.test(lower),
  };
}
