import { AccountSchema } from '../../../src/shared/account.ts';
import type { PriceOverride } from '../../../src/shared/price-override.ts';
import { PRICE_TABLE } from '../../../src/shared/prices/table.ts';
import { type PricedTurn, Pricing } from '../../../src/shared/pricing.ts';
import type { Turn } from '../../../src/shared/turn.ts';
import { NO_USAGE } from '../../../src/shared/usage.ts';

const api = { kind: 'apikey', provider: 'openai', baseUrl: 'https://api.openai.com/v1' };

/** The accounts that the vectors' turns belong to. */
const ACCOUNTS = [
  { ...api, id: 'openai' },
  { ...api, id: 'region', regional: true },
  { ...api, id: 'negotiated' },
  { ...api, id: 'mapped', modelMapping: { 'team-default': 'gpt-5.4-mini', 'dated-*': 'gpt-5-mini-2025-08-07' } },
  { id: 'plan', kind: 'oauth', provider: 'openai', baseUrl: 'https://chatgpt.com/backend-api/codex' },
  { id: 'anthropic', kind: 'apikey', provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' },
  { id: 'own-cache', kind: 'apikey', provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' },
  { id: 'groq', kind: 'apikey', provider: 'compatible', baseUrl: 'https://api.groq.com/openai/v1' },
  { id: 'elsewhere', kind: 'apikey', provider: 'compatible', baseUrl: 'http://localhost:11434/v1' },
].map((account) => AccountSchema.parse(account));

/** The prices that the vectors' user knows better. */
const OVERRIDES: readonly PriceOverride[] = [
  {
    model: 'gpt-5.5',
    account: 'negotiated',
    tiers: {
      standard: { input: '4.5', cached: '0.45', output: '27' },
      fast: { input: '11.25', cached: '1.125', output: '67.5' },
    },
  },
  { model: 'house-model', tiers: { standard: { input: '0.123456789', cached: '0.05', output: '1.000000001' } } },
  {
    model: 'claude-haiku-4-5',
    account: 'own-cache',
    tiers: { standard: { input: '0.9', cached: '0.09', cacheWrite: '1.1', cacheWriteHour: '1.7', output: '4.5' } },
  },
  {
    model: 'claude-opus-5',
    account: 'own-cache',
    tiers: { standard: { input: '4', cacheWrite: '5', output: '20' }, fast: { input: '8', output: '40' } },
  },
  {
    model: 'o3',
    tiers: {
      standard: { input: '1.5', cached: '0.4', output: '6' },
      fast: { input: '3.000001', cached: '0.8', output: '12' },
    },
  },
];

/** Pricing as those settings make it. */
export function samplePricing(): Pricing {
  return new Pricing(PRICE_TABLE, { accounts: ACCOUNTS, prices: OVERRIDES });
}

/** What decides about the price of a turn, in few words. */
export interface TurnFacts {
  readonly model: string;
  /** Where another answered. */
  readonly served?: string | null;
  readonly account?: string;
  readonly route?: string;
  readonly startedAt?: number;
  /** False where nothing left the machine. */
  readonly left?: boolean;
  readonly verdict?: Turn['verdict'];
  readonly tiers: Turn['tiers'];
  readonly tokens: Partial<Turn['tokens']>;
}

/** A turn as pricing sees it. */
export function turnOf({
  model,
  served,
  account,
  route,
  startedAt,
  left,
  verdict,
  tiers,
  tokens,
}: TurnFacts): PricedTurn {
  const at = startedAt ?? Date.parse('2026-11-21T12:00:00Z');
  return {
    startedAt: at,
    sentAt: left === false ? null : at,
    account: account ?? 'openai',
    route: route ?? '/responses',
    models: { requested: model, upstream: model, served: served === undefined ? model : served },
    tiers,
    verdict: verdict ?? 'pass',
    tokens: { ...NO_USAGE, ...tokens },
  };
}

/** All four tiers the same. */
export function allTiers(tier: string | null): Turn['tiers'] {
  return { requested: tier, sent: tier, served: tier, billed: tier };
}
