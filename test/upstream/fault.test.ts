import { describe, expect, test } from 'vitest';
import {
  type Fault,
  errorSaidIn,
  faultOfConnection,
  faultOfEvent,
  faultOfSessionEvent,
  faultOfStatus,
  readErrorSaid,
} from '../../src/main/upstream/fault.ts';
import { sayAsItIs } from '../../src/shared/sentences.ts';

const NOW = Date.parse('2026-11-24T21:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 3_600_000;
const MODEL = 'gpt-5.2';

type Headers = Readonly<Record<string, string>>;

function ofStatus(status: number, body: unknown, headers: Headers = {}): Fault | null {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return faultOfStatus(status, (name) => headers[name], readErrorSaid(bytes), NOW, MODEL);
}

function openai(error: Readonly<Record<string, unknown>>): unknown {
  return { error: { param: null, ...error } };
}

function anthropic(type: string, message: string): unknown {
  return { type: 'error', error: { type, message }, request_id: 'req_011' };
}

function key(reason: 'rate_limited' | 'quota' | 'unauthorized', cooldown: number, modelOnly = false): Fault {
  return { kind: 'key', reason, cooldown, modelOnly };
}

function account(reason: string): Fault {
  return { kind: 'account', reason: sayAsItIs(reason) };
}

const OPENAI_LIMIT = openai({
  type: 'requests',
  code: 'rate_limit_exceeded',
  message: 'Rate limit reached for requests. Limit: 500 / min.',
});

describe('an answer’s status and body say whom they blame', () => {
  test.each<[string, number, unknown, Headers, Fault | null]>([
    ['a wrong key', 401, openai({ code: 'invalid_api_key' }), {}, key('unauthorized', MINUTE)],
    ['a wrong key that asks for a wait of its own', 401, '', { 'retry-after': '5' }, key('unauthorized', MINUTE)],
    [
      'Anthropic: a wrong key',
      401,
      anthropic('authentication_error', 'invalid x-api-key'),
      {},
      key('unauthorized', MINUTE),
    ],

    ['a person without permission', 403, openai({ type: 'permission_error', message: 'not for you' }), {}, null],
    ['a country', 403, openai({ code: 'unsupported_country_region_territory' }), {}, null],
    ['Anthropic: a person without permission', 403, anthropic('permission_error', 'not for you'), {}, null],
    ['a gate’s page', 403, '<html>Forbidden</html>', {}, null],
    ['a disabled account', 403, openai({ code: 'account_deactivated' }), {}, key('unauthorized', MINUTE)],
    [
      'Anthropic: a disabled organization',
      403,
      anthropic('permission_error', 'This organization has been disabled.'),
      {},
      key('unauthorized', MINUTE),
    ],
    ['a revoked key', 403, openai({ message: 'This API key has been revoked.' }), {}, key('unauthorized', MINUTE)],
    [
      'a model that the project has not',
      403,
      openai({ code: 'model_not_found' }),
      {},
      key('unauthorized', MINUTE, true),
    ],
    [
      'the same in words',
      403,
      openai({ message: 'Project `p` does not have access to model `gpt-5.2`' }),
      {},
      key('unauthorized', MINUTE, true),
    ],

    ['a limit without a wait', 429, OPENAI_LIMIT, {}, key('rate_limited', MINUTE)],
    ['a limit with a wait', 429, OPENAI_LIMIT, { 'retry-after': '7' }, key('rate_limited', 7000)],
    ['a limit that is no JSON', 429, 'slow down', { 'retry-after': '7' }, key('rate_limited', 7000)],
    [
      'Anthropic: a limit',
      429,
      anthropic('rate_limit_error', 'Too many.'),
      { 'retry-after': '7' },
      key('rate_limited', 7000),
    ],
    [
      'a limit of this model',
      429,
      openai({
        code: 'rate_limit_exceeded',
        message: 'Rate limit reached for gpt-5.2 in organization org-1 on tokens per min.',
      }),
      {},
      key('rate_limited', MINUTE, true),
    ],
    [
      'a limit of another model',
      429,
      openai({ code: 'rate_limit_exceeded', message: 'Rate limit reached for gpt-4.1 in organization org-1.' }),
      {},
      key('rate_limited', MINUTE),
    ],
    [
      'a limit of a longer name that begins like this one',
      429,
      openai({ message: 'Rate limit reached for gpt-5.2-mini in organization org-1.' }),
      {},
      key('rate_limited', MINUTE),
    ],

    [
      'Anthropic: a limit of this model',
      429,
      anthropic('rate_limit_error', `This request would exceed the rate limit (org: o-1, model: ${MODEL}).`),
      {},
      key('rate_limited', MINUTE, true),
    ],
    [
      'no money',
      429,
      openai({ type: 'insufficient_quota', code: 'insufficient_quota' }),
      { 'retry-after': '7' },
      key('quota', DAY),
    ],
    ['no money, told by the type alone', 429, openai({ type: 'insufficient_quota' }), {}, key('quota', DAY)],
    [
      'no money, told in words',
      429,
      openai({ message: 'You exceeded your current quota, please check your plan.' }),
      {},
      key('quota', DAY),
    ],
    ['a hard limit of the bill', 400, openai({ code: 'billing_hard_limit_reached' }), {}, key('quota', DAY)],
    [
      'Anthropic: no credit',
      400,
      anthropic('invalid_request_error', 'Your credit balance is too low to access the API.'),
      {},
      key('quota', DAY),
    ],
    ['payment required', 402, openai({ message: 'Insufficient Balance' }), {}, key('quota', DAY)],
    ['payment required, without saying for what', 402, openai({ type: 'server_error', message: 'pay' }), {}, null],
    [
      'a plan’s limit',
      429,
      {
        error: {
          type: 'usage_limit_reached',
          message: 'The usage limit has been reached',
          plan_type: 'plus',
          resets_in_seconds: 5400,
        },
      },
      {},
      key('quota', 5_400_000),
    ],
    [
      'a plan’s limit that resets in a week',
      429,
      { error: { type: 'usage_limit_reached', resets_in_seconds: 604_800 } },
      {},
      key('quota', DAY),
    ],
    [
      'a plan’s limit that resets at once',
      429,
      { error: { type: 'usage_limit_reached', resets_in_seconds: 0.01 } },
      {},
      key('quota', 1000),
    ],
    [
      'a plan’s limit that resets before now',
      429,
      { error: { type: 'usage_limit_reached', resets_in_seconds: -4 } },
      {},
      key('quota', DAY),
    ],
    ['a plan that has not this', 403, { error: { type: 'usage_not_included' } }, {}, key('quota', DAY)],

    ['a bad request', 400, openai({ type: 'invalid_request_error', message: 'missing input' }), {}, null],
    ['Anthropic: a bad request', 400, anthropic('invalid_request_error', 'max_tokens: required'), {}, null],
    [
      'a 400 of the upstream’s own',
      400,
      openai({ message: 'An error occurred while processing your request. Retry.' }),
      {},
      account('status 400, transient'),
    ],
    [
      'a 400 of too little capacity',
      400,
      { detail: 'Selected model is at capacity.' },
      {},
      account('status 400, transient'),
    ],
    ['a 400 by its code', 400, openai({ code: 'server_is_overloaded' }), {}, account('status 400, transient')],
    [
      'a 400 that offers help',
      400,
      openai({
        message:
          'The server had an error. You can retry your request, or contact us at help.openai.com. Include the request ID req_1.',
      }),
      {},
      account('status 400, transient'),
    ],
    ['items of another account', 400, openai({ code: 'invalid_encrypted_content' }), {}, { kind: 'encrypted' }],

    ['nothing there', 404, openai({ code: 'model_not_found' }), {}, null],
    ['a conflict', 409, '', {}, null],
    ['too large', 413, '', {}, null],
    ['not to be processed', 422, openai({ message: 'no' }), {}, null],
    ['an error', 500, openai({ type: 'server_error' }), {}, account('status 500')],
    ['a bad gateway', 502, '<html>', {}, account('status 502')],
    ['unavailable', 503, openai({ code: 'server_is_overloaded' }), { 'retry-after': '7' }, account('status 503')],
    ['a timeout', 504, '', {}, account('status 504')],
    ['Anthropic: overloaded', 529, anthropic('overloaded_error', 'Overloaded'), {}, account('status 529')],
    ['an answer', 200, { id: 'resp_1' }, { 'retry-after': '30' }, null],
  ])('%s', (_, status, body, headers, fault) => {
    expect(ofStatus(status, body, headers)).toEqual(fault);
  });
});

describe('an error in a stream, before the answer, says the same', () => {
  test.each<[string, unknown, Fault | null]>([
    [
      'an error event of OpenAI',
      { type: 'error', error: { type: 'server_error', code: 'server_error', message: 'x' } },
      account('server_error'),
    ],
    [
      'a flat error event',
      { type: 'error', code: 'rate_limit_exceeded', message: 'x', param: null },
      key('rate_limited', MINUTE),
    ],
    [
      'a flat error event of its own upstream',
      { type: 'error', code: 'server_error', message: 'x', param: null },
      account('server_error'),
    ],
    [
      'a failed response, overloaded',
      {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_is_overloaded', message: 'x' } },
      },
      account('server_is_overloaded'),
    ],
    [
      'a failed response, limited',
      {
        type: 'response.failed',
        response: {
          error: { code: 'rate_limit_exceeded', message: 'Rate limit reached for gpt-5.2 in organization org-1' },
        },
      },
      key('rate_limited', MINUTE, true),
    ],
    [
      'a failed response, no money',
      { type: 'response.failed', response: { error: { code: 'insufficient_quota', message: 'x' } } },
      key('quota', DAY),
    ],
    [
      'a failed response, items of another account',
      { type: 'response.failed', response: { error: { code: 'invalid_encrypted_content' } } },
      { kind: 'encrypted' },
    ],
    [
      'a failed response, about the request',
      { type: 'response.failed', response: { error: { code: 'context_length_exceeded', message: 'too long' } } },
      null,
    ],
    [
      'a failed response, in words',
      { type: 'response.failed', response: { error: { message: 'The server is currently overloaded.' } } },
      account('failed before its first token'),
    ],
    ['Anthropic: overloaded', anthropic('overloaded_error', 'Overloaded'), account('overloaded_error')],
    ['Anthropic: limited', anthropic('rate_limit_error', 'x'), key('rate_limited', MINUTE)],
    ['Anthropic: an error of its own', anthropic('api_error', 'Internal server error'), account('api_error')],
    ['Anthropic: out of time', anthropic('timeout_error', 'x'), account('timeout_error')],
    ['Anthropic: about the request', anthropic('invalid_request_error', 'x'), null],
    ['an error without a word', { type: 'error' }, null],
    [
      'a wrong key',
      { type: 'error', error: { type: 'invalid_request_error', code: 'invalid_api_key' } },
      key('unauthorized', MINUTE),
    ],
    ['Anthropic: a wrong key', anthropic('authentication_error', 'x'), key('unauthorized', MINUTE)],
    ['a token that has ended', { type: 'error', error: { code: 'token_expired' } }, key('unauthorized', MINUTE)],
  ])('%s', (_, event, fault) => {
    expect(faultOfEvent(errorSaidIn(event), NOW, MODEL)).toEqual(fault);
  });
});

describe('an error event within a session says what an HTTP answer would have', () => {
  const of = (event: object): Fault | null => faultOfSessionEvent(event, errorSaidIn(event), NOW, MODEL);
  const limit = { type: 'error', error: { type: 'usage_limit_reached', message: 'The usage limit has been reached' } };
  const said = (more: object): object => ({ ...limit, error: { ...limit.error, ...more } });

  test.each<[string, object, Fault | null]>([
    ['by its status alone', { type: 'error', status: 401, error: { message: 'x' } }, key('unauthorized', MINUTE)],
    ['by the other name of it', { type: 'error', status_code: 503, error: {} }, account('status 503')],
    [
      'with a Retry-After',
      { type: 'error', status: 429, error: { code: 'rate_limit_exceeded' }, headers: { 'Retry-After': '7' } },
      key('rate_limited', 7000),
    ],
    [
      'with a Retry-After that is a number',
      { type: 'error', status: 429, error: {}, headers: { 'retry-after-ms': 2500 } },
      key('rate_limited', 2500),
    ],
    [
      'with headers that are none',
      { type: 'error', status: 429, error: {}, headers: 'retry-after: 7' },
      key('rate_limited', MINUTE),
    ],
    ['a plan’s limit', { ...said({}), status: 429 }, key('quota', DAY)],
    ['a plan’s limit, with the time until its end', said({ resets_in_seconds: 5400 }), key('quota', 90 * MINUTE)],
    [
      'a plan’s limit, with the moment of its end',
      said({ resets_at: (NOW + 30 * MINUTE) / 1000 }),
      key('quota', 30 * MINUTE),
    ],
    ['a plan’s limit that has ended by this clock', said({ resets_at: NOW / 1000 - 5 }), key('quota', 1000)],
    [
      'a code that says more than the status',
      { type: 'error', status: 400, error: { code: 'rate_limit_exceeded' } },
      key('rate_limited', MINUTE),
    ],
    ['nothing, about the request', { type: 'error', status: 400, error: { code: 'invalid_prompt' } }, null],
    ['nothing, about a person', { type: 'error', status: 403, error: { type: 'permission_error' } }, null],
    ['nothing, without a word', { type: 'error' }, null],
  ])('%s', (_, event, fault) => {
    expect(of(event)).toEqual(fault);
  });
});

test('an upstream that cannot be asked is named by the cause', () => {
  expect(faultOfConnection('ECONNREFUSED')).toEqual(account('ECONNREFUSED'));
});

test.each<[string, string]>([
  ['nothing', ''],
  ['no JSON', 'upstream connect error'],
  ['a number', '7'],
  ['null', 'null'],
  ['an array', '[]'],
  ['members of other types', '{"error":{"type":1,"code":[],"message":{},"resets_in_seconds":"9"}}'],
])('a body of %s says nothing', (_, body) => {
  expect(readErrorSaid(Buffer.from(body))).toEqual({ type: '', code: '', message: '', resetsIn: null, resetsAt: null });
});

test('an error that is a bare text is its message', () => {
  expect(readErrorSaid(Buffer.from('{"error":"no such key"}')).message).toBe('no such key');
});
