import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, ewma, orderCandidates, scoresOf } from '../../src/main/upstream/scheduler.ts';

function candidate(id: string, over: Partial<Candidate> = {}): Candidate {
  return { id, priority: 1, open: 0, waiting: 0, limit: 0, errors: 0, firstToken: null, ...over };
}

/** The ids in the order in which they would be asked. */
function order(candidates: readonly Candidate[], seed: string): string[] {
  return orderCandidates(candidates, seed).map((index) => candidates[index]?.id ?? '?');
}

function score(first: Partial<Candidate>, second: Partial<Candidate> = {}): number {
  return scoresOf([candidate('a', first), candidate('b', second)])[0] ?? Number.NaN;
}

/** Nothing is held against an account of which nothing is known: 1 + 1 + 0.7 + 0.8, and half of 0.5. */
const BEST = 3.75;

describe('what an account’s score is made of', () => {
  test.each<[string, Partial<Candidate>, Partial<Candidate>, number]>([
    ['nothing known', {}, {}, BEST],
    ['the higher priority of two', { priority: 1 }, { priority: 5 }, BEST],
    ['the lower priority of two', { priority: 5 }, { priority: 1 }, BEST - 1],
    ['half its slots taken', { open: 2, limit: 4 }, {}, BEST - 0.5],
    ['all its slots taken', { open: 4, limit: 4 }, {}, BEST - 1],
    ['more turns than slots', { open: 9, limit: 4 }, {}, BEST - 1],
    ['turns without a limit', { open: 9, limit: 0 }, {}, BEST],
    ['half a queue', { waiting: 50 }, {}, BEST - 0.35],
    ['a full queue', { waiting: 300 }, {}, BEST - 0.7],
    ['a quarter of its turns failing', { errors: 0.25 }, {}, BEST - 0.2],
    ['all of its turns failing', { errors: 1 }, {}, BEST - 0.8],
    ['the quicker first token', { firstToken: 200 }, { firstToken: 900 }, BEST + 0.25],
    ['the slower first token', { firstToken: 900 }, { firstToken: 200 }, BEST - 0.25],
    ['a first token as quick as the other’s', { firstToken: 200 }, { firstToken: 200 }, BEST + 0.25],
    ['the only known first token', { firstToken: 200 }, {}, BEST + 0.25],
  ])('%s', (_, first, second, expected) => {
    expect(score(first, second)).toBeCloseTo(expected, 10);
  });

  test('one between two others gets its share', () => {
    const [, middle] = scoresOf([
      candidate('a', { priority: 0 }),
      candidate('b', { priority: 1 }),
      candidate('c', { priority: 4 }),
    ]);
    expect(middle).toBeCloseTo(BEST - 0.25, 10);
  });
});

test('a moving average begins with its first sample, and then moves a fifth of the way', () => {
  expect(ewma(null, 300)).toBe(300);
  expect(ewma(300, 800)).toBe(400);
  expect(ewma(0, 1)).toBeCloseTo(0.2, 10);
});

test('no account is nobody’s, and a single one needs no draw', () => {
  expect(orderCandidates([], 'seed')).toEqual([]);
  expect(orderCandidates([candidate('a')], 'seed')).toEqual([0]);
});

const candidates = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    priority: fc.integer({ min: 0, max: 3 }),
    open: fc.nat({ max: 20 }),
    waiting: fc.nat({ max: 120 }),
    limit: fc.nat({ max: 10 }),
    errors: fc.double({ min: 0, max: 1, noNaN: true }),
    firstToken: fc.option(fc.nat({ max: 5000 })),
  }),
  { selector: ({ id }) => id, maxLength: 20 },
);

test('every account is asked once, the lowest priority number first, and the same seed asks in the same order', () => {
  fc.assert(
    fc.property(candidates, fc.string(), (all: readonly Candidate[], seed) => {
      const found = orderCandidates(all, seed);
      expect([...found].sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
      const priorities = found.map((index) => all[index]?.priority ?? -1);
      expect(priorities).toEqual([...priorities].sort((a, b) => a - b));
      expect(orderCandidates(all, seed)).toEqual(found);
    }),
  );
});

test('the order in which the accounts are written changes nothing', () => {
  fc.assert(
    fc.property(candidates, fc.string(), (all: readonly Candidate[], seed) => {
      expect(order([...all].reverse(), seed)).toEqual(order(all, seed));
    }),
  );
});

/** How often each is asked first, over many conversations. */
function shares(all: readonly Candidate[], draws = 4000): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index < draws; index += 1) {
    const [first = ''] = order(all, `conversation ${index}`);
    counts.set(first, (counts.get(first) ?? 0) + 1 / draws);
  }
  return counts;
}

describe('over many conversations', () => {
  test('equal accounts get equal shares', () => {
    const found = shares([candidate('a'), candidate('b'), candidate('c')]);
    for (const id of ['a', 'b', 'c']) expect(found.get(id)).toBeCloseTo(1 / 3, 1);
  });

  test('one whose turns all fail gets the share of its weight', () => {
    // Weights are the distance to the worst and one more: 1.8 to 1.
    const found = shares([candidate('a'), candidate('b', { errors: 1 })]);
    expect(found.get('a')).toBeCloseTo(1.8 / 2.8, 1);
  });

  test('one of a lower priority gets nothing while there is a better one', () => {
    expect(shares([candidate('a', { errors: 1 }), candidate('b', { priority: 2 })]).get('b')).toBeUndefined();
  });

  test('only the seven best are drawn from', () => {
    const good = Array.from({ length: 7 }, (_, index) => candidate(`good ${index}`));
    const found = shares([...good, candidate('bad', { errors: 0.1 })]);
    expect(found.get('bad')).toBeUndefined();
    expect(found.size).toBe(7);
  });
});
