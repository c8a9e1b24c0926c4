import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { type SimulateRequest, simulate } from '../../src/main/ledger/simulate.ts';
import { runTask } from '../../src/main/ledger/task.ts';
import { AccountSchema } from '../../src/shared/account.ts';
import { PolicySchema } from '../../src/shared/policy.ts';
import type { SimulationResult } from '../../src/shared/simulation.ts';
import { type TurnSample, sampleTurn } from '../fakes/turn-sample.ts';

/**
 * Figures by hand from gpt-5.5's official prices (5, 0.50 and 30 dollars for a million tokens of input, cached input and
 * output; Fast 2.5 times, Flex half of that): 800 plain, 200 cached and 100 written tokens, in picodollars.
 */
const STANDARD = 7_100_000_000;
const FAST = 17_750_000_000;
const FLEX = 3_550_000_000;

const START = Date.UTC(2026, 10, 20);

let home: string;
let ledger: Ledger;
let seq: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => START));
  seq = 0;
});

afterEach(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** Records a turn that asked for Fast, got it, and cost what that costs, where a case says nothing else. */
function record(total: number | null = FAST, sample: TurnSample = {}): void {
  seq += 1;
  const startedAt = START + seq * 1000;
  ledger.record(
    sampleTurn(seq, {
      id: `turn-${seq}`,
      startedAt,
      sentAt: startedAt,
      verdict: 'pass',
      rule: null,
      tokens: { input: 1000, cached: 200, cacheWrite: null, cacheWriteHour: null, output: 100 },
      cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total },
      costBasis: total === null ? null : 'money',
      ...sample,
      tiers: { requested: 'priority', sent: 'priority', served: 'priority', ...sample.tiers },
    }),
  );
}

function request(rules: readonly object[]): SimulateRequest {
  const account = { provider: 'openai', baseUrl: 'https://api.openai.com/v1' };
  const login = { ...account, id: 'chatgpt', kind: 'oauth', baseUrl: 'https://chatgpt.com/backend-api/codex' };
  return {
    policy: PolicySchema.parse({ rules }),
    from: 0,
    until: Number.MAX_SAFE_INTEGER,
    prices: [],
    accounts: [AccountSchema.parse({ ...account, id: 'openai', kind: 'apikey' }), AccountSchema.parse(login)],
  };
}

function simulated(rules: readonly object[], range: { from?: number; until?: number } = {}): SimulationResult {
  const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
  try {
    return simulate(database, { ...request(rules), ...range });
  } finally {
    database.close();
  }
}

const filterFast = { id: 'no-fast', serviceTier: 'fast', action: 'filter' };

describe('what would have changed', () => {
  test('nothing under the policy that was in force', () => {
    record();
    record(STANDARD, { verdict: 'filter', rule: 'no-fast', tiers: { sent: 'default', served: 'default' } });
    expect(
      simulated([
        { ...filterFast, models: ['gpt-4*'] },
        { serviceTier: 'fast', action: 'pass' },
      ]),
    ).toMatchObject({ turns: 2, changed: 1, moves: [{ before: 'filter', after: 'pass', turns: 1 }] });
    expect(simulated([filterFast])).toMatchObject({ turns: 2, changed: 1 });
  });

  test.each<[string, rule: object, after: string, difference: number]>([
    ['filtered', filterFast, 'filter', STANDARD - FAST],
    ['forced to Flex', { serviceTier: 'fast', action: 'force', forceTo: 'flex' }, 'force', FLEX - FAST],
    ['forced to Standard', { serviceTier: 'fast', action: 'force', forceTo: 'default' }, 'force', STANDARD - FAST],
    ['blocked', { serviceTier: 'fast', action: 'block' }, 'block', -FAST],
  ])('a Fast turn %s', (_name, rule, after, difference) => {
    record();
    expect(simulated([rule])).toMatchObject({
      turns: 1,
      changed: 1,
      difference: String(difference),
      unpriced: 0,
      moves: [{ before: 'pass', after, turns: 1, difference: String(difference) }],
      examples: [{ id: 'turn-1', tool: 'codex', model: 'gpt-5.5', requestedTier: 'priority', before: 'pass', after }],
    });
  });

  test('a filtered turn let through is dearer by what Fast costs more', () => {
    record(STANDARD, { verdict: 'filter', rule: 'no-fast', tiers: { sent: 'default', served: 'default' } });
    expect(simulated([])).toMatchObject({ changed: 1, difference: String(FAST - STANDARD) });
  });

  test('a downgraded turn that was billed as Standard saves nothing by being filtered', () => {
    record(STANDARD, { tiers: { served: 'default' } });
    expect(simulated([filterFast])).toMatchObject({ changed: 1, difference: '0', unpriced: 0 });
  });

  test('another rule of the same outcome changes no turn', () => {
    record(STANDARD, { verdict: 'filter', rule: 'no-fast', tiers: { sent: 'default', served: 'default' } });
    expect(simulated([{ ...filterFast, id: 'other' }])).toMatchObject({ turns: 1, changed: 0, moves: [] });
  });

  test('the same action with another tier is a change', () => {
    record(FLEX, { verdict: 'force', rule: 'x', tiers: { sent: 'flex', served: 'flex' } });
    expect(simulated([{ serviceTier: 'fast', action: 'force', forceTo: 'fast' }])).toMatchObject({
      changed: 1,
      difference: String(FAST - FLEX),
      moves: [{ before: 'force', after: 'force' }],
    });
  });

  test('a turn that was blocked and would run costs nobody knows what', () => {
    record(null, { verdict: 'block', sentAt: null, status: 403, tokens: { input: null, output: null } });
    expect(simulated([])).toMatchObject({
      changed: 1,
      difference: '0',
      unpriced: 1,
      examples: [{ before: 'block', after: 'pass', difference: null }],
      moves: [{ before: 'block', after: 'pass', turns: 1, difference: null }],
    });
  });

  test.each<[string, number | null, TurnSample, unpriced: number]>([
    ['of an unknown model is unpriced', null, { models: { upstream: 'mystery' } }, 1],
    ['that the upstream refused cost nothing, and would have', null, { status: 429, error: 'upstream_429' }, 0],
    ['of a plan costs no money either way', FAST, { account: 'chatgpt', costBasis: 'credits' }, 0],
  ])('a turn %s', (_name, total, sample, unpriced) => {
    record(total, sample);
    expect(simulated([filterFast])).toMatchObject({ changed: 1, difference: '0', unpriced });
  });
});

describe('how turns are judged again', () => {
  test('by tool, account kind, mapped model and the time at which they ran', () => {
    record(FAST, { tool: 'cursor' });
    record(FAST, { account: 'chatgpt', costBasis: 'credits' });
    record(FAST, { models: { requested: 'alias', upstream: 'gpt-5.5' } });
    const changed = (rule: object): string[] => simulated([{ ...filterFast, ...rule }]).examples.map(({ id }) => id);
    expect(changed({ tools: ['cursor'] })).toEqual(['turn-1']);
    expect(changed({ scope: 'oauth' })).toEqual(['turn-2']);
    expect(changed({ models: ['gpt-5.5'] })).toEqual(['turn-3', 'turn-2', 'turn-1']);
    expect(changed({ models: ['alias'] })).toEqual([]);
    expect(changed({ until: new Date(START + 2500).toISOString() })).toEqual(['turn-2', 'turn-1']);
    expect(changed({ observeOnly: true })).toEqual([]);
  });

  test('of an account that is gone its row tells the kind', () => {
    record(FAST, { account: 'gone', servedTrust: 'unverifiable', costBasis: 'credits' });
    expect(simulated([{ ...filterFast, scope: 'oauth' }])).toMatchObject({ changed: 1 });
    expect(simulated([{ ...filterFast, scope: 'apikey' }])).toMatchObject({ changed: 0 });
  });

  test('a turn that could not be judged is left out', () => {
    record(null, { verdict: null, account: null, sentAt: null, status: 400, error: 'body_invalid' });
    expect(simulated([{ serviceTier: 'missing', action: 'block' }])).toMatchObject({ turns: 0, changed: 0 });
  });

  test('the range counts from its beginning to before its end', () => {
    for (let count = 0; count < 5; count += 1) record();
    const range = { from: START + 2000, until: START + 4000 };
    const { turns, examples } = simulated([filterFast], range);
    expect([turns, examples.map(({ id }) => id)]).toEqual([2, ['turn-3', 'turn-2']]);
  });

  test('a hundred changed turns are shown, all are counted', () => {
    for (let count = 0; count < 150; count += 1) record();
    const { changed, difference, examples } = simulated([filterFast]);
    expect([changed, difference, examples.length]).toEqual([150, String(150 * (STANDARD - FAST)), 100]);
    expect(examples[0]?.id).toBe('turn-150');
  });
});

test('in a thread of its own it finds the same', async () => {
  record();
  const found = await runTask(ledgerFile(home), 'simulate', request([filterFast]));
  expect(found).toEqual(simulated([filterFast]));
  expect(found.changed).toBe(1);
});

test('a folder without a ledger is said', async () => {
  const missing = runTask(join(home, 'none.sqlite'), 'simulate', request([]));
  await expect(missing).rejects.toMatchObject({ code: 'ledger_missing' });
});
