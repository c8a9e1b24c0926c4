import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountAt, startGateway } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { TURN, begin, send } from './tool.ts';
import { recordAnswers } from './wire-record.ts';

/** Nobody asks for a coding; an answer that has one all the same comes down without it, read and covered like any other. */
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

const DECODED = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
const CODED: Readonly<Record<keyof typeof DECODED, (text: string | Buffer) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  deflate: (text) => deflateSync(text),
  br: (text) => brotliCompressSync(text, { params: { 0: 0, 1: 4 } }),
  zstd: (text) => zstdCompressSync(text),
};
const CODINGS = Object.keys(CODED) as (keyof typeof CODED)[];

describe.each(CODINGS)('%s', (coding) => {
  test.each(CALLS)('%s comes down as it was before it was coded, and its usage is in the row', async (_, call) => {
    for (const writes of ['events', 7] as const) {
      lab.upstream.next({ kind: 'answer', coding, writes, tier: 'flex' });
      const answer = await send(lab.origin, call);
      expect(answer.header('content-encoding')).toBeUndefined();
      expect(answer.broken).toBe(false);
      expect(answer.body.equals(DECODED[coding](sentFor(lab.upstream.last.index).body))).toBe(true);
      expect(await lab.newRows()).toMatchObject([
        { tiers: { served: 'flex', billed: 'flex' }, tokens: { input: 120, output: 40 }, partial: false, error: null },
      ]);
    }
  });

  test('a stream’s events come down as they come', async () => {
    const gate = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'answer', coding, pause: (event) => (event === 3 ? gate.promise : undefined) });
    const answer = await begin(lab.origin, { body: { ...TURN, stream: true } });
    await answer.until('event: response.created');
    gate.resolve(undefined);
    await answer.until('event: response.completed');
    expect((await answer.whole()).broken).toBe(false);
  });

  test('usage that a Chat tool did not ask for is kept from it', async () => {
    lab.upstream.next({ kind: 'answer', coding });
    const answer = await send(lab.origin, { path: CHAT, body: { model: 'm', messages: [], stream: true } });
    expect(answer.text).toContain('data: [DONE]');
    expect(answer.text).not.toContain('prompt_tokens');
    expect(await lab.newRows()).toMatchObject([{ tokens: { input: 120 } }]);
  });
});

const BODY = JSON.stringify({
  id: 'resp_1',
  model: 'm',
  service_tier: 'flex',
  usage: { input_tokens: 3, output_tokens: 5 },
});
const JSON_TYPE = 'Content-Type: application/json';
const EVENTS_TYPE = 'Content-Type: text/event-stream';

/** Runs one turn against an upstream that says exactly these pieces, one after the other, and then may break off. */
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

  test.each(CODINGS)('are neither lost nor overlooked: %s', async (coding) => {
    const coded = CODED[coding](large);
    const pieces = slowPieces(coded);
    const framings: [readonly string[], readonly Buffer[]][] = [
      [[`Content-Length: ${coded.length}`], pieces],
      [['Transfer-Encoding: chunked'], [...pieces.map(chunk), chunk('')]],
      [['Connection: close'], pieces],
    ];
    for (const [framing, sent] of framings) {
      const { answer, rows } = await turnWith([JSON_TYPE, `Content-Encoding: ${coding}`, ...framing], sent);
      expect({ broken: answer.broken, same: answer.text === large }).toEqual({ broken: false, same: true });
      expect(rows).toMatchObject([{ tokens: { input: 3, output: 5 }, tiers: { served: 'flex' }, partial: false }]);
    }
  });
});

describe('a key that an error quotes is covered', () => {
  const error = { message: `Incorrect API key provided: ${FAKE_KEY}.`, code: 'invalid_api_key' };
  const failed = { type: 'response.failed', response: { id: 'resp_1', error } };

  test.each(CODINGS)('in a stream and a body: %s', async (coding) => {
    const answers: [string, string][] = [
      [EVENTS_TYPE, `event: response.failed\ndata: ${JSON.stringify(failed)}\n\n`],
      [JSON_TYPE, JSON.stringify({ id: 'resp_1', error })],
    ];
    for (const [type, text] of answers) {
      const coded = CODED[coding](text);
      const head = [type, `Content-Encoding: ${coding}`, 'Transfer-Encoding: chunked'];
      const { answer } = await turnWith(
        head,
        [chunk(coded.subarray(0, 9)), chunk(coded.subarray(9)), chunk('')],
        type === EVENTS_TYPE,
      );
      expect(answer.text).toContain('Incorrect API key provided: ');
      expect(answer.text).not.toContain(FAKE_KEY);
    }
  });
});

test('a translated answer may be coded too', async () => {
  const upstream = await startUpstream({ script: { kind: 'answer', coding: 'gzip' } });
  const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl, { speaks: ['responses'] })] });
  for (const stream of [false, true]) {
    const answer = await send(gateway.origin, { path: CHAT, body: { model: 'gpt-5.5', messages: [], stream } });
    expect([answer.status, answer.broken]).toEqual([200, false]);
    expect(answer.text).toContain(' fox — j');
  }
  expect(await gateway.turns()).toMatchObject([{ tokens: { input: 120 } }, { tokens: { input: 120 } }]);
  await gateway.close();
  await upstream.close();
});

describe('where the label lies', () => {
  const event = `event: response.created\ndata: {"type":"response.created","response":${BODY}}\n\n`;

  test.each<[string, string, Buffer]>([
    ['from the first byte', JSON_TYPE, Buffer.from(BODY)],
    ['by breaking off', JSON_TYPE, gzipSync(BODY).subarray(0, 60)],
    [
      'in the middle of a stream',
      EVENTS_TYPE,
      Buffer.concat([gzipSync(event), Buffer.from(gzipSync(event)).fill(7, 12)]),
    ],
  ])('%s, the answer breaks, and its row says so', async (_, type, body) => {
    const head = [type, 'Content-Encoding: gzip', `Content-Length: ${body.length}`];
    const { answer, rows } = await turnWith(head, [body], type === EVENTS_TYPE);
    expect(answer.broken).toBe(true);
    expect(rows).toMatchObject([{ status: 200, error: 'upstream_cut', partial: true }]);
  });

  test('an upstream that breaks off in its coding breaks off', async () => {
    const head = [EVENTS_TYPE, 'Content-Encoding: gzip', 'Connection: close', 'Content-Length: 1000'];
    const { answer, rows } = await turnWith(head, [gzipSync(event)], true);
    expect(answer.text.startsWith(event)).toBe(true);
    expect(answer.broken).toBe(true);
    expect(rows).toMatchObject([{ error: 'upstream_cut', partial: true, responseId: 'resp_1' }]);
  });
});

test.each(['gzip, br', 'compress', 'constructor', 'rot13'])(
  'an answer in a coding that cannot be read is refused: %s',
  async (coding) => {
    for (const type of [JSON_TYPE, EVENTS_TYPE]) {
      const head = [type, `Content-Encoding: ${coding}`, 'Content-Length: 8'];
      const { answer, rows } = await turnWith(head, [Buffer.from('whatever')], type === EVENTS_TYPE);
      expect([answer.status, answer.error.code]).toEqual([502, 'upstream_unreachable']);
      expect(answer.error.message).toContain('a coding that was not asked for');
      expect(rows).toMatchObject([{ status: 502, error: 'upstream_unreachable' }]);
    }
  },
);

test.each([
  ['identity', 'Content-Encoding: identity', Buffer.from(BODY)],
  ['X-GZIP', 'Content-Encoding: X-GZIP', gzipSync(BODY)],
])('%s is read', async (_, coding, body) => {
  const { rows } = await turnWith([JSON_TYPE, coding, `Content-Length: ${body.length}`], [body]);
  expect(rows).toMatchObject([{ tokens: { output: 5 } }]);
});

test('an answer without a body has nothing to decode', async () => {
  const { answer, rows } = await turnWith([JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 0'], []);
  expect([answer.status, answer.broken, answer.body.length]).toEqual([200, false, 0]);
  expect(rows).toMatchObject([{ status: 200, error: null }]);
});

test('a small answer that decodes to a flood comes down as fast as it is taken, and no faster', async () => {
  const size = 256 * 1024 * 1024;
  // A gzip body may have many members; this way the flood itself is nowhere in memory.
  const coded = Buffer.concat(Array.from({ length: 256 }, () => gzipSync(Buffer.alloc(size / 256, 'a'))));
  const upstream = await startRawUpstream((socket) => {
    socket.write(answerText(['200 OK', JSON_TYPE, 'Content-Encoding: gzip', `Content-Length: ${coded.length}`]));
    socket.write(coded);
  });
  const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
  const before = process.memoryUsage().arrayBuffers;
  const answer = await begin(gateway.origin, { body: TURN });
  let [came, most] = [0, 0];
  for (let piece = await answer.piece(); piece !== null; piece = await answer.piece()) {
    came += piece.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    // The tool is slower than any decoder.
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(came).toBe(size);
  expect(most).toBeLessThan(size / 2);
  await gateway.close();
  await upstream.close();
});
