import { afterEach, expect, test } from 'vitest';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';

let gateway: TestGateway | null = null;
afterEach(() => gateway?.close());

test('a trial turn walks through the front door to the sandbox, and its row shows what became of Fast', async () => {
  gateway = await startGateway();
  const { turn } = await gateway.client.call('sandbox.turn');
  const [row, ...others] = await gateway.turns();
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    id: turn,
    tool: 'sandbox trial',
    account: 'sandbox',
    status: 200,
    tiers: { requested: 'priority', sent: null },
    verdict: 'filter',
  });
  expect((await gateway.client.call('tool.list')).tools.map(({ name }) => name)).not.toContain('sandbox trial');
});

test('with an account that costs money nothing is sent', async () => {
  gateway = await startGateway({ accounts: [accountAt('http://127.0.0.1:9/v1')] });
  await expect(gateway.client.call('sandbox.turn')).rejects.toMatchObject({ code: 'sandbox_silent' });
  expect(await gateway.turns()).toEqual([]);
});
