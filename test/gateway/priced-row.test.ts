import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PRICE_TABLE } from '../../src/shared/prices/table.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, send } from './tool.ts';

/** A turn's row holds its figures from the beginning, by the prices that are in force when it ends. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const usage = { input: 1000, cached: 800, cacheWrite: 0, output: 100, reasoning: 0 };

test('by the table', async () => {
  lab.upstream.next({ kind: 'answer', tier: 'default', usage });
  await send(lab.origin, { body: { ...TURN, service_tier: 'fast', stream: true } });
  expect(await lab.newRows()).toMatchObject([
    {
      tiers: { requested: 'priority', billed: 'default' },
      verdict: 'filter',
      cost: { input: 1e9, cached: 4e8, cacheWrite: 0, cacheWriteHour: 0, output: 3e9, total: 4_400_000_000 },
      costBasis: 'money',
      saved: 6_600_000_000,
      premium: 0,
      priceVersion: PRICE_TABLE.version,
    },
  ]);
});

test('by what the settings say, from the next turn on', async () => {
  const value = [{ model: 'gpt-5.5', tiers: { standard: { input: '1', cached: '0.1', output: '2' } } }];
  await lab.gateway.client.call('settings.set', { section: 'prices', value });
  lab.upstream.next({ kind: 'answer', tier: 'default', usage });
  await send(lab.origin, { body: TURN });
  expect(await lab.newRows()).toMatchObject([
    { cost: { input: 2e8, cached: 8e7, output: 2e8, total: 480_000_000 }, priceVersion: 'settings' },
  ]);
  const { rows, overrides, version } = await lab.gateway.client.call('prices.list');
  expect(version).toBe(PRICE_TABLE.version);
  expect(overrides).toEqual(value);
  expect(rows.find(({ provider, model }) => provider === 'openai' && model === 'gpt-5.5')).toMatchObject({
    overridden: true,
    tiers: {
      fast: { input: '12500000', cached: '1250000', cacheWrite: null, cacheWriteHour: null, output: '75000000' },
    },
    longContext: { above: 272_000, tiers: { standard: { output: '45000000' } } },
  });
});

test('and not at all where the upstream says no tokens', async () => {
  lab.upstream.next({ kind: 'error', status: 500 });
  await send(lab.origin, { body: TURN });
  expect(await lab.newRows()).toMatchObject([
    { cost: { total: null }, costBasis: null, saved: null, priceVersion: null },
  ]);
});
