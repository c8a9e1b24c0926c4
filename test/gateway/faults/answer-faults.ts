import type { ErrorScript } from '../../fakes/provider-script.ts';
import type { Refusal } from '../../fakes/upstream-socket.ts';
import { BEGAN, type Strike, type UpstreamFault } from './fault.ts';

function openai(code: string | null, message: string, more: object = {}): string {
  return JSON.stringify({ error: { message, type: 'error', param: null, code, ...more } });
}

/** An answer with a status, which a handshake can get too. */
function answers(status: number, body: string, headers: Readonly<Record<string, string>> = {}): UpstreamFault['over'] {
  const script: ErrorScript = { kind: 'error', status, headers, body };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const refusal: Refusal = { kind: 'status', status, body, headers: lines.join('') };
  const http: Strike = { kind: 'script', script };
  return { JSON: http, SSE: http, WebSocket: { kind: 'refusal', refusal } };
}

function overHttp({ JSON, SSE }: UpstreamFault['over']): UpstreamFault['over'] {
  return { ...(JSON === undefined ? {} : { JSON }), ...(SSE === undefined ? {} : { SSE }) };
}

const LIMIT = openai('rate_limit_exceeded', 'Rate limit reached for requests.');
/** What an upstream may do wrong before its answer has begun, most ordinary first. */
export const ANSWER_FAULTS: readonly UpstreamFault[] = [
  {
    name: '401: the key is wrong',
    blames: 'key',
    unauthorized: true,
    cooldown: 60,
    over: answers(401, openai('invalid_api_key', 'Incorrect API key provided.')),
  },
  {
    name: '403: the key was revoked',
    blames: 'key',
    unauthorized: true,
    cooldown: 60,
    over: answers(403, openai(null, 'This API key has been revoked.')),
  },
  {
    name: '403: the key has no access to the model',
    blames: 'key',
    unauthorized: true,
    cooldown: 60,
    over: answers(403, openai('model_not_found', 'The project does not have access to model `gpt-5.5`.')),
  },
  {
    name: '403: the country is not served',
    blames: 'nothing',
    over: answers(403, openai('unsupported_country_region_territory', 'Country not supported.')),
  },
  {
    name: '429 with Retry-After in seconds',
    blames: 'key',
    cooldown: 7,
    over: answers(429, LIMIT, { 'retry-after': '7' }),
  },
  {
    name: '429 with Retry-After as a date',
    blames: 'key',
    cooldown: 90,
    over: answers(429, LIMIT, { 'retry-after': new Date(BEGAN + 90_000).toUTCString() }),
  },
  {
    name: '429 with retry-after-ms',
    blames: 'key',
    cooldown: 2,
    over: answers(429, LIMIT, { 'retry-after-ms': '1500', 'retry-after': '40' }),
  },
  { name: '429 that names no wait', blames: 'key', cooldown: 60, over: answers(429, LIMIT) },
  {
    name: '429: the quota is used up',
    blames: 'key',
    cooldown: 86_400,
    over: answers(429, openai('insufficient_quota', 'You exceeded your current quota.'), { 'retry-after': '7' }),
  },
  {
    name: '429: the plan’s limit is reached',
    blames: 'key',
    cooldown: 5400,
    over: answers(
      429,
      openai(null, 'The usage limit has been reached', { type: 'usage_limit_reached', resets_in_seconds: 5400 }),
    ),
  },
  {
    name: '429 for this model alone',
    blames: 'key',
    cooldown: 7,
    over: answers(429, openai('rate_limit_exceeded', 'Rate limit reached for gpt-5.5 in organization org-1.'), {
      'retry-after': '7',
    }),
  },
  {
    name: '402: the balance is used up',
    blames: 'key',
    cooldown: 86_400,
    over: answers(402, openai(null, 'Insufficient Balance')),
  },
  { name: '500', blames: 'account', over: answers(500, openai(null, 'The server had an error.')) },
  { name: '502 with a page of a box between', blames: 'account', over: answers(502, '<html>Bad Gateway</html>') },
  {
    name: '503 with Retry-After',
    blames: 'account',
    over: answers(503, openai(null, 'Overloaded.'), { 'retry-after': '7' }),
  },
  { name: '529: overloaded', blames: 'account', over: answers(529, openai('overloaded_error', 'Overloaded.')) },
  {
    name: '400 that says of itself that it is not the request’s fault',
    blames: 'account',
    over: answers(400, openai('server_is_overloaded', 'Our servers are currently overloaded.')),
  },
  {
    name: '400: the request is wrong',
    blames: 'nothing',
    over: answers(400, openai('invalid_request_error', 'input: required')),
  },
  { name: '404', blames: 'nothing', over: answers(404, openai('model_not_found', 'The model does not exist.')) },
  { name: '409', blames: 'nothing', over: answers(409, openai('conflict', 'Conflict.')) },
  { name: '413', blames: 'nothing', over: answers(413, openai('too_large', 'The request is too large.')) },
  { name: '422', blames: 'nothing', over: answers(422, openai('unprocessable', 'Unprocessable.')) },
  {
    name: '400: encrypted content of another account',
    blames: 'encrypted',
    // A handshake holds none.
    over: overHttp(answers(400, openai('invalid_encrypted_content', 'The encrypted content could not be verified.'))),
  },
  {
    name: 'nobody listens',
    blames: 'account',
    over: { JSON: { kind: 'dead' }, SSE: { kind: 'dead' }, WebSocket: { kind: 'dead' } },
  },
  {
    name: 'a reset before the headers',
    blames: 'account',
    over: {
      JSON: { kind: 'script', script: { kind: 'reset' } },
      SSE: { kind: 'script', script: { kind: 'reset' } },
      WebSocket: { kind: 'refusal', refusal: { kind: 'reset' } },
    },
  },
  {
    name: 'no answer at all',
    blames: 'account',
    over: {
      JSON: { kind: 'silence' },
      SSE: { kind: 'silence' },
      WebSocket: { kind: 'refusal', refusal: { kind: 'silence' } },
    },
  },
  {
    name: 'a redirect',
    blames: 'nothing',
    over: answers(307, '', { location: 'http://127.0.0.1:1/v1/responses' }),
  },
];
