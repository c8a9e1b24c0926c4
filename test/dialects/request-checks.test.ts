import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import { type Asked, type Dialect, isUnread } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import type { ErrorCode } from '../../src/shared/errors.ts';

function refusal(
  dialect: Dialect,
  body: string | Buffer,
): { readonly code: ErrorCode; readonly message: string } | null {
  const result = dialect.read(Buffer.from(body));
  return isUnread(result) ? result.error : null;
}

function asked(dialect: Dialect, body: string): Asked {
  const result = dialect.read(Buffer.from(body));
  if (isUnread(result)) throw new Error(result.error.message);
  return result;
}

describe.each([responses, chat])('a $name request', (dialect) => {
  test.each<[name: string, body: string | Buffer, code: ErrorCode, message: RegExp]>([
    ['nothing', '', 'body_empty', /^Request body is empty$/],
    ['a blank', ' ', 'body_invalid', /^Failed to parse request body: it is not a JSON object$/],
    ['a list', '[]', 'body_invalid', /not a JSON object$/],
    ['a text', '"model"', 'body_invalid', /not a JSON object$/],
    ['half an object', '{"model":"m"', 'body_invalid', /it is not JSON \(byte 12\)$/],
    ['two objects', '{"model":"m"}{}', 'body_invalid', /something after the JSON object \(byte 13\)$/],
    ['a comment', '{"model":"m"} // x', 'body_invalid', /something after/],
    ['NaN', '{"model":"m","temperature":NaN}', 'body_invalid', /it is not JSON/],
    ['a byte order mark', '\ufeff{"model":"m"}', 'body_invalid', /begins with a byte order mark$/],
    ['Latin-1', Buffer.from('{"model":"\xe9"}', 'latin1'), 'body_invalid', /it is not UTF-8$/],
    ['UTF-16', Buffer.from('{"model":"m"}', 'utf16le'), 'body_invalid', /^Failed to parse/],
    ['a deep nest', `{"model":"m","x":${'['.repeat(300)}${']'.repeat(300)}}`, 'body_invalid', /nested too deep/],
    ['no model', '{}', 'model_required', /^model is required$/],
    ['a model that is no text', '{"model":5}', 'model_required', /^model is required$/],
    ['a model that is null', '{"model":null}', 'model_required', /^model is required$/],
    ['an empty model', '{"model":""}', 'model_required', /^model is required$/],
    ['a blank model', '{"model":" \\u0085\\ufeff\\t"}', 'model_required', /^model is required$/],
    ['a stream that is a text', '{"model":"m","stream":"true"}', 'stream_invalid', /^invalid stream field type$/],
    ['a stream that is a number', '{"model":"m","stream":1}', 'stream_invalid', /^invalid stream field type$/],
    ['a stream that is null', '{"model":"m","stream":null}', 'stream_invalid', /^invalid stream field type$/],
  ])('with %s is refused', (_name, body, code, message) => {
    const error = refusal(dialect, body);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
  });

  test.each<[first: string, second: string, body: string, code: ErrorCode]>([
    ['no JSON', 'no model', '{', 'body_invalid'],
    ['a dispute', 'no model', '{"stream":true,"stream":false}', 'member_repeated'],
    ['no model', 'a bad stream', '{"stream":1}', 'model_required'],
  ])('with both %s and %s is refused for the first', (_first, _second, body, code) => {
    expect(refusal(dialect, body)?.code).toBe(code);
  });

  test('keeps for the ledger what could be read before it was refused', () => {
    const read = (body: string): unknown => dialect.read(Buffer.from(body));
    expect(read('{"model":"m","service_tier":" Fast ","stream":1}')).toMatchObject({ model: 'm', tier: ' Fast ' });
    expect(read('{"service_tier":"flex"}')).toMatchObject({ model: null, tier: 'flex' });
    expect(read('{"model":"m"')).toMatchObject({ model: null, tier: null });
  });

  test.each<[body: string, stream: boolean]>([
    ['{"model":"m"}', false],
    ['{"model":"m","stream":false}', false],
    ['{"model":"m","stream":true}', true],
    ['{"model":"m","stream" :\ttrue , "stream":true}', true],
    ['{"model":"m","str\\u0065am":true}', true],
  ])('%s streams: %s', (body, stream) => {
    expect(asked(dialect, body).stream).toBe(stream);
  });

  test('tells model, tiers and the very bytes', () => {
    const body = Buffer.from('{"service_tier":"\\u0066ast","x":"\u00e9","model":"gpt-5.5"}');
    const result = dialect.read(body);
    if (isUnread(result)) throw new Error(result.error.message);
    expect(result.bytes).toBe(body);
    expect(result.model).toBe('gpt-5.5');
    expect(result.tiers.map(({ said }) => said.exact)).toEqual(['priority']);
  });

  test.each<[body: string, exact: readonly string[]]>([
    ['{"model":"m"}', []],
    ['{"model":"m","service_tier":null}', ['missing']],
    ['{"model":"m","service_tier":""}', ['missing']],
    ['{"model":"m","service_tier":5}', ['none']],
    ['{"model":"m","service_tier":["priority"]}', ['none']],
    ['{"model":"m","service_tier":{"priority":true}}', ['none']],
    ['{"model":"m","service_tier":"warp"}', ['unknown']],
    ['{"model":"m","metadata":{"service_tier":"priority"}}', []],
  ])('%s names the tiers %j', (body, exact) => {
    expect(asked(dialect, body).tiers.map(({ said }) => said.exact)).toEqual(exact);
  });
});

describe('a Responses request that goes on from an earlier one', () => {
  test.each<[id: string, refused: boolean]>([
    ['resp_0123abc', false],
    ['', false],
    ['anything', false],
    ['msg_1', true],
    ['message_1', true],
    ['item_1', true],
    ['chatcmpl-1', false],
    ['chatcmpl_1', true],
    [' MSG_1 ', true],
    ['msg_', false],
    ['xmsg_1', false],
  ])('with previous_response_id %j: refused %s', (id, refused) => {
    const body = JSON.stringify({ model: 'm', previous_response_id: id });
    expect(refusal(responses, body)?.code ?? null).toBe(refused ? 'previous_response_id_invalid' : null);
    expect(refusal(chat, body)).toBeNull();
  });
});

test('an error has the shape both OpenAI protocols share', () => {
  for (const dialect of [responses, chat]) {
    const error = { code: 'model_required', status: 400, type: 'invalid_request_error', message: 'a "b"' } as const;
    expect(JSON.parse(dialect.errorBody(error))).toEqual({
      error: { type: 'invalid_request_error', code: 'model_required', message: 'a "b"' },
    });
  }
});
