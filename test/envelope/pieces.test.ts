import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pieces } from '../../src/main/envelope/pieces.ts';

describe('pieces', () => {
  test('are the same whole, however they were cut and whenever it was asked for', () => {
    const sizes = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.nat(3000)), {
      maxLength: 1500,
      size: 'max',
    });
    fc.assert(
      fc.property(sizes, fc.nat(1500), (lengths, asked) => {
        const pieces = new Pieces();
        const expected = lengths.map((length, at) => Buffer.alloc(length, at % 251));
        expected.forEach((piece, at) => {
          pieces.push(piece);
          if (at === asked) pieces.whole();
        });
        const all = Buffer.concat(expected);
        expect(pieces.size).toBe(all.length);
        expect(pieces.whole().equals(all)).toBe(true);
        pieces.clear();
        expect([pieces.size, pieces.whole().length]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  test('of a byte each take little more room than their bytes', () => {
    const pieces = new Pieces();
    const chunk = Buffer.alloc(100_000, 'x');
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 2_000_000; at += 1) pieces.push(chunk.subarray(at % chunk.length, (at % chunk.length) + 1));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60e6);
    expect(pieces.whole().length).toBe(2_000_000);
  });
});
