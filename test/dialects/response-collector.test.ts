import { describe, expect, test } from 'vitest';
import { ResponseCollector } from '../../src/main/dialects/response-collector.ts';

function collect(text: string, size = text.length): ResponseCollector {
  const collector = new ResponseCollector();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) collector.push(bytes.subarray(at, at + size));
  collector.end();
  return collector;
}

function event(type: string, more: string, name = true): string {
  return `${name ? `event: ${type}\n` : ''}data: {"type":"${type}"${more}}\n\n`;
}

const item = (index: number): string =>
  event('response.output_item.done', `,"output_index":${index},"item":{"id":"i${index}","n":1.50}`);

function bodyOf(text: string, size?: number): string | null {
  const { collected } = collect(text, size);
  return collected?.kind === 'body' ? collected.body.toString() : null;
}

describe.each([1, 7, 10_000])('in pieces of %i bytes', (size) => {
  test('the last event’s response is the body, in its own bytes', () => {
    const response = '{ "id":"r","output":[ {"a":1.0} ],"x":"é" }';
    expect(bodyOf(`${item(0)}${event('response.completed', `,"response":${response}`)}`, size)).toBe(response);
  });

  test.each([
    ['{"id":"r","output":[],"z":1}', '{"id":"r","output":[{"id":"i0","n":1.50},{"id":"i1","n":1.50}],"z":1}'],
    ['{"output":[ ]}', '{"output":[{"id":"i0","n":1.50},{"id":"i1","n":1.50} ]}'],
  ])('the items that went before stand in a last event without them: %s', (response, whole) => {
    const text = `${item(1)}${item(0)}${event('response.completed', `,"response":${response}`)}`;
    expect(bodyOf(text, size)).toBe(whole);
  });
});

test('events need no names', () => {
  const text =
    event('response.created', ',"response":{}', false) + event('response.done', ',"response":{"a":1}', false);
  expect(bodyOf(text)).toBe('{"a":1}');
});

test('what comes after the end changes nothing', () => {
  const text = event('response.incomplete', ',"response":{"a":1}') + event('error', ',"message":"late"');
  expect(bodyOf(`${text}data: [DONE]\n\n`)).toBe('{"a":1}');
});

test.each<[what: string, text: string, message: string]>([
  [
    'a response that failed',
    event('response.failed', ',"response":{"error":{"code":"server_error","message":"It broke."}}'),
    'It broke.',
  ],
  ['an error event', event('error', ',"error":{"code":"slow_down"}'), 'slow_down'],
  ['a bare error event', event('error', ',"code":"c","message":"m"'), 'm'],
  ['a failure without words', event('response.failed', ',"response":{}'), 'The upstream says that it failed.'],
])('%s is a failure, in its own words', (_, text, message) => {
  expect(collect(text).collected).toEqual({ kind: 'failure', message });
});

test('a stream that ends before its last event is nothing', () => {
  expect(collect(item(0) + event('response.output_text.delta', ',"delta":"x"')).collected).toBeNull();
});

describe('memory', () => {
  test('items beyond the bound are not kept, and only a last event without them fails', () => {
    const big = `"${'x'.repeat(12 * 1024 * 1024)}"`;
    const many = [0, 1, 2]
      .map((index) => event('response.output_item.done', `,"output_index":${index},"item":{"t":${big}}`))
      .join('');
    expect(bodyOf(many + event('response.completed', ',"response":{"output":[1]}'))).toBe('{"output":[1]}');
    expect(collect(many + event('response.completed', ',"response":{"output":[]}')).collected).toMatchObject({
      kind: 'failure',
      message: expect.stringContaining('too large') as string,
    });
  });

  test('a last event beyond the bound is a failure that says what to do', () => {
    const huge = event('response.completed', `,"response":{"t":"${'x'.repeat(17 * 1024 * 1024)}"}`);
    expect(collect(huge, 65_536).collected).toMatchObject({
      kind: 'failure',
      message: expect.stringContaining('ask for a stream') as string,
    });
  });
});
