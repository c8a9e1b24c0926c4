import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clampCooldown, readRetryAfter } from '../../src/main/upstream/retry-after.ts';

const NOW = Date.parse('2026-11-24T21:00:00Z');
const HOUR = 3_600_000;

function read(headers: Readonly<Record<string, string>>): number | null {
  return readRetryAfter((name) => headers[name], NOW);
}

test.each<[string, string, number | null]>([
  ['whole seconds', '7', 7000],
  ['with a sign', '+5', 5000],
  ['with blanks around', ' 5 ', 5000],
  ['a fraction', '1.5', 1500],
  ['a fraction of a millisecond, rounded up', '1.0001', 1001],
  ['less than the floor', '0.2', 1000],
  ['exactly the cap', '3600', HOUR],
  ['more than the cap', '86400', HOUR],
  ['more digits than a number has', '9'.repeat(400), null],
  ['nothing to wait for', '0', null],
  ['negative', '-3', null],
  ['a unit', '5s', null],
  ['an exponent', '1e3', null],
  ['hexadecimal', '0x10', null],
  ['a bare point', '5.', null],
  ['two values in one', '5, 7', null],
  ['a word', 'soon', null],
  ['empty', '', null],
  ['a date as today’s senders write it', 'Tue, 24 Nov 2026 21:00:30 GMT', 30_000],
  ['a date with the day spelled out', 'Tuesday, 24-Nov-26 21:00:30 GMT', 30_000],
  ['a date without a zone', 'Tue Nov 24 21:00:30 2026', 30_000],
  ['a date without a zone, in the first days of a month', 'Tue Dec  1 00:00:00 2026', HOUR],
  ['a date far away', 'Wed, 21 Oct 2037 07:28:00 GMT', HOUR],
  ['a date that has passed', 'Tue, 24 Nov 2026 20:59:59 GMT', null],
  ['the date of this moment', 'Tue, 24 Nov 2026 21:00:00 GMT', null],
  ['a day that no calendar has', 'Tue, 44 Nov 2026 21:00:30 GMT', null],
  ['a day’s name and nothing else', 'Tuesday', null],
  ['a date in no form of HTTP', '2026-11-24T21:00:30Z', null],
])('Retry-After, %s', (_, value, milliseconds) => {
  expect(read({ 'retry-after': value })).toBe(milliseconds);
});

test.each<[string, Readonly<Record<string, string>>, number | null]>([
  ['milliseconds', { 'retry-after-ms': '2500' }, 2500],
  ['a fraction of one', { 'retry-after-ms': '2500.2' }, 2501],
  ['less than the floor', { 'retry-after-ms': '250' }, 1000],
  ['before the seconds', { 'retry-after-ms': '2500', 'retry-after': '30' }, 2500],
  ['garbage, and seconds', { 'retry-after-ms': 'abc', 'retry-after': '7' }, 7000],
  ['zero, and seconds', { 'retry-after-ms': '0', 'retry-after': '7' }, 7000],
  ['negative, and seconds', { 'retry-after-ms': '-1', 'retry-after': '7' }, 7000],
  ['more than the cap', { 'retry-after-ms': '99999999' }, HOUR],
  ['neither', {}, null],
])('retry-after-ms, %s', (_, headers, milliseconds) => {
  expect(read(headers)).toBe(milliseconds);
});

test('a cooldown stays between its floor and its cap, and is a whole number of milliseconds', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true }), fc.integer({ min: 1000, max: 24 * HOUR }), (wished, cap) => {
      const cooldown = clampCooldown(wished, cap);
      expect(Number.isInteger(cooldown)).toBe(true);
      expect(cooldown).toBeGreaterThanOrEqual(1000);
      expect(cooldown).toBeLessThanOrEqual(cap);
    }),
  );
});
