import type { RecordedRequest } from './recorded-request.ts';

/** Headers that belong to one hop, to the tool, or to a proxy, and so have no business at a provider. */
const UNWELCOME = new Set([
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'cookie',
  'forwarded',
  'via',
  'x-real-ip',
  'origin',
]);

/** What a provider may expect of every request: its own key exactly once, and nothing that was meant for somebody else. */
export function checkRequest(request: RecordedRequest, keys: readonly string[], host: string): string[] {
  const found: string[] = [];
  const credentials = request.headers.filter(([name]) => /^(authorization|x-api-key|api-key)$/i.test(name));
  const only = credentials[0];
  if (credentials.length !== 1 || only === undefined) {
    found.push(`${credentials.length} credential headers instead of one`);
  } else if (!keys.some((key) => only[1] === (only[0].toLowerCase() === 'authorization' ? `Bearer ${key}` : key))) {
    found.push(`the ${only[0]} header does not hold the provider key`);
  }
  const hosts = request.header('host');
  if (hosts.length !== 1 || hosts[0] !== host) found.push(`host is ${JSON.stringify(hosts)}`);
  for (const [name, value] of request.headers) found.push(...checkHeader(name.toLowerCase(), value));
  if (holdsLocalKey(request.path)) found.push('a local key in the path or query');
  const framings = request.header('content-length').length + request.header('transfer-encoding').length;
  if (framings > 1) found.push('the body is framed twice');
  return found.map((what) => `request ${request.index}: ${what}`);
}

function checkHeader(name: string, value: string): string[] {
  const found: string[] = [];
  if (UNWELCOME.has(name) || name.startsWith('x-forwarded-') || name.startsWith('x-tiergate-')) {
    found.push(`the header ${name} came through`);
  }
  if (name === 'connection' && !/^(close|keep-alive)$/i.test(value)) found.push(`connection: ${value} came through`);
  if (name === 'transfer-encoding' && value !== 'chunked') found.push(`transfer-encoding: ${value} came through`);
  if (holdsLocalKey(value) || holdsLocalKey(name)) found.push(`a local key in the header ${name}`);
  return found;
}

/** Local keys begin with `tg-`; percent and base64 coded ones count too. */
function holdsLocalKey(text: string): boolean {
  if (/(^|[^a-z0-9])tg-[\w-]{8}/i.test(text.replace(/%74/gi, 't').replace(/%67/gi, 'g').replace(/%2d/gi, '-')))
    return true;
  const coded = text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? [];
  return coded.some((one) => /(^|:)tg-[\w-]{8,}$/.test(Buffer.from(one, 'base64').toString('latin1')));
}
