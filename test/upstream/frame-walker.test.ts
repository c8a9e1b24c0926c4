import { describe, expect, test } from 'vitest';
import { FrameEncoder } from '../../src/main/upstream/frame-encoder.ts';
import { closeReason, isCloseCode } from '../../src/main/upstream/frame-code.ts';
import { FrameWalker, type Walked } from '../../src/main/upstream/frame-walker.ts';

/** A frame as a server sends it, or as it must not. */
function frame(
  opcode: number,
  payload: string | Buffer,
  { fin = true, rsv = 0, mask = false, long = false } = {},
): Buffer {
  const body = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const masked = mask ? 0x80 : 0;
  if (long || body.length > 65_535) {
    const header = Buffer.alloc(10);
    header[0] = first;
    header[1] = masked | 127;
    header.writeBigUInt64BE(BigInt(body.length), 2);
    return Buffer.concat([header, body]);
  }
  if (body.length > 125)
    return Buffer.concat([Buffer.from([first, masked | 126, body.length >> 8, body.length & 255]), body]);
  return Buffer.concat([Buffer.from([first, masked | body.length]), body]);
}

/** Walks chunks and gathers what came of them. */
function walk(
  chunks: readonly Buffer[],
  wants = true,
): { messages: string[]; passed: Buffer; end: Walked['end']; walker: FrameWalker } {
  const messages: string[] = [];
  const walker = new FrameWalker({
    wants: () => wants,
    event: (payload, whole) => messages.push(whole ? payload.toString() : `(${payload.length})`),
  });
  const passed: Buffer[] = [];
  let end: Walked['end'] = null;
  for (const chunk of chunks) {
    const walked = walker.push(chunk);
    passed.push(Buffer.from(walked.bytes));
    if ((end = walked.end) !== null) break;
  }
  return { messages, passed: Buffer.concat(passed), end, walker };
}

const STREAM = Buffer.concat([
  frame(1, '{"type":"response.created"}'),
  frame(9, 'ping'),
  frame(1, '{"a":"ä', { fin: false }),
  frame(10, 'pong'),
  frame(0, '', { fin: false }),
  frame(0, '☃🎈"}'),
  frame(2, Buffer.from([0xff, 0xfe])),
  frame(1, ''),
  frame(1, `"${'x'.repeat(200)}"`),
  frame(1, 'long', { long: true }),
]);
const MESSAGES = ['{"type":"response.created"}', '{"a":"ä☃🎈"}', '', `"${'x'.repeat(200)}"`, 'long'];

describe('frames cut anywhere', () => {
  test('pass as they came, and every message is seen, at every cut', () => {
    for (let cut = 0; cut <= STREAM.length; cut += 1) {
      const { messages, passed, end, walker } = walk([STREAM.subarray(0, cut), STREAM.subarray(cut)]);
      expect(end).toBeNull();
      expect(messages).toEqual(MESSAGES);
      expect(passed.equals(STREAM)).toBe(true);
      expect([walker.inFrame, walker.inMessage]).toEqual([false, false]);
    }
  });

  test('pass byte by byte', () => {
    const { messages, passed } = walk(Array.from(STREAM, (byte) => Buffer.from([byte])));
    expect(messages).toEqual(MESSAGES);
    expect(passed.equals(STREAM)).toBe(true);
  });

  test('never pass a control frame or a header in halves', () => {
    for (let cut = 1; cut < STREAM.length; cut += 1) {
      const { passed, walker } = walk([STREAM.subarray(0, cut)]);
      // What is held back is a whole beginning; what was passed ends between frames unless a payload is under way.
      expect(walker.inFrame || cut - passed.length <= 127).toBe(true);
      if (!walker.inFrame) expect(walk([passed]).walker.inFrame).toBe(false);
    }
  });
});

describe('a message is told', () => {
  const fragments = [frame(1, '{"type":"resp', { fin: false }), frame(9, 'x'), frame(0, 'onse.done"}')];
  const stream = Buffer.concat([...fragments, frame(1, '{"type":"response.failed"}'), frame(1, '{"type":"error"}')]);
  const start = fragments.reduce((sum, one) => sum + one.length, 0);
  const ends = [start, start + 28, stream.length];

  test('before its last byte is passed on, in fragments too, wherever the chunks are cut', () => {
    for (let first = 0; first <= stream.length; first += 1) {
      for (let second = first; second <= stream.length; second += 1) {
        let passed = 0;
        const early: number[] = [];
        const walker = new FrameWalker({ wants: () => true, event: () => early.push(passed) });
        for (const chunk of [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)])
          passed += walker.push(chunk).bytes.length;
        expect(passed).toBe(stream.length);
        expect(early).toHaveLength(ends.length);
        early.forEach((before, at) => {
          expect(before).toBeLessThan(ends[at] ?? 0);
        });
      }
    }
  });

  test('in fragments of any size, however many', () => {
    const sizes = [1, 200, 1, 1023, 1024, 5000];
    const text = (count: number): string =>
      Array.from({ length: count }, (_, at) => 'x'.repeat(sizes[at % sizes.length] ?? 1)).join('');
    const parts = Array.from({ length: 3000 }, (_, at) =>
      frame(0, 'x'.repeat(sizes[at % sizes.length] ?? 1), { fin: false }),
    );
    const begin = frame(1, 'begin', { fin: false });
    expect(walk([begin, ...parts, frame(0, 'end')]).messages).toEqual([`begin${text(3000)}end`]);
  });

  test('before its last piece, where pieces go on', () => {
    const order: string[] = [];
    const walker = new FrameWalker(
      { wants: () => true, event: () => order.push('event') },
      { piece: (_, __, last) => order.push(last ? 'last' : 'piece'), control: () => order.push('control') },
    );
    walker.push(stream);
    expect(order).toEqual(['piece', 'control', 'event', 'last', 'event', 'last', 'event', 'last']);
  });
});

describe('a broken rule', () => {
  const good = frame(1, '{"ok":1}');
  test.each([
    ['a reserved bit', frame(1, 'x', { rsv: 4 }), 1002],
    ['a mask', frame(1, 'x', { mask: true }), 1002],
    ['an opcode of tomorrow', frame(3, 'x'), 1002],
    ['a control opcode of tomorrow', frame(11, 'x'), 1002],
    ['a ping in fragments', frame(9, 'x', { fin: false }), 1002],
    ['a ping that is too long', frame(9, 'x'.repeat(126)), 1002],
    ['nothing to continue', frame(0, 'x'), 1002],
    ['a message inside another', Buffer.concat([frame(1, 'x', { fin: false }), frame(1, 'y')]), 1002],
    ['a length beyond belief', Buffer.from([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]), 1002],
    ['text that is no UTF-8', frame(1, Buffer.from([0x61, 0xff])), 1007],
    ['half a letter at the end', frame(1, Buffer.from([0xe2, 0x98])), 1007],
    ['a surrogate', frame(1, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ['half a close code', frame(8, Buffer.from([3])), 1002],
    ['a close code that must not be sent', frame(8, Buffer.from([0x03, 0xed])), 1002],
    ['a close reason that is no UTF-8', frame(8, Buffer.from([0x03, 0xe8, 0xff])), 1007],
  ])('%s ends it, after what was good', (_, bad, fault) => {
    for (let cut = 0; cut <= good.length + bad.length; cut += 1) {
      const all = Buffer.concat([good, bad]);
      const { end, passed, messages, walker } = walk([all.subarray(0, cut), all.subarray(cut)]);
      expect(end).toMatchObject({ fault });
      expect(passed.subarray(0, good.length).equals(good)).toBe(true);
      expect(messages[0]).toBe('{"ok":1}');
      // Where part of the bad frame has been passed, that must be known.
      if (passed.length > good.length && bad[0] === 0x81 && fault === 1007) expect(walker.inFrame).toBe(true);
      else expect(walker.inFrame).toBe(false);
    }
  });
});

test('a close frame is told and not passed on', () => {
  const close = frame(8, Buffer.concat([Buffer.from([0x0f, 0xa0]), Buffer.from('bye ☃')]));
  for (let cut = 0; cut <= close.length; cut += 1) {
    const { end, passed } = walk([close.subarray(0, cut), close.subarray(cut)]);
    expect(end).toEqual({ code: 4000, reason: 'bye ☃' });
    expect(passed).toHaveLength(0);
  }
  expect(walk([frame(8, '')]).end).toEqual({ code: null, reason: '' });
});

describe('a large message', () => {
  const large = Buffer.concat([Buffer.from('{"type":"response.output_item.done","x":"'), Buffer.alloc(20 << 20, 120)]);
  const cut = (bytes: Buffer): Buffer[] => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
    return chunks;
  };

  test('of twenty megabytes passes without being gathered', () => {
    const { messages, passed } = walk(cut(frame(1, large)));
    expect(passed).toHaveLength(large.length + 10);
    expect(messages).toEqual(['(128)']);
  });

  test('that nobody wants is not even begun', () => {
    expect(walk(cut(frame(1, large)), false).messages).toEqual([]);
  });
});

test('stopping lets the message under way end, and nothing after it go on', () => {
  const first = frame(1, 'one', { fin: false });
  const rest = Buffer.concat([frame(0, ' two'), frame(1, 'three')]);
  const walker = new FrameWalker({ wants: () => true, event: () => undefined });
  walker.push(first);
  walker.stop();
  expect(walker.inMessage).toBe(true);
  expect(walker.push(rest).bytes.equals(frame(0, ' two'))).toBe(true);
  expect([walker.inFrame, walker.inMessage]).toEqual([false, false]);
  expect(walker.push(frame(1, 'four')).bytes).toHaveLength(0);
});

describe('the encoder', () => {
  test.each([0, 1, 3, 125, 126, 65_535, 65_536])('masks %i bytes so that they can be read again', (length) => {
    const payload = Buffer.from(Array.from({ length }, (_, at) => at % 251));
    const encoded = new FrameEncoder().encode(2, payload);
    const extra = length > 65_535 ? 8 : length > 125 ? 2 : 0;
    expect(encoded[0]).toBe(0x82);
    expect((encoded[1] ?? 0) & 0x80).toBe(0x80);
    const mask = encoded.subarray(2 + extra, 6 + extra);
    const read = encoded.subarray(6 + extra).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    expect(Buffer.from(read).equals(payload)).toBe(true);
  });

  test('never uses a mask twice in a row, and asks for random bytes seldom', () => {
    let asked = 0;
    const encoder = new FrameEncoder((bytes) => {
      asked += 1;
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * 7 + (at >> 8)) & 255;
    });
    const masks = Array.from({ length: 1000 }, () =>
      encoder.encode(1, Buffer.from('a')).subarray(2, 6).toString('hex'),
    );
    expect(masks.every((mask, at) => mask !== masks[at + 1])).toBe(true);
    expect(asked).toBe(1);
  });
});

test('close codes and reasons', () => {
  expect([1000, 1001, 1011, 1014, 3000, 4999].map(isCloseCode)).toEqual(Array(6).fill(true));
  expect([0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map(isCloseCode)).toEqual(Array(8).fill(false));
  expect(closeReason(`${'x'.repeat(118)}☃`)).toBe('x'.repeat(118));
  expect(closeReason(' short ')).toBe('short');
});
