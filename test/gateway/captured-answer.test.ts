import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CapturedAnswer } from '../../src/main/gateway/captured-answer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const EVENTS = 'text/event-stream';
const delta = (text: string): string => `event: x.delta\ndata: ${JSON.stringify({ type: 'x.delta', delta: text })}\n\n`;

async function kept(
  bytes: Buffer,
  { type = JSON_TYPE, coding = '', limit = 1000, piece = 7 } = {},
): Promise<{ text: string | null; cut: boolean }> {
  const answer = new CapturedAnswer(limit, type, coding);
  for (let at = 0; at < bytes.length; at += piece) answer.push(bytes.subarray(at, at + piece));
  const { bytes: all, cut } = await answer.end();
  expect(answer.size).toBeLessThanOrEqual(limit + 100);
  return { text: all?.toString() ?? null, cut };
}

test.each<[string, Buffer, Parameters<typeof kept>[1], Awaited<ReturnType<typeof kept>>]>([
  ['JSON as it came', Buffer.from('{ "a":1}'), {}, { text: '{ "a":1}', cut: false }],
  ['JSON that was coded', gzipSync('{"a":1}'), { coding: 'gzip' }, { text: '{"a":1}', cut: false }],
  [
    'events that were coded',
    brotliCompressSync(delta('a') + delta('b')),
    { type: EVENTS, coding: 'br' },
    { text: '{"type":"x.delta","delta":"ab"}', cut: false },
  ],
  [
    'a last event without its empty line',
    Buffer.from(delta('a').trim()),
    { type: EVENTS },
    { text: '{"type":"x.delta","delta":"a"}', cut: false },
  ],
  ['just as much as has room', Buffer.from('12345'), { limit: 5 }, { text: '12345', cut: false }],
  ['no more than has room', Buffer.from('123456'), { limit: 5, piece: 1 }, { text: '12345', cut: true }],
  ['no half letter', Buffer.from('1234ä'), { limit: 5 }, { text: '1234', cut: true }],
  ['no sound', Buffer.from('RIFF'), { type: 'audio/wav' }, { text: null, cut: false }],
  ['nothing in a coding that nobody can read', Buffer.from('??'), { coding: 'rot13' }, { text: null, cut: false }],
])('%s', async (_, bytes, how, expected) => {
  expect(await kept(bytes, how)).toEqual(expected);
});

test('of a coded answer that breaks off there is what could be decoded', async () => {
  const whole = gzipSync('a'.repeat(500) + Math.random().toString(), { level: 0 });
  const { text, cut } = await kept(whole.subarray(0, 300), { coding: 'gzip' });
  expect(text).toMatch(/^a+$/);
  expect(cut).toBe(true);
});

test('a small coded answer that decodes to a flood stops at the limit', async () => {
  const { text, cut } = await kept(gzipSync(Buffer.alloc(50_000_000, 'a')), { coding: 'gzip', piece: 10_000 });
  expect(text).toBe('a'.repeat(1000));
  expect(cut).toBe(true);
});
