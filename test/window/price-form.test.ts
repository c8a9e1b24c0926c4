import { describe, expect, test } from 'vitest';
import type { PriceOverride } from '../../src/shared/price-override.ts';
import { isSamePlace, type PriceForm, priceFormOf, priceOf, priceProblems } from '../../src/renderer/price-form.ts';

/** A person's own price between the settings and what is typed. */
const PRICE: PriceOverride = {
  model: 'lab-model',
  account: 'lab',
  tiers: { standard: { input: '1.25', cached: '0.125', output: '10' }, batch: { input: '0.5', output: '5' } },
};

function withRate(rates: Readonly<Record<string, string>>, tier: 'standard' | 'fast' = 'standard'): PriceForm {
  const form = priceFormOf({ model: 'm', tiers: { standard: { input: '1', output: '2' } } });
  return { ...form, tiers: { ...form.tiers, [tier]: { ...form.tiers[tier], ...rates } } };
}

describe('a price as a form', () => {
  test('comes back as it was, without what was left empty', () => {
    expect(priceOf(priceFormOf(PRICE))).toEqual(PRICE);
    expect(priceOf(withRate({ input: ' 3 ' }))).toEqual({
      model: 'm',
      tiers: { standard: { input: '3', output: '2' } },
    });
  });

  test.each([
    [withRate({}), {}],
    [withRate({ input: '' }), { 'standard.input': 'rateMissing' }],
    [withRate({ input: '', output: '' }), { tiers: 'noTier' }],
    [withRate({ cached: '0.5' }, 'fast'), { 'fast.input': 'rateMissing', 'fast.output': 'rateMissing' }],
    [withRate({ input: '1,5' }), { 'standard.input': 'rateBad' }],
    [withRate({ output: '-1' }), { 'standard.output': 'rateBad' }],
    [withRate({ output: '1e3' }), { 'standard.output': 'rateBad' }],
    [withRate({ output: '0.0000000001' }), { 'standard.output': 'rateBad' }],
    [{ ...withRate({}), model: '  ' }, { model: 'modelMissing' }],
    [{ ...withRate({}), model: 'x'.repeat(257) }, { model: 'modelLong' }],
  ])('%#: says what is wrong where it stands', (form, problems) => {
    expect(priceProblems(form, [])).toEqual(problems);
  });

  test('is one of a kind for its model and account', () => {
    const everywhere = { model: 'lab-model', tiers: {} };
    expect(priceProblems(priceFormOf(PRICE), [PRICE])).toEqual({ model: 'taken' });
    expect(priceProblems(priceFormOf(PRICE), [everywhere])).toEqual({});
    expect(isSamePlace(PRICE, everywhere)).toBe(false);
    expect(isSamePlace(PRICE, { ...everywhere, account: 'lab' })).toBe(true);
    expect(isSamePlace(PRICE, null)).toBe(false);
  });
});
