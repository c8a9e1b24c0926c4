import { hash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Tool } from '../../shared/settings.ts';
import { headerName } from '../upstream/header-name.ts';
import { holdsLocalKey } from '../upstream/headers.ts';
import type { OwnKey } from '../upstream/own-key.ts';
import { say } from '../../shared/sentences.ts';

/** What the guard looks at of a request, before anything of its body is read. */
export interface Caller {
  /** Flat: name, value, name, value. */
  readonly rawHeaders: readonly string[];
}

/** The names of this machine; the port is not compared, since port forwarding changes it. */
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** Headers of which two readers could take different ones. */
const ONCE: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'content-length',
  'content-type',
  'content-encoding',
  'x-codex-routing-hint',
  'x-tiergate-key',
]);

/**
 * Refuses what a browser could send for a web page: a Host that is not this machine's, as after DNS rebinding, and any
 * Origin. The page's own origin is allowed where the window is served, and nowhere else. `reachedAt` is the address that a
 * connection from the local network came to, where such are served.
 */
export function refuseForeign(
  { rawHeaders }: Caller,
  ownOriginAllowed: boolean,
  reachedAt: string | null = null,
): GatewayError | null {
  const hosts = valuesOf(rawHeaders, 'host');
  const [host] = hosts;
  const isOurs = host !== undefined && (LOCAL_HOST.test(host) || (reachedAt !== null && isNameOf(host, reachedAt)));
  if (hosts.length !== 1 || !isOurs) return gatewayError('host_refused');
  const foreignOrigin = valuesOf(rawHeaders, 'origin').some(
    (origin) => !ownOriginAllowed || origin !== `http://${host}`,
  );
  const foreignSite = valuesOf(rawHeaders, 'sec-fetch-site').some((site) => site !== 'none' && site !== 'same-origin');
  return foreignOrigin || foreignSite ? gatewayError('origin_refused') : null;
}

/** True for a connection that began on this machine. */
export function isLoopback(remoteAddress: string | undefined): boolean {
  const address = plainAddress(remoteAddress ?? '');
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** A Host by which this machine is known in its network: the very address that was reached, or its name. */
function isNameOf(host: string, reachedAt: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  const own = hostname().toLowerCase();
  if (own !== '' && (name === own || name === `${own}.local`)) return true;
  const address = plainAddress(reachedAt);
  const bare = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  // An IPv6 address can be written in several ways.
  return isIPv6(bare) && isIPv6(address)
    ? name.startsWith('[') && sameIPv6(bare, address)
    : isIPv4(bare) && bare === address;
}

function sameIPv6(one: string, other: string): boolean {
  const address = new BlockList();
  address.addAddress(one, 'ipv6');
  return address.check(other, 'ipv6');
}

/** Without the zone of a link-local address, and IPv4 not in IPv6's clothes, in which it comes to a socket for both. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Refuses a request in which a header that decides something stands twice. */
export function refuseRepeated({ rawHeaders }: Caller): GatewayError | null {
  const seen: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { lower } = headerName(rawHeaders[index] ?? '');
    if (!ONCE.has(lower)) continue;
    if (seen.includes(lower)) return gatewayError('header_repeated', lower);
    seen.push(lower);
  }
  return null;
}

/** A caller that the guard knows. */
export interface KnownCaller {
  readonly tool: Tool;
  /** The provider's key that it brings; null where the accounts' keys are meant. */
  readonly own: OwnKey | null;
}

/** The header for a local key where the usual ones carry a provider's. */
const LOCAL_KEY_HEADER = 'x-tiergate-key';

/** What a connection has shown before. */
interface Shown {
  readonly key: string;
  readonly tools: readonly Tool[];
  readonly tool: Tool;
}

/** Says which tool calls. A connection that shows the same right key again is known, and pays for one hash only. */
export class KeyCheck {
  readonly #shown = new WeakMap<object, Shown>();

  /**
   * Finds the tool whose local key the request carries, as Bearer or as x-api-key; never from the query. With the local key
   * in x-tiergate-key, those two bring the tool's own provider key.
   */
  caller(request: Caller, tools: readonly Tool[], connection: object): KnownCaller | GatewayError {
    const { rawHeaders } = request;
    const beside = valuesOf(rawHeaders, LOCAL_KEY_HEADER)[0]?.trim() ?? '';
    const brought = { bearer: bearerOf(rawHeaders), apiKey: apiKeyOf(rawHeaders) };
    if (beside === '') {
      const key = brought.bearer ?? brought.apiKey;
      const tool = key === null ? gatewayError('local_key_missing') : this.#toolOf(key, tools, connection);
      return 'code' in tool ? tool : { tool, own: null };
    }
    const tool = this.#toolOf(beside, tools, connection);
    if ('code' in tool) return tool;
    const own = ownIn(brought, beside);
    // A local key that is not this caller's is a mistake, and in no case a provider's.
    return own === 'foreign' ? gatewayError('local_key_invalid') : { tool, own };
  }

  #toolOf(key: string, tools: readonly Tool[], connection: object): Tool | GatewayError {
    const shown = this.#shown.get(connection);
    // New settings bring a new list, and with it the end of what was known.
    if (shown?.key === key && shown.tools === tools) return shown.tool;
    const tool = toolWithKey(key, tools);
    if (tool === null) return gatewayError('local_key_invalid');
    this.#shown.set(connection, { key, tools, tool });
    return tool;
  }
}

function toolWithKey(key: string, tools: readonly Tool[]): Tool | null {
  const digest = hash('sha256', key, 'buffer');
  let found: Tool | null = null;
  // Every tool is compared, in constant time, so that the answer's delay tells nothing about how near a guess is.
  for (const tool of tools)
    if (timingSafeEqual(digest, Buffer.from(tool.keyHash.slice('sha256:'.length), 'hex'))) found = tool;
  return found;
}

/** The hash by which the settings know a local key. */
export function keyHash(localKey: string): string {
  return `sha256:${hash('sha256', localKey)}`;
}

/** A local key as an account's key would only lead back here. */
export const NO_PROVIDER_KEY = { problem: say('key_local') } as const;

/** True for a key by which a tool of this gateway is known. */
export function isLocalKey(key: string, tools: readonly Tool[]): boolean {
  const known = keyHash(key);
  return tools.some((tool) => tool.keyHash === known);
}

/** The provider's keys among what stands beside a local key; the same key once more brings nothing. */
function ownIn({ bearer, apiKey }: OwnKey, local: string): OwnKey | null | 'foreign' {
  const keys = [bearer, apiKey].filter((key) => key !== null && key !== local);
  if (keys.length === 0) return null;
  if (keys.some((key) => key !== null && holdsLocalKey(key))) return 'foreign';
  return { bearer: bearer === local ? null : bearer, apiKey: apiKey === local ? null : apiKey };
}

function bearerOf(rawHeaders: readonly string[]): string | null {
  const [authorization] = valuesOf(rawHeaders, 'authorization');
  return authorization === undefined ? null : (/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? null);
}

function apiKeyOf(rawHeaders: readonly string[]): string | null {
  const [key] = valuesOf(rawHeaders, 'x-api-key');
  return key === undefined || key.trim() === '' ? null : key.trim();
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    // The length first: it spares lower-casing nearly every name.
    if (header.length === name.length && header.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
