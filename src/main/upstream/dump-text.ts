import type { UpstreamRequest } from './dispatch.ts';
import { decodedLoosely } from './headers.ts';

/** What stands in the place of a credential. */
const REMOVED = '[removed]';

/** Headers that carry credentials, or say whose they are, under names that do not tell. */
const PRIVATE: ReadonlySet<string> = new Set([
  'chatgpt-account-id',
  'www-authenticate',
  'sec-websocket-key',
  'sec-websocket-protocol',
]);
const PRIVATE_NAME =
  /^(?:proxy|x-tiergate)-|(?:^|[-_])(?:authorization|auth|cookie2?|token|secret|password|credentials?|signature)$|api[-_]?key$/;

/** Query members whose values are credentials. */
const PRIVATE_MEMBER = /key|token|secret|password|auth|credential|signature|^code$|^sig$/i;

/** The request line and headers of an attempt; credentials are masked in full. */
export function requestHead({ method, origin, path, headers }: UpstreamRequest, own: ReadonlySet<string>): string {
  return `${method ?? 'POST'} ${origin}${maskQuery(path)} HTTP/1.1\r\n${headerLines(headers, own)}\r\n`;
}

/** The status line and headers of an answer. */
export function responseHead(status: number, headers: readonly string[]): string {
  return `HTTP/1.1 ${status}\r\n${headerLines(headers, NONE)}\r\n`;
}

const NONE: ReadonlySet<string> = new Set();

function headerLines(flat: readonly string[], own: ReadonlySet<string>): string {
  let lines = '';
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    const lower = name.toLowerCase();
    const isPrivate = PRIVATE.has(lower) || own.has(lower) || PRIVATE_NAME.test(lower);
    lines += `${name}: ${isPrivate ? REMOVED : (flat[index + 1] ?? '')}\r\n`;
  }
  return lines;
}

function maskQuery(path: string): string {
  const at = path.indexOf('?');
  if (at === -1) return path;
  const members = path.slice(at + 1).split('&');
  return `${path.slice(0, at)}?${members.map(maskMember).join('&')}`;
}

function maskMember(member: string): string {
  const at = member.indexOf('=');
  if (at === -1 || !PRIVATE_MEMBER.test(decodedLoosely(member.slice(0, at)))) return member;
  return `${member.slice(0, at)}=${REMOVED}`;
}
