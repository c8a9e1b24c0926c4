import { expect, test } from 'vitest';
import { numberOf } from '../../src/renderer/number-text.ts';

/** What a person types into a setting that is a number. */
test.each([
  ['4141', { min: 1, max: 65_535 }, 4141],
  [' 80 ', { min: 1, max: 65_535 }, 80],
  ['1', { min: 1, max: 10 }, 1],
  ['10', { min: 1, max: 10 }, 10],
  ['0', { min: 1, max: 10 }, undefined],
  ['11', { min: 1, max: 10 }, undefined],
  ['-1', { min: -5, max: 10 }, undefined],
  ['1.5', { min: 1, max: 10 }, undefined],
  ['12.5', { min: 0, max: 100, fraction: true }, 12.5],
  ['100.01', { min: 0, max: 100, fraction: true }, undefined],
  ['1e2', { min: 1, max: 1000 }, undefined],
  ['0x10', { min: 1, max: 1000 }, undefined],
  ['1,000', { min: 1, max: 2000 }, undefined],
  ['seven', { min: 1, max: 10 }, undefined],
  ['', { min: 1, max: 10 }, undefined],
  ['', { min: 1, max: 10, optional: true }, null],
  ['  ', { min: 1, max: 10, optional: true }, null],
] as const)('%j within %j is %j', (text, bounds, number) => {
  expect(numberOf(text, bounds)).toBe(number);
});
