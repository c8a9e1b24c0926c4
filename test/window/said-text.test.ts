import { expect, test } from 'vitest';
import { spreadJson, wordsOfAnswer } from '../../src/renderer/words/said-text.ts';

const lines = (...events: unknown[]): string => events.map((event) => JSON.stringify(event)).join('\n');

test.each<[string, string, string | null]>([
  [
    'a stream of Responses',
    lines(
      { type: 'response.created', response: { output: [] } },
      { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo' },
      { type: 'response.completed', response: { output: [{ content: [{ type: 'output_text', text: 'Hello' }] }] } },
    ),
    'Hello',
  ],
  [
    'a stream without deltas',
    lines(
      { type: 'response.created', response: { output: [] } },
      { type: 'response.completed', response: { output: [{ content: [{ type: 'output_text', text: 'Hello' }] }] } },
    ),
    'Hello',
  ],
  ['a stream of Chat', `${lines({ choices: [{ delta: { content: 'Hello' } }] }, { choices: [] })}\n[DONE]`, 'Hello'],
  [
    'a stream of Messages',
    lines(
      { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hello' } },
    ),
    'Hello',
  ],
  ['Responses', lines({ output: [{ type: 'reasoning' }, { content: [{ text: 'Hello' }] }] }), 'Hello'],
  ['a refusal', lines({ output: [{ content: [{ type: 'refusal', refusal: 'No' }] }] }), 'No'],
  ['Chat', lines({ choices: [{ message: { content: 'Hello' } }] }), 'Hello'],
  ['Messages', lines({ content: [{ type: 'text', text: 'Hello' }] }), 'Hello'],
  ['an error', lines({ error: { message: 'No' } }), 'No'],
  ['an answer that was cut', '{"output":[{"content":[{"te', null],
  ['something else', lines({ data: [{ embedding: [1] }] }), null],
  ['odd members', lines({ output: 1, choices: [null], content: {}, error: 'x' }), null],
])('the words of %s', (_, answer, words) => {
  expect(wordsOfAnswer(answer)).toBe(words);
});

test('one JSON document is spread over lines, and anything else stays as it is', () => {
  expect(spreadJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(spreadJson('{"a":')).toBe('{"a":');
});
