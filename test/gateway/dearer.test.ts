import { afterEach, describe, expect, test } from 'vitest';
import { isDearer, type PricedWay } from '../../src/main/gateway/dearer.ts';
import type { TokenRates } from '../../src/shared/pricing.ts';
import { accountAt, startGateway, type TestGateway } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { send } from './tool.ts';

const RATES: Readonly<Record<string, TokenRates>> = {
  small: { basis: 'money', input: 1, output: 4 },
  large: { basis: 'money', input: 5, output: 20 },
  wordy: { basis: 'money', input: 1, output: 6 },
  plan: { basis: 'credits', input: 9, output: 9 },
};
const ratesOf = ({ model }: PricedWay): TokenRates | null => RATES[model ?? ''] ?? null;

function way(
  id: string,
  model: string,
  more: Partial<PricedWay['account'] & { sentTier: string | null }> = {},
): PricedWay {
  const { sentTier = null, ...account } = more;
  return { account: { id, kind: 'apikey', provider: 'openai', allowDearer: false, ...account }, model, sentTier };
}

describe('another account is dearer', () => {
  test.each<[what: string, first: PricedWay, other: PricedWay]>([
    ['with a model that costs more', way('a', 'small'), way('b', 'large')],
    ['with a model whose output alone costs more', way('a', 'small'), way('b', 'wordy')],
    ['at a dearer tier, whatever the model', way('a', 'large'), way('b', 'small', { sentTier: 'priority' })],
    ['at a tier that cannot be compared', way('a', 'small'), way('b', 'small', { sentTier: 'warp' })],
    ['with money instead of a plan', way('a', 'plan', { kind: 'oauth' }), way('b', 'small')],
  ])('%s', (_, first, other) => {
    expect(isDearer(first, other, ratesOf)).toBe(true);
    expect(isDearer(first, { ...other, account: { ...other.account, allowDearer: true } }, ratesOf)).toBe(false);
  });
});

describe('another account is not dearer', () => {
  test.each<[what: string, first: PricedWay, other: PricedWay]>([
    ['with a model that costs less', way('a', 'large'), way('b', 'small')],
    ['with the same model', way('a', 'large'), way('b', 'large')],
    ['with a model that has no price, as people run them themselves', way('a', 'small'), way('b', 'mine')],
    ['where the first one has none', way('a', 'mine'), way('b', 'large')],
    ['with a plan instead of money', way('a', 'small'), way('b', 'plan', { kind: 'oauth' })],
    ['when it is the same account', way('a', 'small'), way('a', 'large')],
  ])('%s', (_, first, other) => {
    expect(isDearer(first, other, ratesOf)).toBe(false);
  });
});

describe('a turn that its first account fails', () => {
  let gateway: TestGateway;
  let upstreams: [Upstream, Upstream];

  afterEach(async () => {
    await gateway.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  async function turnWith(own: readonly number[], allowDearer: boolean): Promise<number> {
    upstreams = [await startUpstream(), await startUpstream()];
    gateway = await startGateway({
      accounts: upstreams.map(({ baseUrl }, index) =>
        accountAt(baseUrl, {
          id: `a${index}`,
          priority: index,
          allowDearer,
          modelMapping: { 'gpt-5.5': `house-${index}` },
        }),
      ),
      prices: own.map((usd, index) => ({
        model: `house-${index}`,
        tiers: { standard: { input: String(usd), output: String(usd) } },
      })),
    });
    upstreams[0].next({ kind: 'error', status: 500 });
    return (await send(gateway.origin)).status;
  }

  test('does not go where its model’s tokens cost more', async () => {
    expect(await turnWith([1, 2], false)).toBe(500);
    expect(upstreams[1].requests).toHaveLength(0);
  });

  test.each<[own: readonly number[], allowDearer: boolean]>([
    [[2, 1], false],
    [[1, 2], true],
  ])('goes where they cost less, or where the person allows it: %j, %j', async (own, allowDearer) => {
    expect(await turnWith(own, allowDearer)).toBe(200);
    expect(upstreams[1].requests).toHaveLength(1);
  });
});
