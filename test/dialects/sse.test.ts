import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type SseInterest, SseWalker } from '../../src/main/dialects/sse.ts';

/** Wants what it is told to, and keeps every payload it is shown. */
class Collector implements SseInterest {
  readonly longestName = 64;
  readonly payloads: string[] = [];
  readonly asked = new Set<string | null>();
  readonly #wanted: (event: string | null) => boolean;
  readonly #whole: (data: string) => boolean;

  constructor(wanted: (event: string | null) => boolean = () => true, whole: (data: string) => boolean = () => true) {
    this.#wanted = wanted;
    this.#whole = whole;
  }

  wants(event: string | null): boolean {
    this.asked.add(event);
    return this.#wanted(event);
  }

  payload(data: Buffer): boolean {
    this.payloads.push(data.toString());
    return this.#whole(data.toString());
  }
}

function walk(collector: Collector, chunks: Iterable<string | Buffer>): readonly string[] {
  const walker = new SseWalker(collector);
  for (const chunk of chunks) walker.push(Buffer.from(chunk));
  walker.end();
  return collector.payloads;
}

/** Everything a stream may hold that is not a plain event. */
const STREAM = [
  ': a comment',
  '',
  'event: wanted',
  'id: 7',
  'data: one',
  '',
  'event: unwanted',
  'data: two',
  '',
  'retry: 10',
  'data:three, without a blank',
  '',
  'event:wanted',
  'data:  four, with two',
  'data: five, in the same event',
  '',
  '',
  'data',
  'data:',
  'dat: no field',
  'event',
  'data: s\u00efx \u2603',
  '',
  'event: wanted',
  'data: last, without an empty line',
].join('\n');

const SEEN = [
  'one',
  'three, without a blank',
  ' four, with two',
  'five, in the same event',
  '',
  's\u00efx \u2603',
  'last, without an empty line',
];

const wanted = (event: string | null): boolean => event === null || event === 'wanted';

describe.each([
  ['line feeds', STREAM],
  ['carriage returns and line feeds', STREAM.replaceAll('\n', '\r\n')],
])('a stream with %s', (_name, text) => {
  const bytes = Buffer.from(text);

  test('shows every wanted payload and no other', () => {
    expect(walk(new Collector(wanted), [bytes])).toEqual(SEEN);
  });

  test('shows the same when it is cut in two, anywhere', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(walk(new Collector(wanted), [bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(SEEN);
  });

  test('shows the same byte by byte', () => {
    expect(
      walk(
        new Collector(wanted),
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(SEEN);
  });

  test('shows the same when the last line ends', () => {
    expect(walk(new Collector(wanted), [bytes, '\n\n'])).toEqual(SEEN);
  });
});

test('an event name longer than any wanted one is not even asked about', () => {
  const collector = new Collector(() => true);
  expect(walk(collector, [`event: ${'x'.repeat(65)}\ndata: a\n\nevent: ${'y'.repeat(64)}\ndata: b\n\n`])).toEqual([
    'b',
  ]);
  expect([...collector.asked]).toEqual([null, 'y'.repeat(64)]);
});

test('a payload over several data lines is put together with line feeds', () => {
  const collector = new Collector(wanted, (data) => data.endsWith('}'));
  expect(
    walk(collector, ['data: {\ndata:  "a":\ndata: 1}\n\ndata: {}\n\n']).filter((data) => data.endsWith('}')),
  ).toEqual(['{\n "a":\n1}', '{}']);
});

test('an empty line ends a payload that was never whole', () => {
  const collector = new Collector(wanted, (data) => data === '{}');
  expect(walk(collector, ['data: {\n\ndata: {}\n\n'])).toEqual(['{', '{}']);
});

test('attack: a payload over very many lines costs no more than a few readings of it', () => {
  const collector = new Collector(wanted, () => false);
  const stream = `data: {\n${'data: "a":1,\n'.repeat(2000)}\n`;
  const shown = walk(collector, [stream]).reduce((sum, payload) => sum + payload.length, 0);
  expect(shown).toBeLessThan(4 * stream.length);
});

test('attack: an event of empty lines without end is given up', () => {
  const collector = new Collector(wanted, () => false);
  walk(collector, ['data: {\n', Buffer.alloc(6 * 500_000, 'data:\n'), 'data: }\n\n', 'data: next\n\n']);
  expect(collector.payloads).toEqual(['{', 'next']);
});

describe('attack: lines without an end', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const MEBIBYTE = 1024 * 1024;

  /** How many MiB of a line are held while its end is still to come. */
  async function heldOf(start: string, mebibytes = 64): Promise<number> {
    const walker = new SseWalker(new Collector(wanted));
    walker.push(Buffer.from(start));
    const chunks = Array.from({ length: mebibytes }, () => {
      const chunk = Buffer.alloc(MEBIBYTE, 'x');
      walker.push(chunk);
      return new WeakRef(chunk.buffer);
    });
    // A weak reference holds on to what it names until this turn of the event loop is over.
    await setImmediate();
    collectGarbage();
    const held = chunks.filter((chunk) => chunk.deref() !== undefined).length;
    walker.end();
    return held;
  }

  test.each([
    ['the data of an unwanted event', 'event: unwanted\ndata: '],
    ['a field nobody reads', 'id: '],
    ['a comment', ': '],
    ['no field at all', 'xxxxxxxx'],
    ['wanted data, beyond all bounds', 'event: wanted\ndata: '],
  ])('%s is not kept', async (_name, start) => {
    expect(await heldOf(start)).toBeLessThanOrEqual(1);
  });

  test('wanted data is kept, within bounds', async () => {
    expect(await heldOf('event: wanted\ndata: ', 12)).toBe(12);
  });

  test('after such a line the next is read again', () => {
    const collector = new Collector(wanted);
    const huge = Buffer.alloc(17 * MEBIBYTE, 'x');
    expect(walk(collector, ['data: ', huge, '\ndata: next\n\n', ': ', huge, '\n\ndata: last\n\n'])).toEqual([
      'next',
      'last',
    ]);
  });
});
