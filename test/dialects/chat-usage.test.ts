import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import { UsageFilter } from '../../src/main/dialects/chat-usage.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { applyEdits } from '../../src/main/envelope/edit.ts';

function added(body: string): string {
  const asked = chat.read(Buffer.from(body));
  if (isUnread(asked)) throw new Error(asked.error.message);
  return applyEdits(asked.bytes, asked.additions).toString();
}

describe('a stream is asked to end with its usage', () => {
  test.each([
    ['{"model":"m","stream":true}', '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'],
    [
      '{"stream_options":null,"stream":true,"model":"m"}',
      '{"stream_options":{"include_usage":true},"stream":true,"model":"m"}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{ }}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true }}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"a":1}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"a":1}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    ],
  ])('%s', (body, asked) => {
    expect(added(body)).toBe(asked);
  });

  test.each([
    '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    '{"model":"m","stream":false}',
    '{"model":"m"}',
    '{"model":"m","stream":true,"stream_options":"yes"}',
    '{"model":"m","stream":true,"stream_options":{"include_usage":"yes"}}',
    '{"model":"m","stream":true,"Stream_Options":{}}',
    '{"model":"m","stream":true,"stream_options":{},"stream_options":{}}',
  ])('but nothing is changed in %s', (body) => {
    expect(added(body)).toBe(body);
  });
});

const CHUNK = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a \\"choices\\":[] b"}}],"usage":null}\n\n';
const FIRST = 'data: {"id":"c","choices":[],"prompt_filter_results":[]}\n\n';
const USAGE = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1}}\n\n';
const DONE = 'data: [DONE]\n\n';

function filtered(text: string, size: number): string {
  const filter = new UsageFilter();
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(filter.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, filter.end()]).toString();
}

describe('the chunk that the tool did not ask for is kept from it, and nothing else', () => {
  test.each([1, 2, 5, 40, 1000])('in pieces of %i bytes', (size) => {
    expect(filtered(FIRST + CHUNK + ': ping\n\n' + CHUNK + USAGE + DONE, size)).toBe(
      FIRST + CHUNK + ': ping\n\n' + CHUNK + DONE,
    );
  });

  test('with other line ends', () => {
    const windows = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(filtered(windows(CHUNK + USAGE + DONE), 7)).toBe(windows(CHUNK + DONE));
  });

  test('a stream that ends inside an event loses nothing', () => {
    const half = CHUNK.slice(0, 30);
    expect(filtered(CHUNK + half, 9)).toBe(CHUNK + half);
    expect(filtered(CHUNK + USAGE.trimEnd(), 9)).toBe(CHUNK);
  });

  test('an event too long to be held passes as it comes', () => {
    const filter = new UsageFilter();
    const long = `data: {"choices":[{"delta":{"content":"${'x'.repeat(100_000)}`;
    expect(filter.push(Buffer.from(long)).length).toBeGreaterThan(90_000);
    const rest = filter.push(Buffer.from(`"}}]}\n\n${USAGE}${DONE}`)).toString() + filter.end().toString();
    expect(rest.endsWith(`"}}]}\n\n${DONE}`)).toBe(true);
    expect(rest).not.toContain('prompt_tokens');
  });
});
