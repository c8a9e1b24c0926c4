import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PRICE_TABLE } from '../../../src/shared/prices/table.ts';
import { type TurnPrice, UNPRICED } from '../../../src/shared/pricing.ts';
import { type TurnFacts, allTiers, samplePricing, turnOf } from './turn-price.ts';

/** A made-up turn, and its figures by the second calculation; null is not known. */
interface Vector extends TurnFacts {
  readonly name: string;
  readonly expected: {
    readonly input: number;
    readonly cached: number;
    readonly cacheWrite: number;
    readonly cacheWriteHour: number;
    readonly output: number;
    readonly total: number;
    readonly basis: 'money' | 'credits';
    readonly saved: number | null;
    readonly premium: number | null;
    readonly source: 'table' | 'settings';
  } | null;
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../vectors/priced-turns.json', import.meta.url), 'utf8'),
) as Vector[];

const pricing = samplePricing();

function figures({ expected }: Vector): TurnPrice {
  if (expected === null) return UNPRICED;
  const { basis, saved, premium, source, ...cost } = expected;
  return {
    cost,
    costBasis: basis,
    saved,
    premium,
    priceVersion: source === 'table' ? PRICE_TABLE.version : 'settings',
  };
}

describe('a turn costs what the second calculation says', () => {
  test('which covers enough of them', () => {
    expect(VECTORS.length).toBeGreaterThanOrEqual(150);
    expect(VECTORS.filter(({ expected }) => expected !== null).length).toBeGreaterThanOrEqual(150);
    expect(VECTORS.filter(({ expected }) => expected === null).length).toBeGreaterThan(50);
  });

  test.each(VECTORS.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    expect(pricing.price(turnOf(vector))).toEqual(figures(vector));
  });
});

/** Worked out by hand, so that the second calculation is held against something as well. */
describe('a turn costs what a pencil says', () => {
  const money = (
    cost: Partial<TurnPrice['cost']>,
    saved: number,
    premium: number,
    basis: 'money' | 'credits' = 'money',
  ) => ({
    cost,
    costBasis: basis,
    saved,
    premium,
  });

  test.each<[name: string, facts: TurnFacts, figures: object]>([
    [
      // 200 × 5 + 800 × 0.5 + 100 × 30 = 1000 + 400 + 3000 millionths of a dollar.
      'gpt-5.5 at Standard with a cache',
      { model: 'gpt-5.5', tiers: allTiers('default'), tokens: { input: 1000, cached: 800, output: 100 } },
      money({ input: 1e9, cached: 4e8, cacheWrite: 0, output: 3e9, total: 4_400_000_000 }, 0, 0),
    ],
    [
      // Fast is 2.5 times Standard here: 200 × 12.5 + 800 × 1.25 + 100 × 75 = 11,000; 6,600 of it for being fast.
      'gpt-5.5 at Fast',
      { model: 'gpt-5.5', tiers: allTiers('priority'), tokens: { input: 1000, cached: 800, output: 100 } },
      money({ input: 25e8, cached: 1e9, cacheWrite: 0, output: 75e8, total: 11_000_000_000 }, 0, 6_600_000_000),
    ],
    [
      // The same asked for at Fast and filtered: 11,000 − 4,400.
      'gpt-5.5 with Fast filtered',
      {
        model: 'gpt-5.5',
        verdict: 'filter',
        tiers: { requested: 'fast', sent: 'default', served: 'default', billed: 'default' },
        tokens: { input: 1000, cached: 800, output: 100 },
      },
      money({ input: 1e9, cached: 4e8, cacheWrite: 0, output: 3e9, total: 4_400_000_000 }, 6_600_000_000, 0),
    ],
    [
      // One token of each at Flex: 0.05, 0.005, 0.0625 and 0.25 millionths of a dollar.
      'gpt-6-luna at Flex, where a token costs less than a nanodollar',
      { model: 'gpt-6-luna', tiers: allTiers('flex'), tokens: { input: 3, cached: 1, cacheWrite: 1, output: 1 } },
      money({ input: 50_000, cached: 5000, cacheWrite: 62_500, output: 250_000, total: 367_500 }, 0, 0),
    ],
    [
      // 272,001 tokens: twice the input, one and a half times the output, and no Fast: 272,001 × 10 + 10 × 45.
      'a long request that was sent at Fast where Fast is not sold so long',
      { model: 'gpt-5.5', tiers: allTiers('priority'), tokens: { input: 272_001, cached: 0, output: 10 } },
      money(
        { input: 2_720_010_000_000, cached: 0, cacheWrite: 0, output: 450_000_000, total: 2_720_460_000_000 },
        0,
        0,
      ),
    ],
    [
      // Cache writes at Fast: 10 × 10 + 20 × 1 + 30 × 12.5 + 5 × 50 = 100 + 20 + 375 + 250; half of it is the premium.
      'claude-opus-5 at Fast',
      {
        model: 'claude-opus-5',
        account: 'anthropic',
        tiers: allTiers('priority'),
        tokens: { input: 60, cached: 20, cacheWrite: 30, output: 5 },
      },
      money({ input: 1e8, cached: 2e7, cacheWrite: 375e6, output: 25e7, total: 745_000_000 }, 0, 372_500_000),
    ],
    [
      // Of 30 written tokens 20 for an hour: 10 × 5 + 20 × 0.5 + 10 × 6.25 + 20 × 10 + 5 × 25 = 50 + 10 + 62.5 + 200 + 125.
      'claude-opus-5 with an hour of cache',
      {
        model: 'claude-opus-5',
        account: 'anthropic',
        tiers: allTiers('default'),
        tokens: { input: 60, cached: 20, cacheWrite: 30, cacheWriteHour: 20, output: 5 },
      },
      money(
        { input: 5e7, cached: 1e7, cacheWrite: 62_500_000, cacheWriteHour: 2e8, output: 125e6, total: 447_500_000 },
        0,
        0,
      ),
    ],
    [
      // A tenth more: 1000 × 0.11 = 110.
      'gpt-6-luna in one region',
      { model: 'gpt-6-luna', account: 'region', tiers: allTiers('default'), tokens: { input: 1000, output: 0 } },
      money({ input: 110_000_000, cached: 0, cacheWrite: 0, output: 0, total: 110_000_000 }, 0, 0),
    ],
    [
      // 0.123456789 dollars a million are 123,456.789 picodollars; the half of .5 goes up: 500 × 123,456.789 = 61,728,394.5.
      'an own price with a fraction of a picodollar',
      { model: 'house-model', tiers: allTiers('default'), tokens: { input: 500, output: 0 } },
      money({ input: 61_728_395, cached: 0, cacheWrite: 0, output: 0, total: 61_728_395 }, 0, 0),
    ],
    [
      'a plan: no money, and no word of a tier needed',
      { model: 'gpt-5.5', account: 'plan', tiers: allTiers(null), tokens: { input: 100, output: 10 } },
      money({ input: 5e8, cached: 0, cacheWrite: 0, output: 3e8, total: 8e8 }, 0, 0, 'credits'),
    ],
  ])('%s', (_name, facts, expected) => {
    expect(pricing.price(turnOf(facts))).toMatchObject(expected);
  });
});

test.each([
  ['a fallback of its own price', 'anthropic', 'claude-opus-5', 'claude-haiku-4-5', 'claude-haiku-4-5'],
  ['the same model as of a day', 'openai', 'gpt-5.5', 'gpt-5.5-2026-04-23', 'gpt-5.5'],
  ['a model that nobody knows', 'openai', 'gpt-5.5', 'gpt-nobody', 'gpt-5.5'],
  ['nothing', 'openai', 'gpt-5.5', null, 'gpt-5.5'],
  ['another, of a plan, whose answers prove nothing', 'plan', 'gpt-5.5', 'gpt-6-luna', 'gpt-5.5'],
  ['another where the person gave a price to what was asked for', 'negotiated', 'gpt-5.5', 'gpt-6-luna', 'gpt-5.5'],
])('a turn whose answer names %s costs what that costs', (_, account, model, served, priced) => {
  const facts = { account, tiers: allTiers('default'), tokens: { input: 1000, output: 100 } };
  const own = pricing.price(turnOf({ ...facts, model: priced }));
  expect(own.cost.total).toBeGreaterThan(0);
  expect(pricing.price(turnOf({ ...facts, model, served }))).toEqual(own);
});

test('an answer by another model makes no price for a name that has none', () => {
  const facts = { tiers: allTiers('default'), tokens: { input: 1000, output: 100 } };
  expect(pricing.price(turnOf({ ...facts, model: 'gpt-nobody', served: 'gpt-5.5' }))).toEqual(UNPRICED);
});

test('what Groq calls on_demand is Standard', () => {
  const facts = { account: 'groq', model: 'llama-3.3-70b-versatile', tokens: { input: 1000, output: 100 } };
  const told = pricing.price(turnOf({ ...facts, tiers: allTiers('on_demand') }));
  expect(told.cost.total).toBeGreaterThan(0);
  expect(told).toEqual(pricing.price(turnOf({ ...facts, tiers: allTiers('default') })));
});

describe('what runs no model', () => {
  const asked = { model: 'claude-opus-5', tiers: allTiers(null), tokens: {} };

  test.each([
    ['/messages/count_tokens', 'anthropic', 'money'],
    ['/files', 'openai', 'money'],
    ['/files/file-1/content', 'openai', 'money'],
    ['/batches/batch_1/cancel', 'openai', 'money'],
    ['/messages/batches/msgbatch_1/results', 'anthropic', 'money'],
    ['/messages/count_tokens', 'plan', 'credits'],
  ])('costs nothing: %s of %s', (route, account, costBasis) => {
    const turn = turnOf({ ...asked, route, account });
    expect(pricing.price(turn)).toEqual({
      cost: { input: 0, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, total: 0 },
      costBasis,
      saved: 0,
      premium: 0,
      priceVersion: null,
    });
    expect(pricing.costAt(turn, 'priority')).toBe(0);
  });

  test.each(['/batches', '/messages/batches', '/messages', '/images/edits', '/filesystem', '/messages/count_tokens/x'])(
    'and nothing else does: %s',
    (route) => {
      expect(pricing.price(turnOf({ ...asked, route, account: 'anthropic' }))).toEqual(UNPRICED);
    },
  );

  test('nor what never left, or went nobody knows where', () => {
    const route = '/files';
    for (const facts of [{ left: false }, { account: 'gone' }])
      expect(pricing.price(turnOf({ ...asked, route, ...facts }))).toEqual(UNPRICED);
  });
});

describe('what a turn would have cost in another tier', () => {
  const facts = { model: 'gpt-5.5', tokens: { input: 1000, cached: 800, output: 100 } };

  test.each<[tier: string | null, account: string, cost: number | null]>([
    ['default', 'openai', 4_400_000_000],
    [' Fast ', 'openai', 11_000_000_000],
    ['flex', 'openai', 2_200_000_000],
    ['ultrafast', 'openai', null],
    ['auto', 'openai', null],
    [null, 'openai', null],
    [null, 'plan', 4_400_000_000],
  ])('%s on %s', (tier, account, cost) => {
    expect(pricing.costAt(turnOf({ ...facts, account, tiers: allTiers('default') }), tier)).toBe(cost);
  });
});
