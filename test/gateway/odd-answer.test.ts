import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AnswerScript } from '../fakes/provider-script.ts';
import { type Lab, startLab } from './lab.ts';
import { answerText, startRawUpstream } from './raw-upstream.ts';
import { TURN, type WholeAnswer, send } from './tool.ts';
import { recordAnswers } from './wire-record.ts';

/** Answers in unusual pieces and sizes come down unchanged, and their usage is read all the same. */
let lab: Lab;
let sentFor: ReturnType<typeof recordAnswers>;

beforeAll(async () => {
  lab = await startLab();
  sentFor = recordAnswers(lab.upstream);
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const MIB = 1024 * 1024;
const BODY = { body: TURN };
const STREAM = { body: { ...TURN, stream: true } };
const CHAT = { path: '/v1/chat/completions', body: { ...TURN, stream: true, stream_options: { include_usage: true } } };

describe.each([
  ['a Responses stream', STREAM],
  ['a Chat stream', CHAT],
])('%s', (_, call) => {
  test.each<[string, Partial<AnswerScript>]>([
    ['byte by byte', { writes: 'bytes', deltas: 2 }],
    ['in pieces of seven bytes', { writes: 7 }],
    ['in CRLF lines', { lineEnd: '\r\n' }],
    ['in CRLF lines, byte by byte', { lineEnd: '\r\n', writes: 'bytes', deltas: 1 }],
    ['without event names', { eventNames: false }],
    ['after a comment', { comment: true }],
    [
      'with a text that looks like its end',
      { text: 'data: [DONE]\n\nevent: response.completed\ndata: {"type":"response.completed"}' },
    ],
    ['with a long text', { textLength: 6 * MIB, deltas: 3 }],
    ['with thousands of events', { textLength: 40_000, deltas: 10_000 }],
  ])('%s', async (__, script) => {
    lab.upstream.next({ kind: 'answer', ...script });
    const answer = await send(lab.origin, call);
    expect(answer.broken).toBe(false);
    expect(answer.body.equals(sentFor(lab.upstream.last.index).body)).toBe(true);
    expect(await lab.newRows()).toMatchObject([
      { status: 200, error: null, partial: false, tokens: { input: 120, cached: 20, output: 40, reasoning: 8 } },
    ]);
  });
});

test.each<[string, Partial<AnswerScript>]>([
  ['byte by byte', { writes: 'bytes' }],
  ['of many megabytes', { textLength: 12 * MIB }],
])('a JSON body %s', async (_, script) => {
  lab.upstream.next({ kind: 'answer', ...script });
  const answer = await send(lab.origin, BODY);
  expect(answer.body.equals(sentFor(lab.upstream.last.index).body)).toBe(true);
  expect(await lab.newRows()).toMatchObject([{ partial: false, tokens: { output: 40 } }]);
});

test('a JSON body too large to be looked at passes, and its usage stays unknown', async () => {
  lab.upstream.next({ kind: 'answer', textLength: 20 * MIB, writes: MIB });
  const answer = await send(lab.origin, BODY);
  expect(answer.broken).toBe(false);
  expect(answer.body.equals(sentFor(lab.upstream.last.index).body)).toBe(true);
  expect(await lab.newRows()).toMatchObject([{ status: 200, error: null, tokens: { input: null, output: null } }]);
});

test('a stream whose terminal event is too large to be looked at passes, and its usage stays unknown', async () => {
  lab.upstream.next({ kind: 'answer', textLength: 17 * MIB, deltas: 4, writes: MIB });
  const answer = await send(lab.origin, STREAM);
  expect(answer.broken).toBe(false);
  expect(await lab.newRows()).toMatchObject([{ status: 200, error: null, tokens: { input: null, output: null } }]);
});

test('a provider that says nothing of tokens or tier is not made to say 0 or Standard', async () => {
  for (const call of [BODY, STREAM, CHAT]) {
    lab.upstream.next({ kind: 'answer', usage: null, tier: null });
    await send(lab.origin, call);
  }
  for (const { tokens, tiers, servedTrust } of await lab.newRows()) {
    expect(tokens).toEqual({
      input: null,
      cached: null,
      cacheWrite: null,
      cacheWriteHour: null,
      output: null,
      reasoning: null,
    });
    expect([tiers.served, tiers.billed, servedTrust]).toEqual([null, null, null]);
  }
});

test('what a stream announces at its beginning is not taken for what it served', async () => {
  lab.upstream.next({ kind: 'answer', announcedTier: 'flex', tier: 'default' });
  await send(lab.origin, { body: { ...TURN, stream: true, service_tier: 'flex' } });
  expect(await lab.newRows()).toMatchObject([
    { tiers: { requested: 'flex', sent: 'flex', served: 'default', billed: 'flex' } },
  ]);
});

describe('a stream that announces its length', () => {
  const announced = async (body: string, call: object): Promise<WholeAnswer> => {
    const lines = ['200 OK', 'content-type: text/event-stream', `content-length: ${body.length}`];
    const upstream = await startRawUpstream((socket) => socket.write(answerText(lines, body)));
    const other = await startLab({ account: { baseUrl: upstream.baseUrl } });
    const answer = await send(other.origin, call);
    await other.close();
    await upstream.close();
    return answer;
  };

  test('may lose what the tool did not ask for', async () => {
    const usage = '{"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}';
    const body = `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{}}]}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`;
    const { text, broken } = await announced(body, { ...CHAT, body: { ...TURN, stream: true } });
    expect([text, broken]).toEqual([body.replace(`data: ${usage}\n\n`, ''), false]);
  });

  test('may get a last event that says it was cut', async () => {
    const body = 'data: {"type":"response.created","response":{"id":"resp_1"}}\n\n';
    const { text, broken } = await announced(body, STREAM);
    expect(text).toMatch(/^data: .*response\.created[^]*response\.failed.*upstream_cut/);
    expect(broken).toBe(true);
  });
});
