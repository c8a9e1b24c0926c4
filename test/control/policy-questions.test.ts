import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    accounts: [
      accountAt('http://127.0.0.1:9/v1', { id: 'second', priority: 2, standardTier: 'default' }),
      accountAt('http://127.0.0.1:9/v1', { id: 'first', modelMapping: { 'gpt-*': 'gpt-5.5', 'turbo-fast': 'turbo' } }),
      accountAt('http://127.0.0.1:9/v1', { id: 'off', priority: 0, enabled: false }),
    ],
  });
});
afterAll(() => gateway.close());

describe('a request typed by hand', () => {
  test.each([
    ['is filtered at the account asked first', { model: 'gpt-4.1', tier: ' Fast ' }, 'first', 'filter', null],
    [
      'is filtered the way the named account spells Standard',
      { account: 'second', model: 'x', tier: 'fast' },
      'second',
      'filter',
      'default',
    ],
    ['goes where its model is served', { model: 'other', tier: 'flex' }, 'second', 'pass', 'flex'],
    ['by its alias is judged as Fast', { model: 'turbo-fast', tier: null }, 'first', 'filter', null],
    ['without a tier passes', { model: 'gpt-4.1', tier: null }, 'first', 'pass', null],
  ] as const)('%s', async (_, request, account, action, sentTier) => {
    const answer = await gateway.client.call('policy.try', { tool: 'lab', ...request });
    expect(answer).toMatchObject({ account, action, sentTier });
  });

  test('is judged by the policy that is being edited, where one is given', async () => {
    const policy = { rules: [{ serviceTier: 'flex', action: 'block', errorMessage: 'Not today.' }] };
    const answer = await gateway.client.call('policy.try', { policy, tool: 'lab', model: 'gpt-5', tier: 'flex' });
    expect(answer).toMatchObject({ action: 'block', rule: 'rule-1', message: 'Not today.', sentTier: null });
    expect(await gateway.client.call('policy.get')).toEqual(DEFAULT_POLICY);
  });

  test.each([
    ['an account that is not there', { account: 'nobody', model: 'gpt-5', tier: null }],
    ['no model', { model: ' ', tier: null }],
  ])('with %s is refused by name', async (_, request) => {
    await expect(gateway.client.call('policy.try', { tool: 'lab', ...request })).rejects.toMatchObject({
      code: 'control_invalid',
    });
  });
});

describe('a document to import', () => {
  const foreign = { rules: [{ service_tier: 'priority', action: 'block', scope: 'all' }] };

  test.each([
    ['of this program', { rules: [{ serviceTier: 'fast', action: 'block' }] }],
    [
      'with all settings of this program',
      { gateway: {}, policy: { rules: [{ serviceTier: 'fast', action: 'block' }] } },
    ],
    ['of sub2api', foreign],
    ['of sub2api inside its settings', { openai_fast_policy_settings: foreign }],
  ])('%s is read and changes nothing', async (_, document) => {
    const { policy, problems } = await gateway.client.call('policy.read', { text: JSON.stringify(document) });
    expect(problems).toEqual([]);
    expect(policy?.rules).toMatchObject([{ serviceTier: 'priority', action: 'block' }]);
    expect(await gateway.client.call('policy.get')).toEqual(DEFAULT_POLICY);
  });

  test.each([
    ['that is no JSON', '{', ''],
    ['with an unknown action', '{"rules":[{"serviceTier":"fast","action":"drop"}]}', 'rules[0].action'],
    [
      'of sub2api with rules for single users',
      JSON.stringify({ rules: [{ ...foreign.rules[0], user_ids: [7] }] }),
      'rules[0].user_ids',
    ],
    ['of something else', '[]', ''],
  ])('%s is told what is wrong with it', async (_, text, path) => {
    const { policy, problems } = await gateway.client.call('policy.read', { text });
    expect(policy).toBeNull();
    expect(problems[0]).toMatchObject({ path });
  });
});
