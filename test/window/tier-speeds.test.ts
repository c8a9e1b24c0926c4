import { expect, test } from 'vitest';
import type { Sums } from '../../src/shared/calls/bill.ts';
import { tierSpeeds } from '../../src/renderer/tier-speeds.ts';

/** Whether Fast was faster is told by models that ran in both. */
type Group = Parameters<typeof tierSpeeds>[0][number];

const group = (
  model: string | null,
  tier: string | null,
  turns: number,
  tokensPerSecond: number | null,
  firstTokenMs: number | null = null,
): Group => ({ key: [model, tier], sums: { turns, tokensPerSecond, firstTokenMs } as Sums });

test('a model at its tiers stands together, cheapest first, beside its own Standard', () => {
  const groups = [
    group('sol', 'priority', 2, 80, 300),
    group('luna', 'flex', 50, 10),
    group('sol', 'default', 3, 32, 900),
    group('luna', 'priority', 1, 40),
    group('sol', 'ultrafast', 1, 160),
  ];
  expect(tierSpeeds(groups, 4)).toEqual([
    { model: 'luna', tier: 'flex', first: true, turns: 50, tokensPerSecond: 10, firstTokenMs: null, times: null },
    { model: 'luna', tier: 'priority', first: false, turns: 1, tokensPerSecond: 40, firstTokenMs: null, times: null },
    { model: 'sol', tier: 'default', first: true, turns: 3, tokensPerSecond: 32, firstTokenMs: 900, times: null },
    { model: 'sol', tier: 'priority', first: false, turns: 2, tokensPerSecond: 80, firstTokenMs: 300, times: 2.5 },
    { model: 'sol', tier: 'ultrafast', first: false, turns: 1, tokensPerSecond: 160, firstTokenMs: null, times: 5 },
  ]);
});

test.each<[what: string, groups: Group[]]>([
  ['nothing', []],
  ['one tier', [group('sol', 'default', 9, 30)]],
  ['a second tier whose speed is not known', [group('sol', 'default', 9, 30), group('sol', 'priority', 9, null)]],
  ['a second tier that is not known', [group('sol', 'default', 9, 30), group('sol', null, 9, 60)]],
  ['two models', [group('sol', 'default', 9, 30), group('luna', 'priority', 9, 60)]],
  ['turns without a model', [group(null, 'default', 9, 30), group(null, 'priority', 9, 60)]],
])('%s compares with nothing', (_, groups) => {
  expect(tierSpeeds(groups, 4)).toEqual([]);
});

test('only so many models are told, the most used', () => {
  const groups = ['a', 'b', 'c'].flatMap((model, index) => [
    group(model, 'default', index, 30),
    group(model, 'priority', 1, 60),
  ]);
  expect(tierSpeeds(groups, 2).map(({ model }) => model)).toEqual(['c', 'c', 'b', 'b']);
});
