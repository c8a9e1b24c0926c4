import { describe, expect, test } from 'vitest';
import { DAY_MS, type LedgerLine, type ProviderLine, reconcile } from '../../src/shared/reconcile.ts';

const DAY = Date.UTC(2026, 10, 20);
const USD = 1_000_000_000_000n;
const WINDOW = { from: DAY, until: DAY + DAY_MS };

function theirs(more: Partial<ProviderLine> = {}): ProviderLine {
  return { day: DAY, model: 'gpt-5.5', tier: 'default', requests: 10, input: 1000, output: 100, cost: null, ...more };
}

/** A line of costs: no requests, no tier. */
function bill(cost: bigint, more: Partial<ProviderLine> = {}): ProviderLine {
  return theirs({ tier: null, requests: null, input: null, output: null, cost, ...more });
}

function ours(more: Partial<LedgerLine> = {}): LedgerLine {
  const counts = { requests: 10, input: 1000, output: 100, cost: 2n * USD, unpriced: 0, crossing: 0 };
  return { day: DAY, model: 'gpt-5.5', tier: 'default', ...counts, ...more };
}

const reasons = (provider: ProviderLine[], ledger: LedgerLine[]): string[] =>
  reconcile(provider, ledger, WINDOW).lines.map(({ tier, reason }) => `${tier ?? 'all'} ${reason}`);

describe('why a line differs', () => {
  test.each<[string, ProviderLine[], LedgerLine[], string[]]>([
    ['it does not', [theirs(), bill(2n * USD)], [ours()], ['all agrees', 'default agrees']],
    ['used outside Tiergate', [theirs({ requests: 12 })], [ours()], ['default outside']],
    ['used outside alone', [theirs()], [], ['default outside']],
    ['not on the bill yet', [theirs({ requests: 8 })], [ours()], ['default missing']],
    ['not on the bill at all', [], [ours()], ['default missing']],
    ['billed in another tier', [theirs({ tier: 'priority' })], [ours()], ['default tier', 'priority tier']],
    [
      'some billed in another tier',
      [theirs({ requests: 7 }), theirs({ tier: 'priority', requests: 3 })],
      [ours({ requests: 10 })],
      ['default tier', 'priority tier'],
    ],
    [
      'a turn over midnight, counted the next day',
      [theirs({ requests: 9 })],
      [ours({ crossing: 1 })],
      ['default border'],
    ],
    [
      'a turn over midnight, from the day before',
      [theirs({ requests: 11 })],
      [ours(), ours({ day: DAY - DAY_MS, crossing: 2 })],
      ['default border'],
    ],
    ['more than the turns over midnight', [theirs({ requests: 15 })], [ours({ crossing: 1 })], ['default outside']],
    ['another price', [theirs(), bill(3n * USD)], [ours()], ['all price', 'default agrees']],
    [
      'a price that is not known',
      [theirs(), bill(3n * USD)],
      [ours({ unpriced: 4 })],
      ['all unpriced', 'default agrees'],
    ],
    ['rounding', [theirs(), bill(2n * USD + USD / 250n)], [ours()], ['all rounding', 'default agrees']],
    ['half a cent is no rounding', [theirs(), bill(2n * USD + USD / 200n)], [ours()], ['all price', 'default agrees']],
    [
      'a dearer tier, in the costs',
      [theirs({ tier: 'priority' }), bill(5n * USD)],
      [ours()],
      ['all tier', 'default tier', 'priority tier'],
    ],
    ['costs of a model that was never sent', [bill(USD)], [], ['all outside']],
    ['costs alone say no more', [bill(3n * USD)], [ours()], ['all unexplained']],
    ['costs alone, with turns over midnight', [bill(3n * USD)], [ours({ crossing: 1 })], ['all border']],
    ['other tokens of as many requests', [theirs({ input: 999 })], [ours()], ['default unexplained']],
  ])('%s', (_name, provider, ledger, found) => {
    expect(reasons(provider, ledger)).toEqual(found);
  });

  test('a snapshot’s date and the hour of a bucket make no difference', () => {
    const dated = theirs({ model: 'gpt-5.5-2026-04-23', day: DAY + 3_600_000 });
    expect(
      reasons(
        [dated],
        [
          ours({ model: 'gpt-5.5-2026-05-01', requests: 4, input: 400, output: 40 }),
          ours({ requests: 6, input: 600, output: 60 }),
        ],
      ),
    ).toEqual(['default agrees']);
  });

  test('usage that is not told apart by tier is compared with all tiers together', () => {
    const ledger = [
      ours({ requests: 4, input: 400, output: 40 }),
      ours({ tier: 'flex', requests: 6, input: 600, output: 60 }),
    ];
    expect(reasons([theirs({ tier: null })], ledger)).toEqual(['all agrees']);
  });
});

test('figures stand side by side, and differences are added up by reason', () => {
  const report = reconcile([theirs(), bill(3n * USD), bill(USD, { model: 'o3' })], [ours()], WINDOW);
  expect(report.lines[0]).toEqual({
    day: DAY,
    model: 'gpt-5.5',
    tier: null,
    provider: { requests: null, input: null, output: null, cost: String(3n * USD) },
    ledger: { requests: 10, input: 1000, output: 100, cost: String(2n * USD), unpriced: 0 },
    difference: String(USD),
    reason: 'price',
  });
  expect(report).toMatchObject(WINDOW);
  expect(report.reasons).toEqual([
    { reason: 'price', lines: 1, difference: String(USD) },
    { reason: 'agrees', lines: 1, difference: '0' },
    { reason: 'outside', lines: 1, difference: String(USD) },
  ]);
});

test('days around the window are looked at and not shown', () => {
  expect(reconcile([], [ours({ day: DAY - DAY_MS })], WINDOW)).toEqual({ ...WINDOW, lines: [], reasons: [] });
});
