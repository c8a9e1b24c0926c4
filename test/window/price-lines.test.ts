import { describe, expect, test } from 'vitest';
import type { PriceRow } from '../../src/shared/calls/bill.ts';
import { priceRows } from '../../src/shared/prices/price-rows.ts';
import { PRICE_TABLE, PRICE_TIERS } from '../../src/shared/prices/table.ts';
import { findLines, overrideFrom, perMillion, PRICED_TIERS, priceLines } from '../../src/renderer/price-lines.ts';
import { priceFormOf, priceProblems } from '../../src/renderer/price-form.ts';
import { slicesOf } from '../../src/renderer/time-slices.ts';

/** The price table as the page shows it. */
const ROWS = priceRows(PRICE_TABLE, [{ model: 'gpt-5.5', tiers: { standard: { input: '1', output: '2' } } }]);

test.each([
  ['1250000', '1.25'],
  ['10000000', '10'],
  ['75000', '0.075'],
  ['1', '0.000001'],
  ['0', '0'],
  ['187500.5', '0.1875005'],
  ['30000000', '30'],
])('%s picodollars a token are %s dollars a million', (picodollars, dollars) => {
  expect(perMillion(picodollars)).toBe(dollars);
});

describe('the lines of the table', () => {
  const lines = priceLines(ROWS);

  test('are one for each tier and length, and each is another', () => {
    const tiers = PRICE_TABLE.rows.reduce(
      (sum, { tiers: known, long }) => sum + Object.keys(known).length + Object.keys(long?.tiers ?? {}).length,
      0,
    );
    expect(lines).toHaveLength(tiers);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
    expect([...PRICED_TIERS]).toEqual([...PRICE_TIERS]);
  });

  test('say which model’s own price counts instead', () => {
    const overridden = lines.filter((line) => line.overridden);
    expect(new Set(overridden.map(({ model }) => model))).toEqual(new Set(['gpt-5.5']));
  });

  test('are found by all of the words, in any case', () => {
    const found = findLines(lines, ' GPT-5.5  fast ');
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ model, tier }) => model.includes('gpt-5.5') && tier === 'fast')).toBe(true);
    expect(findLines(lines, '')).toBe(lines);
    expect(findLines(lines, 'no-such-model')).toEqual([]);
  });

  test('make an own price that can be saved as it is', () => {
    const override = overrideFrom(ROWS, 'gpt-5.5', '2026-11-24');
    expect(override?.tiers.standard?.input).toMatch(/^\d/);
    expect(priceProblems(priceFormOf(override), [])).toEqual({});
    expect(overrideFrom(ROWS, 'no-such-model', '2026-11-24')).toBeNull();
  });

  test('make it of the price that counts on the day, from the official provider', () => {
    const row = (provider: string, effectiveFrom: string, input: string): PriceRow => ({
      provider,
      model: 'm',
      effectiveFrom,
      source: 'somewhere',
      overridden: false,
      tiers: { standard: { input, cached: null, cacheWrite: null, cacheWriteHour: null, output: '9000000' } },
      longContext: null,
    });
    const rows = [
      row('official', '2026-01-01', '1000000'),
      row('official', '2026-06-01', '2000000'),
      row('official', '2027-01-01', '3000000'),
      row('reseller', '2026-09-01', '4000000'),
    ];
    const input = (day: string): string | undefined => overrideFrom(rows, 'm', day)?.tiers.standard?.input;
    expect(['2026-05-31', '2026-06-01', '2026-11-24', '2027-01-01'].map(input)).toEqual(['1', '2', '2', '3']);
  });
});

describe('the slices of time in which turns are priced again', () => {
  test.each([
    [[], 24, [{}]],
    [[5], 24, [{}]],
    [[30, 10, 20], 24, [{ until: 20 }, { from: 20, until: 30 }, { from: 30 }]],
    [[1, 2, 3, 4, 5], 2, [{ until: 4 }, { from: 4 }]],
  ])('of days %j in at most %i are %j', (days, most, slices) => {
    expect(slicesOf(days, most)).toEqual(slices);
  });

  test('are never more than asked for', () => {
    for (let days = 0; days < 200; days += 1)
      expect(
        slicesOf(
          Array.from({ length: days }, (_, day) => day),
          24,
        ).length,
      ).toBeLessThanOrEqual(24);
  });
});
