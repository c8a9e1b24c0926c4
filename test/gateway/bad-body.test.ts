import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { type Call, TURN, send } from './tool.ts';

/** Bodies that some reader would take for a turn: what cannot be read alike by all is never sent on, and is in the ledger. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  await lab.forget();
  expect((await send(lab.origin)).status).toBe(200);
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

const fast = '{"model":"gpt-5.5","service_tier":"priority"}';

/** Sends it, expects this refusal in the tool's hands and in the ledger, and nothing at the provider. */
async function refused(call: Call, code: string, message: string | RegExp): Promise<void> {
  const answer = await send(lab.origin, call);
  expect({ status: answer.status, ...answer.error }).toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    code,
  });
  expect(answer.error.message).toMatch(message);
  expect(answer.header('content-type')).toBe('application/json');
  expect(answer.header('x-should-retry')).toBe('false');
  expect(lab.upstream.requests).toEqual([]);
  const rows = await lab.newRows();
  expect(rows).toMatchObject([{ status: 400, error: code, verdict: null, account: null, partial: false }]);
  expect(rows[0]?.tiers).toMatchObject({ sent: null, served: null, billed: null });
}

describe('a body that is not one JSON object is refused, and the reason is said', () => {
  test.each<[string, string | Buffer, string]>([
    ['blanks alone', '  \n', 'not a JSON object'],
    ['words', 'please', 'not a JSON object'],
    ['words before an object that a lenient reader would find', `junk ${fast}`, 'not a JSON object'],
    ['an array', `[${fast}]`, 'not a JSON object'],
    ['a string', JSON.stringify(fast), 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['a form', 'model=gpt-5.5&service_tier=priority', 'not a JSON object'],
    ['a byte order mark', `\ufeff${fast}`, 'byte order mark'],
    ['UTF-16 without a label', Buffer.from(fast, 'utf16le'), 'JSON'],
    ['a Latin-1 letter', Buffer.from(`{"model":"gpt-5.5","input":"\u00e9"}`, 'latin1'), 'not UTF-8'],
    [
      'an overlong letter',
      Buffer.from([...Buffer.from('{"model":"gpt-5.5","\u0001":1}')].map((b) => (b === 1 ? 0xc0 : b))),
      'not UTF-8',
    ],
    [
      'half of a surrogate pair in bytes',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
      'not UTF-8',
    ],
    ['a second object', `${fast}${fast}`, 'something after'],
    ['a second object on its own line', `{"model":"gpt-5.5"}\n${fast}`, 'something after'],
    ['a zero byte at the end', `${fast}\0`, 'something after'],
    ['a comment', `{/* */${fast.slice(1)}`, 'not JSON'],
    ['a trailing comma', '{"model":"gpt-5.5",}', 'not JSON'],
    ['single quotes', "{'model':'gpt-5.5'}", 'not JSON'],
    ['a name without quotes', '{model:"gpt-5.5"}', 'not JSON'],
    ['NaN', '{"model":"gpt-5.5","temperature":NaN}', 'not JSON'],
    ['Infinity', '{"model":"gpt-5.5","temperature":-Infinity}', 'not JSON'],
    ['a number with a leading zero', '{"model":"gpt-5.5","temperature":01}', 'not JSON'],
    ['a raw line break in a string', '{"model":"gpt-5.5","input":"a\nb"}', 'not JSON'],
    ['an escape that is none', '{"model":"gpt-5.5","input":"\\x41"}', 'not JSON'],
    ['no closing brace', fast.slice(0, -1), 'not JSON'],
    ['no closing quote', fast.slice(0, -2), 'not JSON'],
    ['depth without end', `{"a":${'['.repeat(100_000)}`, 'nested too deep'],
    ['depth over the limit that closes', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`, 'nested too deep'],
  ])('%s', (_, body, why) => refused({ body }, 'body_invalid', new RegExp(`^Failed to parse request body: .*${why}`)));

  test('an empty body', () => refused({ body: '' }, 'body_empty', 'Request body is empty'));

  test.each(['/v1/responses', '/responses', '/v1/chat/completions', '/chat/completions'])('also on %s', (path) =>
    refused({ path, body: `[${fast}]` }, 'body_invalid', 'not a JSON object'),
  );
});

describe('a member that two readers would see differently is refused, and named', () => {
  test.each<[string, string, string]>([
    ['two tiers', '{"service_tier":"default","service_tier":"priority"', 'service_tier'],
    ['two tiers, the dear one first', '{"service_tier":"priority","service_tier":"default"', 'service_tier'],
    ['a tier and null', '{"service_tier":"priority","service_tier":null', 'service_tier'],
    ['a tier and an escaped one', '{"service_tier":"default","service\\u005ftier":"priority"', 'service_tier'],
    ['two models', '{"model":"gpt-5.5-mini"', 'model'],
    ['two streams', '{"stream":true,"stream":false', 'stream'],
    [
      'two previous responses',
      '{"previous_response_id":"resp_1","previous_response_id":"resp_2"',
      'previous_response_id',
    ],
  ])('%s', (_, start, name) =>
    refused({ body: `${start},"model":"gpt-5.5"}` }, 'member_repeated', `"${name}" is there more than once`),
  );

  test.each([
    ['Service_Tier', 'service_tier'],
    ['SERVICE_TIER', 'service_tier'],
    ['\u017fervice_tier', 'service_tier'],
    ['\\u017Fervice_tier', 'service_tier'],
    ['Model', 'model'],
    ['STREAM', 'stream'],
    ['\u017ftream', 'stream'],
  ])('%s, which some readers take for %s', async (name, real) => {
    const call = { body: `{"model":"gpt-5.5","${name}":"priority"}` };
    await refused(call, 'member_case', `is "${real}" in another spelling`);
  });

  test('what was asked is in the row, though it was not judged', async () => {
    await send(lab.origin, { body: '{"model":"gpt-5.5","service_tier":"priority","Service_Tier":1}' });
    expect(await lab.newRows()).toMatchObject([
      { models: { requested: 'gpt-5.5', upstream: null }, tiers: { requested: 'priority' } },
    ]);
  });
});

describe('the checks that tools know, in their order and words', () => {
  const output = { type: 'function_call_output', output: 'done' };
  test.each<[string, unknown, string, string]>([
    ['no model', { input: 'hi' }, 'model_required', 'model is required'],
    ['a blank model', { model: ' ' }, 'model_required', 'model is required'],
    ['a model that is no string', { model: 5 }, 'model_required', 'model is required'],
    [
      'a model that is null, before a wrong stream',
      { model: null, stream: 'x' },
      'model_required',
      'model is required',
    ],
    ['a stream that is a string', { ...TURN, stream: 'true' }, 'stream_invalid', 'invalid stream field type'],
    ['a stream that is null', { ...TURN, stream: null }, 'stream_invalid', 'invalid stream field type'],
    [
      'a stream that is a number, before a wrong id',
      { ...TURN, stream: 1, previous_response_id: 'msg_1' },
      'stream_invalid',
      'invalid stream field type',
    ],
    [
      'a message’s id for a response’s',
      { ...TURN, previous_response_id: 'msg_abc1' },
      'previous_response_id_invalid',
      'previous_response_id must be a response.id (resp_*), not a message id',
    ],
    [
      'a chat’s id, before a wrong output',
      { ...TURN, previous_response_id: ' chatcmpl_1 ', input: [output] },
      'previous_response_id_invalid',
      'previous_response_id must be a response.id (resp_*), not a message id',
    ],
    [
      'an output without its call’s id',
      { ...TURN, input: [output] },
      'call_id_required',
      'function_call_output requires call_id or previous_response_id; if relying on history, ensure store=true and reuse previous_response_id',
    ],
    [
      'an output with a blank id',
      { ...TURN, input: [{ ...output, call_id: ' ' }] },
      'call_id_required',
      'function_call_output requires call_id or previous_response_id; if relying on history, ensure store=true and reuse previous_response_id',
    ],
    [
      'an output of an unknown call',
      { ...TURN, input: [{ ...output, call_id: 'call_1' }] },
      'call_reference_required',
      'function_call_output requires item_reference ids matching each call_id, or previous_response_id/tool_call context; if relying on history, ensure store=true and reuse previous_response_id',
    ],
    [
      'two outputs, one of them referenced',
      {
        ...TURN,
        input: [
          { ...output, call_id: 'a' },
          { ...output, call_id: 'b' },
          { type: 'item_reference', id: 'a' },
        ],
      },
      'call_reference_required',
      'function_call_output requires item_reference ids matching each call_id, or previous_response_id/tool_call context; if relying on history, ensure store=true and reuse previous_response_id',
    ],
  ])('%s', (_, body, code, message) => refused({ body }, code, exactly(message)));

  test.each<[string, object]>([
    [
      'an output after its call',
      {
        input: [
          { type: 'function_call', call_id: 'a' },
          { ...output, call_id: 'a' },
        ],
      },
    ],
    [
      'an output with its reference',
      {
        input: [
          { ...output, call_id: 'a' },
          { type: 'item_reference', id: 'a' },
        ],
      },
    ],
    ['an output that continues a response', { previous_response_id: 'resp_1', input: [output] }],
    ['an output in a conversation', { conversation: 'conv_1', input: [output] }],
    ['an output of a custom tool', { input: [{ type: 'custom_tool_call_output', output: 'x' }] }],
    ['a response’s id', { previous_response_id: 'resp_abc' }],
  ])('let through: %s', async (_, more) => {
    const body = JSON.stringify({ ...TURN, ...more });
    expect((await send(lab.origin, { body })).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(body);
  });

  test('a Chat turn is asked for its model and its stream, and no more', async () => {
    const path = '/v1/chat/completions';
    await refused({ path, body: { messages: [] } }, 'model_required', 'model is required');
    await refused({ path, body: { model: 'm', stream: 1 } }, 'stream_invalid', 'invalid stream field type');
    const body = { model: 'm', previous_response_id: 'msg_1', input: [output], messages: [] };
    expect((await send(lab.origin, { path, body })).status).toBe(200);
  });
});

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
