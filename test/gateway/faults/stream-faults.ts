import type { Strike, UpstreamFault } from './fault.ts';

function sse(events: readonly { readonly type: string }[]): Strike {
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const headers = { 'content-type': 'text/event-stream' };
  return { kind: 'script', script: { kind: 'error', status: 200, headers, body: text.join('') } };
}

/** Events that a stream or a session begins with. */
function begins(...events: readonly { readonly type: string }[]): UpstreamFault['over'] {
  return { SSE: sse(events), WebSocket: { kind: 'events', events, cut: false } };
}

const CREATED = { type: 'response.created', response: { id: 'resp_begun', status: 'in_progress' } };
const DELTA = { type: 'response.output_text.delta', delta: 'half a w' };

function failed(code: string, message: string): { readonly type: string } {
  return { type: 'response.failed', ...{ response: { id: 'resp_begun', error: { code, message } } } };
}

function error(code: string, message: string, status?: number): { readonly type: string } {
  return { type: 'error', ...{ status, error: { type: 'error', code, message } } };
}

function answer(cutAfter: number): Strike {
  return { kind: 'script', script: { kind: 'answer', cutAfter, deltas: 4 } };
}

/** What an upstream may do wrong once it has said that it will answer. */
export const STREAM_FAULTS: readonly UpstreamFault[] = [
  {
    name: 'a stream whose first event says: overloaded',
    blames: 'account',
    blamesInSession: 'nothing',
    over: begins(error('server_is_overloaded', 'Our servers are currently overloaded.', 503)),
  },
  {
    name: 'a stream whose first event says: rate limit',
    blames: 'key',
    blamesInSession: 'nothing',
    cooldown: 60,
    over: begins(error('rate_limit_exceeded', 'Rate limit reached for requests.', 429)),
  },
  {
    name: 'a stream that is announced, and then failed by an overload',
    blames: 'account',
    blamesInSession: 'nothing',
    over: begins(CREATED, failed('server_is_overloaded', 'Our servers are currently overloaded.')),
  },
  {
    name: 'a stream that is announced, and then failed by a used up quota',
    blames: 'key',
    blamesInSession: 'nothing',
    cooldown: 86_400,
    over: begins(CREATED, failed('insufficient_quota', 'You exceeded your current quota.')),
  },
  {
    name: 'a stream whose first event says that the request is wrong',
    blames: 'nothing',
    over: begins(error('invalid_prompt', 'The prompt is not allowed.', 400)),
  },
  {
    name: 'an overload after the first word',
    blames: 'nothing',
    over: begins(CREATED, DELTA, failed('server_is_overloaded', 'Our servers are currently overloaded.')),
  },
  {
    name: 'a cut before the first event',
    blames: 'account',
    blamesInSession: 'nothing',
    over: { SSE: answer(0), WebSocket: { kind: 'events', events: [], cut: true } },
  },
  {
    name: 'a cut after the first word',
    blames: 'nothing',
    over: { SSE: answer(5), WebSocket: { kind: 'events', events: [CREATED, DELTA], cut: true } },
  },
  { name: 'a cut within the body', blames: 'nothing', over: { JSON: answer(40) } },
];
