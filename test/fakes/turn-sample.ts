import { billedTier } from '../../src/shared/tier.ts';
import type { Turn } from '../../src/shared/turn.ts';

/** What a made-up turn differs in from a plain one. */
export interface TurnSample extends Partial<Omit<Turn, 'tiers' | 'models' | 'tokens'>> {
  readonly tiers?: Partial<Turn['tiers']>;
  readonly models?: Partial<Turn['models']>;
  readonly tokens?: Partial<Turn['tokens']>;
}

const START = Date.UTC(2026, 10, 21, 13, 5);

/** One believable turn; turns with a larger `seq` began later. */
export function sampleTurn(seq: number, sample: TurnSample = {}): Turn {
  const { tiers, models, tokens, ...rest } = sample;
  const startedAt = START + seq * 17_300;
  const trust = sample.servedTrust ?? 'authoritative';
  const sent = { requested: 'priority', sent: 'default', served: 'default', ...tiers };
  return {
    id: `turn-${String(seq).padStart(6, '0')}`,
    seq,
    responseId: `resp_${seq.toString(16).padStart(8, '0')}`,
    startedAt,
    sentAt: startedAt + 3,
    firstTokenAt: startedAt + 340 + ((seq * 97) % 900),
    endedAt: startedAt + 2100 + ((seq * 1373) % 9000),
    tool: 'codex',
    session: 'session-1',
    account: 'openai',
    keyFingerprint: 'a1b2c3d4',
    ownKey: false,
    dialect: 'responses',
    transport: 'http',
    route: '/responses',
    streamed: true,
    models: { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: 'gpt-5.5', ...models },
    tiers: { billed: billedTier(sent.sent, sent.served, trust), ...sent },
    servedTrust: trust,
    verdict: 'filter',
    rule: 'no-fast',
    observed: [],
    tokens: {
      input: 11_800 + ((seq * 733) % 6000),
      cached: 9216,
      cacheWrite: 0,
      cacheWriteHour: 0,
      output: 240 + ((seq * 61) % 900),
      reasoning: 128,
      ...tokens,
    },
    cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total: null },
    costBasis: null,
    saved: null,
    premium: null,
    priceVersion: null,
    status: 200,
    error: null,
    partial: false,
    attempts: [],
    toolCalls: [],
    ...rest,
  };
}

const SAMPLES: readonly TurnSample[] = [
  {},
  { tool: 'nightly-eval', tiers: { requested: 'flex', sent: 'flex', served: 'flex' }, verdict: 'pass', rule: null },
  {
    tool: 'cursor',
    dialect: 'chat',
    tiers: { requested: null, sent: null, served: 'default' },
    verdict: 'pass',
    rule: null,
    observed: [{ rule: 'watch-standard', action: 'force' }],
  },
  {
    transport: 'websocket',
    account: 'chatgpt',
    servedTrust: 'unverifiable',
    tiers: { sent: 'priority' },
    verdict: 'pass',
    rule: 'fast-for-release',
  },
  {
    tool: 'review-bot',
    models: { requested: 'gpt-5.5-fast' },
    tiers: { requested: 'priority', sent: 'flex', served: 'flex' },
    verdict: 'force',
    rule: 'bots-run-on-flex',
  },
  {
    tool: 'nightly-eval',
    account: 'openai',
    models: { served: null },
    tiers: { requested: 'ultrafast', sent: null, served: null },
    servedTrust: null,
    verdict: 'block',
    rule: 'no-ultrafast',
    firstTokenAt: null,
    tokens: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
    status: 403,
    error: 'policy_violation',
  },
  {
    tiers: { served: null },
    tokens: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
    status: 200,
    error: 'tool_left',
    partial: true,
  },
  {
    tool: 'scripts',
    account: null,
    models: { requested: null, upstream: null, served: null },
    tiers: { requested: null, sent: null, served: null },
    servedTrust: null,
    verdict: null,
    rule: null,
    firstTokenAt: null,
    tokens: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
    status: 400,
    error: 'body_invalid',
  },
  {
    tool: 'cursor',
    models: { upstream: 'gpt-5.6-sol', served: 'gpt-5.6-sol-2026-10-02' },
    tiers: { requested: 'priority', sent: 'priority', served: 'default' },
    verdict: 'pass',
    rule: 'fast-for-release',
    tokens: { input: 284_120, cached: 0, output: 18_204 },
  },
  {
    tool: 'scripts',
    account: 'openai',
    models: { served: null },
    tiers: { served: null },
    firstTokenAt: null,
    tokens: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
    status: 429,
    error: 'upstream_429',
  },
  { tool: 'curl', account: 'sandbox', servedTrust: 'reported', tokens: { input: 9, cached: 0, output: 12 } },
];

/** One turn of every kind a list must be able to show, oldest first; `seq` counts from 1. */
export const TURN_KINDS: readonly Turn[] = SAMPLES.map((sample, index) => sampleTurn(index + 1, sample));
