import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventFold } from '../../src/main/dialects/event-fold.ts';

function folded(events: readonly unknown[], limit = 1_000_000): unknown[] {
  const fold = new EventFold(limit);
  for (const event of events) fold.push(Buffer.from(JSON.stringify(event)));
  return fold
    .text()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const chat = (delta: unknown): unknown => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] });
const call = (args: string, index = 0): unknown => chat({ tool_calls: [{ index, function: { arguments: args } }] });
const text = (delta: string, item = 'm'): unknown => ({ type: 'response.output_text.delta', item_id: item, delta });
const block = (delta: unknown, index = 0): unknown => ({ type: 'content_block_delta', index, delta });

test.each<[string, unknown[], unknown[]]>([
  ['text of Responses', [text('a'), text('a'), text('b')], [text('aab')]],
  ['text of two items', [text('a'), text('b', 'n'), text('c', 'n')], [text('a'), text('bc', 'n')]],
  ['text of Chat', [chat({ content: 'a' }), chat({ content: 'b' })], [chat({ content: 'ab' })]],
  ['arguments of a call in Chat', [call('{"a'), call('":1}')], [call('{"a":1}')]],
  ['two calls in Chat', [call('x'), call('y', 1)], [call('x'), call('y', 1)]],
  [
    'text of Messages',
    [block({ type: 'text_delta', text: 'a' }), block({ type: 'text_delta', text: 'b' })],
    [block({ type: 'text_delta', text: 'ab' })],
  ],
  [
    'thinking and text of Messages',
    [block({ type: 'thinking_delta', thinking: 'a' }), block({ type: 'text_delta', text: 'b' })],
    [block({ type: 'thinking_delta', thinking: 'a' }), block({ type: 'text_delta', text: 'b' })],
  ],
  [
    'events with a member more',
    [chat({ role: 'assistant', content: '' }), chat({ content: 'b' })],
    [chat({ role: 'assistant', content: '' }), chat({ content: 'b' })],
  ],
  [
    'other events, also where they are equal',
    [
      { type: 'response.created', text: 'a' },
      { type: 'response.created', text: 'a' },
    ],
    [{ type: 'response.created', text: 'a' }],
  ],
  [
    'numbers of events',
    [
      { type: 'x.delta', delta: 'a', sequence_number: 1, obfuscation: 'p' },
      { type: 'x.delta', delta: 'b', sequence_number: 2, obfuscation: 'qq' },
    ],
    [{ type: 'x.delta', delta: 'ab', sequence_number: 1, obfuscation: 'p' }],
  ],
  ['sound', [text('a'), { type: 'response.output_audio.delta', delta: 'UklGR==' }, text('b')], [text('ab')]],
])('%s', (_, events, lines) => {
  expect(folded(events)).toEqual(lines);
});

test('an event that stands alone is kept letter by letter, and what is no JSON too', () => {
  const fold = new EventFold(1000);
  expect(fold.push(Buffer.from('{"b": 1.0,  "a":"\\u0041"}'))).toBe(true);
  expect(fold.push(Buffer.from('[DONE]'))).toBe(true);
  expect(fold.push(Buffer.from('{"half":'))).toBe(false);
  expect(fold.text()).toBe('{"b": 1.0,  "a":"\\u0041"}\n[DONE]');
});

test('nothing is lost of a text, however it is cut, and nothing is longer than the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 1, max: 300 }), (pieces, limit) => {
      const [line] = folded(pieces.map((piece) => text(piece)).concat(text('!')));
      expect(line).toEqual(text(`${pieces.join('')}!`));
      const fold = new EventFold(limit);
      for (const piece of pieces) fold.push(Buffer.from(JSON.stringify(text(piece))));
      const kept = fold.text();
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(limit);
      expect(kept).not.toContain('\ufffd');
      expect(fold.size).toBeLessThanOrEqual(limit + 4096);
      const whole = folded(pieces.map((piece) => text(piece)).concat(text('')));
      if (!fold.full && pieces.length > 0) expect(JSON.parse(kept)).toEqual(whole[0]);
    }),
  );
});

test('an event of any depth is no trouble', () => {
  const deep = Buffer.from(`{"delta":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  const fold = new EventFold(1_000_000);
  fold.push(deep);
  fold.push(deep);
  expect(fold.text()).toBe(`${deep.toString()}\n${deep.toString()}`);
});
