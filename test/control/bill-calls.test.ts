import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRICE_TABLE } from '../../src/shared/prices/table.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { TURN, send } from '../gateway/tool.ts';

/** What turns came to, asked over the contract as the window asks it. */
let lab: Lab;

const usage = { input: 1000, cached: 800, cacheWrite: 0, output: 100, reasoning: 0 };
const call: Lab['gateway']['client']['call'] = (name, input) => lab.gateway.client.call(name, input);

beforeAll(async () => {
  lab = await startLab();
  lab.upstream.always({ kind: 'answer', tier: 'default', usage });
  await send(lab.origin, { body: { ...TURN, service_tier: 'fast' } });
  await send(lab.origin, { body: { ...TURN, model: 'house-model' } });
});

afterAll(() => lab.close());

test('sums, told apart by model', async () => {
  const { total, groups } = await call('bill.sums', { by: ['model'], zone: 'Europe/Berlin' });
  expect(total).toMatchObject({ turns: 2, unpriced: 1, cost: '4400000000', saved: '6600000000', credits: '0' });
  expect(groups.map(({ key, sums }) => [key, sums.cost]).toSorted()).toEqual([
    [['gpt-5.5'], '4400000000'],
    [['house-model'], '0'],
  ]);
});

test('a zone that there is not is refused by name', async () => {
  await expect(call('bill.sums', { zone: 'Mars/Olympus' })).rejects.toMatchObject({
    code: 'control_invalid',
    message: expect.stringContaining('Mars/Olympus') as unknown,
  });
});

test('turns by filter, by number, by id, and the values that filters take', async () => {
  expect(await call('turns.count', { filter: { text: 'house' } })).toEqual({ count: 1 });
  const { turns, more } = await call('turns.page', { filter: { verdicts: ['filter'] } });
  expect([turns.map(({ models }) => models.upstream), more]).toEqual([['gpt-5.5'], false]);
  expect((await call('turns.get', { id: turns[0]?.id ?? '' })).turn).toEqual(turns[0]);
  const facets = await call('turns.facets');
  expect(facets).toMatchObject({ tools: ['lab'], accounts: ['lab'], tiers: ['default'] });
  expect(facets.models.toSorted()).toEqual(['gpt-5.5', 'house-model']);
});

test('rules that decided', async () => {
  const { rules } = await call('policy.hits', {});
  expect(rules).toMatchObject([{ turns: 1, saved: '6600000000' }]);
});

test('what had no price, until it has one', async () => {
  const { models } = await call('prices.unpriced');
  expect(models).toMatchObject([{ model: 'house-model', tier: 'default', turns: 1 }]);
  const value = [{ model: 'house-model', tiers: { standard: { input: '1', output: '2' } } }];
  await call('settings.set', { section: 'prices', value });
  const would = { turns: 2, changed: 1, found: 1, difference: '1200000000', version: PRICE_TABLE.version };
  expect(await call('prices.reprice', {})).toEqual(would);
  expect((await call('prices.unpriced')).models).toHaveLength(1);
  expect(await call('prices.reprice', { apply: true })).toEqual(would);
  expect((await call('prices.unpriced')).models).toEqual([]);
  expect((await call('bill.sums', {})).total).toMatchObject({ unpriced: 0, cost: '5600000000' });
  // What is shown of the day, and what budgets go by, without a restart.
  expect((await call('status.get')).spend.month).toMatchObject({ unpriced: 0, cost: '5600000000' });
});
