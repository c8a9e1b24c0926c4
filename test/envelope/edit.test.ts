import { describe, expect, test } from 'vitest';
import { applyEdits, insertMember, removeMembers, replaceValue } from '../../src/main/envelope/edit.ts';
import { type Envelope, isFault, scan } from '../../src/main/envelope/scan.ts';
import { watch } from '../../src/main/envelope/watch.ts';

const WATCHED = watch({ t: true, session: { t: true } });

function read(bytes: Buffer): Envelope {
  const envelope = scan(bytes, WATCHED);
  if (isFault(envelope)) throw new Error(envelope.fault);
  return envelope;
}

/** The text without its members of a path. */
function without(text: string, path = 't'): string {
  const bytes = Buffer.from(text);
  const members = read(bytes).occurrences.filter((occurrence) => occurrence.path === path);
  return applyEdits(bytes, removeMembers(members)).toString();
}

describe('taking members out', () => {
  test('takes one pass, however often a member is there', () => {
    const text = `{"a":1${',"t":1'.repeat(300_000)}}`;
    expect(without(text)).toBe('{"a":1}');
    expect(without(`{"t":1${',"t":1'.repeat(300_000)}}`)).toBe('{}');
  });

  test.each<[before: string, after: string]>([
    ['{"t":1}', '{}'],
    ['{ "t" : 1 }', '{  }'],
    ['{"t":1,"a":2}', '{"a":2}'],
    ['{"a":2,"t":1}', '{"a":2}'],
    ['{"a":2,"t":1,"b":3}', '{"a":2,"b":3}'],
    ['{"t":1,"t":2}', '{}'],
    ['{"t":1,"a":2,"t":3}', '{"a":2}'],
    ['{"a":2,"t":1,"t":3,"b":4}', '{"a":2,"b":4}'],
    ['{"t":1,"t":2,"a":3}', '{"a":3}'],
    ['{"t":1,"t":2,"a":3,"t":4}', '{"a":3}'],
    ['{"\\u0074":1,"a":2}', '{"a":2}'],
    ['{"t":{"deep":[1,",}"]},"a":"t"}', '{"a":"t"}'],
    ['{\n  "a": 2,\n  "t": 1,\n  "b": 3\n}', '{\n  "a": 2,\n  "b": 3\n}'],
    ['{"a":1e400,"t":1,"a":1.10,"b":-0}', '{"a":1e400,"a":1.10,"b":-0}'],
    ['{"caf\u00e9":"\u2603","t":1,"z":"\ud83d\ude00"}', '{"caf\u00e9":"\u2603","z":"\ud83d\ude00"}'],
    ['{"a":2}', '{"a":2}'],
  ])('%j becomes %j', (before, after) => {
    expect(without(before)).toBe(after);
    expect(isFault(scan(Buffer.from(without(before)), WATCHED))).toBe(false);
  });

  test('of an inner object leaves the outer one as it is', () => {
    expect(without('{"t":1,"session":{"t":2,"x":3},"a":4}', 'session.t')).toBe('{"t":1,"session":{"x":3},"a":4}');
  });

  test('of several objects at once counts each object’s own commas', () => {
    const bytes = Buffer.from('{"session":{"x":0,"t":1},"t":2,"a":3}');
    const members = read(bytes).occurrences.filter(({ path }) => path.endsWith('t'));
    expect(applyEdits(bytes, removeMembers(members)).toString()).toBe('{"session":{"x":0},"a":3}');
  });
});

describe('putting another value in', () => {
  test.each<[before: string, value: string, after: string]>([
    ['{"t":"a"}', 'flex', '{"t":"flex"}'],
    ['{ "t" : "a" , "b":1}', '', '{ "t" : "" , "b":1}'],
    ['{"t":{"x":[1]}}', 'm', '{"t":"m"}'],
    ['{"t":1}', 'a"b\\c\n\u2603', '{"t":"a\\"b\\\\c\\n\u2603"}'],
    ['{"t":1,"t":2}', 'm', '{"t":"m","t":"m"}'],
  ])('%j with %j becomes %j', (before, value, after) => {
    const bytes = Buffer.from(before);
    const edits = read(bytes).occurrences.map((occurrence) => replaceValue(occurrence, value));
    expect(applyEdits(bytes, edits).toString()).toBe(after);
  });
});

describe('adding a member', () => {
  test.each<[before: string, after: string]>([
    ['{}', '{"t":"flex"}'],
    [' { } ', ' {"t":"flex" } '],
    ['{"a":1}', '{"a":1,"t":"flex"}'],
    ['{"a":{"b":[]} \n}', '{"a":{"b":[]},"t":"flex" \n}'],
  ])('%j becomes %j', (before, after) => {
    const bytes = Buffer.from(before);
    expect(applyEdits(bytes, [insertMember(read(bytes), 't', 'flex')]).toString()).toBe(after);
  });
});

describe('applying edits', () => {
  const original = Buffer.from('0123456789');

  test('none gives the very same bytes', () => {
    expect(applyEdits(original, [])).toBe(original);
  });

  test('any order gives the same, and the original stays as it was', () => {
    const edits = [
      { start: 8, end: 10, text: 'END' },
      { start: 0, end: 1, text: '' },
      { start: 4, end: 4, text: '\u2603' },
    ];
    expect(applyEdits(original, edits).toString()).toBe('123\u2603' + '4567END');
    expect(applyEdits(original, edits.toReversed())).toEqual(applyEdits(original, edits));
    expect(original.toString()).toBe('0123456789');
  });

  test('a removal and an addition at the end of one object fit together', () => {
    const bytes = Buffer.from('{"a":1,"session":{"t":2}}');
    const envelope = read(bytes);
    const members = envelope.occurrences.filter(({ path }) => path === 'session.t');
    const edits = [...removeMembers(members), insertMember(envelope, 't', 'x')];
    expect(applyEdits(bytes, edits).toString()).toBe('{"a":1,"session":{},"t":"x"}');
  });
});
