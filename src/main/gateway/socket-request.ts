import type { IncomingMessage } from 'node:http';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { fold } from '../../shared/fold.ts';
import { mapModel, type ModelMapping } from '../../shared/model.ts';
import { queryUp } from '../upstream/headers.ts';

/** The paths that open a WebSocket, as they follow an account's base URL, and the dialect spoken on each. */
export const SOCKET_ROUTES: ReadonlyMap<string, 'responses' | 'realtime'> = new Map([
  ['/responses', 'responses'],
  ['/realtime', 'realtime'],
]);

/** What a client's key looks like (RFC 6455, 4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Refuses a handshake that is none, or that carries a body, which would be taken for frames. */
export function refuseHandshake({ method, url, headers }: IncomingMessage): GatewayError | null {
  if (headers.upgrade?.trim().toLowerCase() !== 'websocket') return gatewayError('upgrade_required');
  if (method !== 'GET') return gatewayError('upgrade_invalid', 'it must be a GET request');
  if (url?.includes('#') === true) return gatewayError('upgrade_invalid', 'its address must have no fragment');
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return gatewayError('upgrade_invalid', 'it must have no body');
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    return gatewayError('upgrade_invalid', 'sec-websocket-key is wrong');
  if (headers['sec-websocket-version'] !== '13') return gatewayError('upgrade_invalid', 'the version must be 13');
  return null;
}

/** The query of a handshake: the model it names, if it may name one, and how it goes up to an account. */
export interface SocketQuery {
  readonly model: string | null;
  up(mapping: ModelMapping): string;
}

/** The members of a query by which an upstream could choose what a session costs. */
const POLICED = ['model', 'service_tier'] as const;

/** Reads a query as the loosest upstream might, so that nothing is named twice or in another spelling. */
export function readQuery(query: string, dialect: 'responses' | 'realtime'): SocketQuery | GatewayError {
  // With what stands between them, so that they can be put together again.
  const parts = query
    .slice(1)
    .split(/([&;])/)
    .map(readPart);
  for (const name of POLICED) {
    const said = parts.filter((part) => fold(part.name.trim()) === name);
    const [first] = said;
    if (first === undefined) continue;
    // A tier belongs into a frame, where it is judged; no provider takes it from here.
    if (said.length > 1 || first.name !== name || name === 'service_tier') return gatewayError('query_repeated', name);
  }
  const named = dialect === 'realtime' ? parts.find(({ name }) => name === 'model') : undefined;
  const model = named === undefined || named.value.trim() === '' ? null : named.value;
  return {
    model,
    up: (mapping) => {
      const upstream = model === null ? null : mapModel(mapping, model);
      if (named === undefined || upstream === null || upstream === model) return queryUp(query);
      const mapped = `model=${encodeURIComponent(upstream)}`;
      return queryUp(`?${parts.map((part) => (part === named ? mapped : part.text)).join('')}`);
    },
  };
}

function readPart(text: string): { text: string; name: string; value: string } {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  return { text, name: decode(name), value: equals === -1 ? '' : decode(text.slice(equals + 1)) };
}

function decode(text: string): string {
  const blanks = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(blanks);
  } catch {
    return blanks;
  }
}
