import { expect, test } from 'vitest';
import { CapturedAnswer } from '../../src/main/gateway/captured-answer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const EVENTS = 'text/event-stream';
const delta = (text: string): string => `event: x.delta\ndata: ${JSON.stringify({ type: 'x.delta', delta: text })}\n\n`;

function kept(
  bytes: Buffer,
  { type = JSON_TYPE, limit = 1000, piece = 7 } = {},
): { text: string | null; cut: boolean } {
  const answer = new CapturedAnswer(limit, type);
  for (let at = 0; at < bytes.length; at += piece) answer.push(bytes.subarray(at, at + piece));
  const { bytes: all, cut } = answer.end();
  expect(answer.size).toBeLessThanOrEqual(limit + 100);
  return { text: all?.toString() ?? null, cut };
}

test.each<[string, Buffer, Parameters<typeof kept>[1], ReturnType<typeof kept>]>([
  ['JSON as it came', Buffer.from('{ "a":1}'), {}, { text: '{ "a":1}', cut: false }],
  [
    'events with their deltas joined',
    Buffer.from(delta('a') + delta('b')),
    { type: EVENTS },
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
])('%s', (_, bytes, how, expected) => {
  expect(kept(bytes, how)).toEqual(expected);
});
