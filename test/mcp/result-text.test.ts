import { expect, test } from 'vitest';
import { resultText } from '../../src/main/mcp/result-text.ts';

const text = (said: string): object => ({ type: 'text', text: said });

test.each<[string, Record<string, unknown>, string, string | null]>([
  ['texts', { content: [text('one'), text('two')] }, 'one\ntwo', null],
  ['nothing', { content: [] }, 'The tool returned nothing.', null],
  ['an older shape', { toolResult: 1 }, 'The tool returned nothing.', null],
  ['structure alone', { content: [], structuredContent: { a: 1 } }, '{"a":1}', null],
  ['both', { content: [text('one')], structuredContent: { a: 1 } }, 'one', null],
  ['a resource', { content: [{ type: 'resource', resource: { uri: 'file:///a', text: 'inside' } }] }, 'inside', null],
  [
    'what is no text',
    {
      content: [
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'file:///a' },
      ],
    },
    '[image image/png left out]\n[resource_link file:///a left out]',
    null,
  ],
  ['a failure', { content: [text('no such file')], isError: true }, 'Error: no such file', 'no such file'],
])('a result of %s', (_, result, told, error) => {
  expect(resultText(result)).toEqual({ text: told, error });
});

test('an endless result is cut, and says so', () => {
  const { text: told } = resultText({ content: [text('x'.repeat(300_000))] });
  expect(told.length).toBeLessThan(263_000);
  expect(told).toMatch(/\[37856 more characters left out\]$/);
});
