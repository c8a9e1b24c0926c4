import { describe, expect, test } from 'vitest';
import { cacheLost } from '../../src/shared/cache-loss.ts';
import { type TurnSample, sampleTurn } from '../fakes/turn-sample.ts';

const BEFORE = { tiers: { sent: 'priority' }, tokens: { input: 20_000, cached: 16_000 } };
const AFTER = { tiers: { sent: 'default' }, tokens: { input: 21_000, cached: 0 } };

function lost(before: TurnSample, after: TurnSample): number {
  return cacheLost(sampleTurn(1, { ...BEFORE, ...before }), sampleTurn(2, { ...AFTER, ...after }));
}

describe('a turn in another tier than the one before in its session', () => {
  test.each<[what: string, before: TurnSample, after: TurnSample, tokens: number]>([
    ['that finds nothing in the cache has lost what was there', {}, {}, 16_000],
    ['that finds a little has lost the rest', {}, { tokens: { input: 21_000, cached: 1024 } }, 14_976],
    ['that finds half of it has lost nothing', {}, { tokens: { input: 21_000, cached: 8000 } }, 0],
    ['lost it as well where no tier was named', { tiers: { sent: null } }, {}, 16_000],
    ['has lost nothing where there was nothing', { tokens: { input: 20_000, cached: 0 } }, {}, 0],
    ['has lost nothing where its prompt is a shorter one', {}, { tokens: { input: 15_999, cached: 0 } }, 0],
    ['has lost nothing with another model', {}, { models: { upstream: 'gpt-6-sol' } }, 0],
    ['has lost nothing on another account', {}, { account: 'second' }, 0],
    ['that never left has lost nothing', {}, { sentAt: null }, 0],
    ['after one that never left has lost nothing', { sentAt: null }, {}, 0],
    ['says nothing where its tokens are not known', {}, { tokens: { input: null, cached: null } }, 0],
    ['says nothing where those before are not known', { tokens: { input: null, cached: null } }, {}, 0],
  ])('%s', (_what, before, after, tokens) => {
    expect(lost(before, after)).toBe(tokens);
  });

  test('and one in the same tier has lost nothing by that', () => {
    expect(lost({ tiers: { sent: 'default' } }, {})).toBe(0);
  });
});
