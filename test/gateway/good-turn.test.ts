import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, send } from './tool.ts';
import { type Sent, recordAnswers } from './wire-record.ts';

/** Bytes are sacred: what passes without a change leaves and comes back exactly as it was. */
let lab: Lab;
let sentFor: (index: number) => Sent;
let count = -1;

beforeAll(async () => {
  lab = await startLab();
  sentFor = recordAnswers(lab.upstream);
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

/** The bytes the provider sent for the newest request. */
function sent(): Buffer {
  count = lab.upstream.last.index;
  return sentFor(count).body;
}

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';

describe('an answer comes down byte for byte, and its row holds what it said', () => {
  test.each([
    ['a Responses body', RESPONSES, {}, false],
    ['a Responses stream', RESPONSES, { stream: true }, true],
    ['a Chat body', CHAT, { messages: [] }, false],
    [
      'a Chat stream with its usage',
      CHAT,
      { messages: [], stream: true, stream_options: { include_usage: true } },
      true,
    ],
  ])('%s', async (_, path, more, streamed) => {
    lab.upstream.next({
      kind: 'answer',
      tier: 'flex',
      model: 'gpt-5.5-2026-04-01',
      usage: { input: 9, cached: 3, cacheWrite: 2, output: 5, reasoning: 1 },
      text: 'grüße, 世界 🌍 "quoted" \\ and\nlines',
    });
    const answer = await send(lab.origin, { path, body: { ...TURN, ...more } });
    expect(answer.status).toBe(200);
    expect(answer.broken).toBe(false);
    expect(answer.body.equals(sent())).toBe(true);
    expect(await lab.newRows()).toMatchObject([
      {
        id: answer.header('x-tiergate-turn'),
        responseId: expect.stringMatching(/^(resp_|chatcmpl-)/) as unknown,
        tool: 'lab',
        account: 'lab',
        dialect: path === CHAT ? 'chat' : 'responses',
        transport: 'http',
        streamed,
        models: { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: 'gpt-5.5-2026-04-01' },
        tiers: { requested: null, sent: null, served: 'flex', billed: 'flex' },
        servedTrust: 'authoritative',
        verdict: 'pass',
        rule: null,
        tokens: { input: 9, cached: 3, cacheWrite: 2, cacheWriteHour: null, output: 5, reasoning: 1 },
        status: 200,
        error: null,
        partial: false,
      },
    ]);
    expect(lab.upstream.violations).toEqual([]);
  });

  test.each(['failed', 'incomplete'] as const)(
    'a Responses stream that ends in response.%s ends well',
    async (terminal) => {
      lab.upstream.next({ kind: 'answer', terminal });
      const answer = await send(lab.origin, { body: { ...TURN, stream: true } });
      expect(answer.broken).toBe(false);
      expect(answer.body.equals(sent())).toBe(true);
      expect(await lab.newRows()).toMatchObject([
        { status: 200, partial: false, error: terminal === 'failed' ? 'server_error' : null },
      ]);
    },
  );

  test('an answer of another good status keeps it', async () => {
    lab.upstream.next({ kind: 'answer', status: 202 });
    expect((await send(lab.origin)).status).toBe(202);
    expect(await lab.newRows()).toMatchObject([{ status: 202 }]);
  });
});

describe('a request goes up byte for byte', () => {
  test.each<[string, string]>([
    ['blanks everywhere', ' {\r\n "model" : "gpt-5.5" ,\t"input":[ ] }\n '],
    ['numbers as they were written', '{"model":"m","n":1.0,"big":12345678901234567890,"small":-0,"e":1E+2}'],
    ['escapes as they were written', '{"model":"m","input":"\\u00e9\\/\\ud83d\\ude00 é"}'],
    ['members in their order, odd ones too', '{"__proto__":{"a":1},"z":1,"model":"m","a":2,"":3,"constructor":4}'],
    ['equal names that no policy looks at', '{"model":"m","input":"a","input":"b"}'],
    ['a tier in its normal form', '{"model":"m","service_tier":"flex"}'],
    ['a tier in escapes', '{"model":"m","service\\u005ftier":"fl\\u0065x"}'],
    ['a tier of the provider’s future', '{"model":"m","service_tier":"warp"}'],
    ['a tier that is no string', '{"model":"m","service_tier":7}'],
    ['a nested tier, which is somebody’s data', '{"model":"m","metadata":{"service_tier":"priority"}}'],
    ['an escaped model', '{"model":"gpt\\u002d5.5"}'],
  ])('%s', async (_, body) => {
    for (const path of [RESPONSES, CHAT]) {
      expect((await send(lab.origin, { path, body })).status).toBe(200);
      expect(lab.upstream.last.body.toString()).toBe(body);
      expect(lab.upstream.last.header('content-length')).toEqual([String(Buffer.byteLength(body))]);
    }
  });

  test.each<[string, string, string]>([
    ['the last member', '{"model":"m", "service_tier":"priority"}', '{"model":"m"}'],
    ['the first', '{"service_tier":"priority", "model":"m"}', '{ "model":"m"}'],
    ['one between others', '{"model":"m","service_tier":"fast","n":1.0}', '{"model":"m","n":1.0}'],
    ['equal twins', '{"service_tier":"fast","model":"m","service_tier":"fast"}', '{"model":"m"}'],
    ['an escaped one', '{"model":"m","service\\u005ftier":"\\u0066ast"}', '{"model":"m"}'],
  ])('except for the tier that the policy takes out: %s', async (_, body, left) => {
    expect((await send(lab.origin, { body })).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(left);
    expect(await lab.upstream.leaks(['priority', 'fast', 'ultrafast'])).toEqual([]);
  });

  test('of many megabytes, in one piece and in chunks', async () => {
    const body = Buffer.from(JSON.stringify({ ...TURN, input: 'ä'.repeat(4_000_000) }));
    expect((await send(lab.origin, { body })).status).toBe(200);
    expect(lab.upstream.last.body.equals(body)).toBe(true);
    expect((await send(lab.origin, { body, headers: { 'content-length': undefined } })).status).toBe(200);
    expect(lab.upstream.last.body.equals(body)).toBe(true);
  });

  test('with the account’s key in the place of the tool’s', async () => {
    await send(lab.origin);
    expect(lab.upstream.last.header('authorization')).toEqual([`Bearer ${FAKE_KEY}`]);
    expect(lab.upstream.last.header('host')).toEqual([`127.0.0.1:${lab.upstream.port}`]);
    const [row] = await lab.newRows();
    expect(row?.keyFingerprint).toMatch(/^[0-9a-f]{12}$/);
  });
});

test('sixty turns at one time stay apart', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const model = `model-${number}`;
      const answer = await send(lab.origin, { body: { model, input: 'hi', stream: number % 2 === 0 } });
      return [model, answer.status, answer.broken, answer.text.includes(`"${model}"`)] as const;
    }),
  );
  expect(answers).toEqual(answers.map(([model]) => [model, 200, false, true]));
  const rows = await lab.newRows();
  expect(new Set(rows.map(({ id }) => id)).size).toBe(60);
  expect(rows.every(({ models }) => models.requested === models.served)).toBe(true);
});
