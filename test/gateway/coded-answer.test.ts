import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountAt, startGateway } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { TURN, begin, send } from './tool.ts';
import { recordAnswers } from './wire-record.ts';

/** Coded answers pass as they are; their usage is read on a side copy, before the row and before the end. */
let lab: Lab;
let sentFor: ReturnType<typeof recordAnswers>;

beforeAll(async () => {
  lab = await startLab();
  sentFor = recordAnswers(lab.upstream);
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const CHAT = '/v1/chat/completions';
const CALLS = [
  ['a Responses body', { body: TURN }],
  ['a Responses stream', { body: { ...TURN, stream: true } }],
  ['a Chat body', { path: CHAT, body: { model: 'm', messages: [] } }],
  [
    'a Chat stream',
    { path: CHAT, body: { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } } },
  ],
] as const;

describe.each(['gzip', 'deflate', 'br', 'zstd'] as const)('%s', (coding) => {
  test.each(CALLS)('%s comes down as it was sent, and its usage is in the row', async (_, call) => {
    for (const writes of ['events', 7] as const) {
      lab.upstream.next({ kind: 'answer', coding, writes, tier: 'flex' });
      const answer = await send(lab.origin, call);
      expect(answer.header('content-encoding')).toBe(coding);
      expect(answer.broken).toBe(false);
      expect(answer.body.equals(sentFor(lab.upstream.last.index).body)).toBe(true);
      expect(await lab.newRows()).toMatchObject([
        { tiers: { served: 'flex', billed: 'flex' }, tokens: { input: 120, output: 40 }, partial: false, error: null },
      ]);
    }
  });
});

const BODY = JSON.stringify({
  id: 'resp_1',
  model: 'm',
  service_tier: 'flex',
  usage: { input_tokens: 3, output_tokens: 5 },
});

/** Runs one turn against an upstream that says exactly these pieces, one after the other. */
async function turnWith(head: readonly string[], pieces: readonly Buffer[], streamed = false) {
  const upstream = await startRawUpstream(async (socket) => {
    socket.write(answerText(['200 OK', ...head]));
    for (const piece of pieces) {
      // One write an iteration of the loop, so that each arrives alone while earlier ones are still being decoded.
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(piece);
    }
    if (head.includes('Connection: close')) socket.end();
  });
  const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
  try {
    const answer = await (await begin(gateway.origin, { body: { ...TURN, stream: streamed } })).whole();
    return { answer, rows: await gateway.turns() };
  } finally {
    await gateway.close();
    await upstream.close();
  }
}

/** Pieces of a coded body of which a large one in the middle takes its time to decode. */
function slowPieces(coded: Buffer): Buffer[] {
  const cut = coded.length - 20;
  return [coded.subarray(0, 20), coded.subarray(20, cut), coded.subarray(cut, cut + 10), coded.subarray(cut + 10)];
}

describe('pieces that arrive while an earlier one is still being decoded', () => {
  const large = `${BODY.slice(0, -1)},"output":"${randomBytes(1_500_000).toString('hex')}"}`;
  const json = 'Content-Type: application/json';

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(large)],
    ['deflate', deflateSync(large)],
    ['br', brotliCompressSync(large, { params: { 0: 0, 1: 4 } })],
    ['zstd', zstdCompressSync(large)],
  ])('are neither lost nor overlooked: %s', async (coding, coded) => {
    const pieces = slowPieces(coded);
    const framings: [readonly string[], readonly Buffer[]][] = [
      [[`Content-Length: ${coded.length}`], pieces],
      [['Transfer-Encoding: chunked'], [...pieces.map(chunk), chunk('')]],
      [['Connection: close'], pieces],
    ];
    for (const [framing, sent] of framings) {
      const { answer, rows } = await turnWith([json, `Content-Encoding: ${coding}`, ...framing], sent);
      expect({ broken: answer.broken, same: answer.body.equals(coded) }).toEqual({ broken: false, same: true });
      expect(rows).toMatchObject([{ tokens: { input: 3, output: 5 }, tiers: { served: 'flex' }, partial: false }]);
    }
  });
});

describe('an answer that cannot be decoded passes, and its usage stays unknown', () => {
  const unknown = { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null };

  test.each<[string, Buffer]>([
    ['gzip', Buffer.from(BODY)],
    ['gzip', gzipSync(BODY).subarray(0, 20)],
    ['gzip, br', brotliCompressSync(gzipSync(BODY))],
    ['compress', Buffer.from(BODY)],
    ['constructor', Buffer.from('whatever')],
  ])('with the label %s', async (coding, body) => {
    const head = ['Content-Type: application/json', `Content-Encoding: ${coding}`, `Content-Length: ${body.length}`];
    const { answer, rows } = await turnWith(head, [body]);
    expect({ status: answer.status, broken: answer.broken }).toEqual({ status: 200, broken: false });
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.header('content-encoding')).toBe(coding);
    expect(rows).toMatchObject([{ status: 200 }]);
    expect(rows[0]?.tokens).toEqual(unknown);
  });

  test.each(['gzip, br', 'compress'])('a stream with the label %s as well', async (coding) => {
    const events = `event: response.completed\ndata: {"type":"response.completed","response":${BODY}}\n\n`;
    const body =
      coding === 'compress' ? Buffer.from(events).map((byte) => byte ^ 0x55) : brotliCompressSync(gzipSync(events));
    const head = ['Content-Type: text/event-stream', `Content-Encoding: ${coding}`, 'Transfer-Encoding: chunked'];
    const { answer, rows } = await turnWith(head, [chunk(Buffer.from(body)), chunk('')], true);
    expect({ broken: answer.broken, same: answer.body.equals(body) }).toEqual({ broken: false, same: true });
    expect(rows).toMatchObject([{ status: 200, error: null, tokens: unknown, tiers: { served: null } }]);
  });

  test('identity is no coding', async () => {
    const head = ['Content-Type: application/json', 'Content-Encoding: identity', `Content-Length: ${BODY.length}`];
    const { rows } = await turnWith(head, [Buffer.from(BODY)]);
    expect(rows).toMatchObject([{ tokens: { output: 5 } }]);
  });
});
