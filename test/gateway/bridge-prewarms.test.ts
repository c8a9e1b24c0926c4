import { describe, expect, test } from 'vitest';
import { type ClientFrame, readFrame } from '../../src/main/dialects/client-frame.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { BridgePrewarms } from '../../src/main/gateway/bridge-prewarms.ts';

function prewarm(input: unknown, previous?: string): ClientFrame {
  const frame = readFrame(
    Buffer.from(
      JSON.stringify({ type: 'response.create', model: 'm', generate: false, input, previous_response_id: previous }),
    ),
  );
  if (isUnread(frame)) throw new TypeError(frame.error.message);
  return frame;
}

/** An item of so many bytes. */
const item = (bytes: number): string => 'x'.repeat(bytes - 2);
const LIMIT = 100;

describe('what a session remembers of its prewarms', () => {
  test('each holds what it went on from', () => {
    const kept = new BridgePrewarms();
    expect(kept.keep('a', prewarm(['one']), LIMIT)).toBe(true);
    expect(kept.keep('b', prewarm(['two', 'three'], 'a'), LIMIT)).toBe(true);
    expect(kept.keep('c', prewarm([], 'b'), LIMIT)).toBe(true);
    expect(kept.get('b')?.toString()).toBe('"one","two","three"');
    expect(kept.get('c')?.toString()).toBe('"one","two","three"');
  });

  test('nothing is kept of an input that is no list, or that goes on from what is not known', () => {
    const kept = new BridgePrewarms();
    expect(kept.keep('a', prewarm('text'), LIMIT)).toBe(true);
    expect(kept.keep('b', prewarm(['one'], 'resp_old'), LIMIT)).toBe(true);
    expect([kept.get('a'), kept.get('b')]).toEqual([null, null]);
  });

  test('the oldest is forgotten with the ninth', () => {
    const kept = new BridgePrewarms();
    for (let count = 0; count < 9; count += 1) kept.keep(`${count}`, prewarm(['i']), LIMIT);
    expect(kept.get('0')).toBeNull();
    expect(kept.get('1')?.toString()).toBe('"i"');
  });
});

describe('attack: prewarms that grow without end', () => {
  test('one that would go beyond the limit is not kept, and those before it are', () => {
    const kept = new BridgePrewarms();
    expect(kept.keep('a', prewarm([item(60)]), LIMIT)).toBe(true);
    expect(kept.keep('b', prewarm([item(41)], 'a'), LIMIT)).toBe(false);
    expect(kept.get('a')).not.toBeNull();
    expect(kept.get('b')).toBeNull();
  });

  test('all together stay within the limit, the newest longest', () => {
    const kept = new BridgePrewarms();
    for (const id of ['a', 'b', 'c']) kept.keep(id, prewarm([item(40)]), LIMIT);
    expect(['a', 'b', 'c'].map((id) => kept.get(id)?.length ?? 0)).toEqual([0, 40, 40]);
    kept.clear();
    for (const id of ['d', 'e']) kept.keep(id, prewarm([item(50)]), LIMIT);
    expect(['c', 'd', 'e'].map((id) => kept.get(id)?.length ?? 0)).toEqual([0, 50, 50]);
  });
});
