import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { type Account, AccountSchema } from '../../src/shared/account.ts';
import type { PriceOverride } from '../../src/shared/price-override.ts';
import { PRICE_TABLE } from '../../src/shared/prices/table.ts';
import { Pricing } from '../../src/shared/pricing.ts';
import { type TurnSample, sampleTurn } from '../fakes/turn-sample.ts';

/** Later prices change what is shown and added up, and never what the ledger's rows say. */
const accounts: Account[] = [
  AccountSchema.parse({ id: 'openai', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' }),
];
const HOUSE: PriceOverride = { model: 'house-model', tiers: { standard: { input: '1', output: '2' } } };
const CHEAPER: PriceOverride = { model: 'gpt-5.5', tiers: { standard: { input: '4', cached: '0.4', output: '24' } } };

let home: string;
let ledger: Ledger;
let reader: LedgerReader;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0));
  const pricing = new Pricing(PRICE_TABLE, { accounts, prices: [] });
  const record = (number: number, sample: TurnSample): void => {
    const turn = sampleTurn(number, {
      tiers: { requested: null, sent: 'default', served: 'default' },
      verdict: 'pass',
      tokens: { input: 1000, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 100 },
      ...sample,
    });
    ledger.record({ ...turn, ...pricing.price(turn) });
  };
  record(1, {});
  record(2, { models: { upstream: 'house-model' } });
  record(3, { models: { upstream: 'house-model' }, startedAt: Date.UTC(2026, 10, 22) });
  record(4, { account: 'gone' });
  reader = new LedgerReader(ledgerFile(home));
});

afterEach(async () => {
  await reader.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const total = async (): Promise<[cost: string, unpriced: number]> => {
  const { total } = await reader.sums({ filter: {}, by: [], zone: 'UTC' });
  return [total.cost, total.unpriced];
};

const spent = async (): Promise<[cost: bigint, unpriced: number]> => {
  const [{ cost, unpriced } = { cost: 0n, unpriced: 0 }] = (await reader.spend({ from: 0 })).tools;
  return [cost, unpriced];
};

const reprice = (prices: PriceOverride[], apply: boolean, more = {}): ReturnType<LedgerReader['reprice']> =>
  reader.reprice({ settings: { accounts, prices }, apply, ...more });

/** 1000 × 5 + 100 × 30 millionths of a dollar. */
const FIRST = 8_000_000_000;
/** 1000 × 1 + 100 × 2. */
const OWN = 1_200_000_000;

test('what would change is told and nothing is changed', async () => {
  expect(await total()).toEqual([String(FIRST), 3]);
  expect(await reprice([HOUSE], false)).toEqual({ turns: 4, changed: 2, found: 2, difference: String(2 * OWN) });
  expect(await total()).toEqual([String(FIRST), 3]);
  expect(await spent()).toEqual([BigInt(FIRST), 3]);
});

test('a price that has become known is shown and added up, in the time that was asked for', async () => {
  const until = Date.UTC(2026, 10, 22);
  expect(await reprice([HOUSE], true, { until })).toMatchObject({ turns: 3, changed: 1, found: 1 });
  expect(await total()).toEqual([String(FIRST + OWN), 2]);
  expect(await spent()).toEqual([BigInt(FIRST + OWN), 2]);
  const { turns } = await reader.page({ order: 'oldest', limit: 10 });
  expect(turns.map(({ cost, priceVersion, firstPrice }) => [cost.total, priceVersion, firstPrice])).toEqual([
    [FIRST, PRICE_TABLE.version, undefined],
    [OWN, 'settings', { total: null, priceVersion: null }],
    [null, null, undefined],
    [null, null, undefined],
  ]);
  expect((await reader.get({ id: turns[1]?.id ?? '' })).turn?.cost.total).toBe(OWN);
  expect((await reader.sums({ filter: { from: until }, by: [], zone: 'UTC' })).total).toMatchObject({ unpriced: 1 });
});

test('a price that has changed replaces the one before, which is told with it; the row keeps it', async () => {
  expect(await reprice([CHEAPER], true)).toEqual({ turns: 4, changed: 1, found: 0, difference: '-1600000000' });
  expect(await total()).toEqual(['6400000000', 3]);
  expect(await spent()).toEqual([6_400_000_000n, 3]);
  const [turn] = (await reader.page({ order: 'oldest', limit: 1 })).turns;
  expect(turn).toMatchObject({
    cost: { input: 4_000_000_000, output: 2_400_000_000, total: 6_400_000_000 },
    priceVersion: 'settings',
    firstPrice: { total: FIRST, priceVersion: PRICE_TABLE.version },
  });
  const file = new DatabaseSync(ledgerFile(home), { readOnly: true });
  expect(file.prepare('SELECT cost_total, price_version FROM turn WHERE seq = 1').get()).toEqual({
    cost_total: FIRST,
    price_version: PRICE_TABLE.version,
  });
  file.close();
  // And back again.
  expect(await reprice([], true)).toMatchObject({ changed: 1, difference: '1600000000' });
  expect(await total()).toEqual([String(FIRST), 3]);
});

test('later figures outlive a digest that is made anew because old rows were let go', async () => {
  await reprice([HOUSE], true);
  const file = new DatabaseSync(ledgerFile(home));
  file.exec('DELETE FROM turn WHERE seq = 1');
  file.close();
  expect(await total()).toEqual([String(2 * OWN), 1]);
});
