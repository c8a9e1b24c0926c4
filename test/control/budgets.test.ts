import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Budgets } from '../../src/main/control/budgets.ts';
import type { SpendSoFar } from '../../src/main/ledger/spend.ts';
import { type Budget, BudgetSchema } from '../../src/shared/budget.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const USD = 1_000_000_000_000;
const BERLIN = 'Europe/Berlin';

let home: string;
let now: number;
let timer: { at: number; action: () => void } | null;
let told: string[];
let changes: number;
let troubles: (string | null)[];
let ledger: (from: number) => Promise<SpendSoFar>;
let budgets: Budgets;
let wanted: Budget[];
let seq: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  now = Date.parse('2026-11-24T12:00:00+01:00');
  timer = null;
  told = [];
  changes = 0;
  troubles = [];
  seq = 100;
  ledger = () => Promise.resolve({ tools: [], lastSeq: 0 });
  wanted = [];
});

afterEach(async () => {
  budgets.close();
  await budgets.saved;
  rmSync(home, { recursive: true, force: true });
});

async function start(...documents: readonly object[]): Promise<void> {
  wanted = documents.map((document) => BudgetSchema.parse(document));
  budgets = new Budgets({
    home,
    zone: BERLIN,
    now: () => now,
    after: (milliseconds, action) => {
      timer = { at: now + milliseconds, action };
      return () => {
        timer = null;
      };
    },
    budgets: () => wanted,
    read: (from) => ledger(from),
    reached: ({ id, percent }, threshold) => told.push(`${id} ${threshold} at ${percent}`),
    changed: () => (changes += 1),
    trouble: (reason) => troubles.push(reason),
  });
  await budgets.start();
}

/** Ends the gateway and starts it again on the same folder, with a ledger that holds so much. */
async function restart(spent: number): Promise<void> {
  await budgets.saved;
  budgets.close();
  ledger = () => Promise.resolve({ tools: [spend('codex', spent)], lastSeq: seq });
  await start(...wanted);
}

function spend(tool: string, usd: number, unpriced = 0) {
  return { tool, cost: BigInt(usd * USD), saved: 0n, premium: 0n, turns: 1, unpriced };
}

/** A turn that costs so many dollars (null: nobody knows), begun now. */
function turn(usd: number | null, tool = 'codex', basis: 'money' | 'credits' = 'money', startedAt = now): void {
  const total = usd === null ? null : usd * USD;
  seq += 1;
  budgets.recorded(
    sampleTurn(seq, {
      tool,
      startedAt,
      sentAt: startedAt,
      cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total },
      costBasis: usd === null ? null : basis,
      saved: total === null ? null : Math.floor(total / 2),
      premium: 0,
    }),
  );
}

const percents = (): number[] => budgets.states().map(({ percent }) => percent);

/** What has been told since this was last asked. */
async function news(): Promise<string[]> {
  await budgets.saved;
  return told.splice(0);
}

describe('what counts', () => {
  test('everybody’s turns for a budget of all, one tool’s for its own', async () => {
    await start({ id: 'all', period: 'day', usd: 10 }, { id: 'cursor', period: 'day', usd: 10, tool: 'cursor' });
    turn(1);
    turn(2, 'cursor');
    expect(percents()).toEqual([30, 20]);
    expect(budgets.spend()).toMatchObject({
      day: { cost: String(3 * USD), saved: String(1.5 * USD), turns: 2, unpriced: 0 },
      week: { turns: 2 },
      month: { turns: 2 },
    });
  });

  test('money alone: a plan’s usage is counted as a turn and costs nothing', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(9, 'codex', 'credits');
    expect(percents()).toEqual([0]);
    expect(budgets.spend().day).toMatchObject({ cost: '0', saved: '0', turns: 1, unpriced: 0 });
  });

  test('a turn without a known price is shown as such and not as free', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(null);
    turn(1);
    expect(budgets.states()).toMatchObject([{ percent: 10, unpriced: 1 }]);
    expect(budgets.spend().day).toMatchObject({ turns: 2, unpriced: 1 });
  });

  test('a turn counts in the period in which it began', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(5, 'codex', 'money', now - 24 * 3_600_000);
    expect(budgets.spend()).toMatchObject({ day: { turns: 0 }, week: { turns: 1 } });
  });

  test('what the ledger holds, from before the start', async () => {
    const from: string[] = [];
    ledger = (instant) => {
      from.push(new Date(instant).toISOString());
      return Promise.resolve({ tools: [spend('codex', 3, 2), spend('cursor', 1)], lastSeq: 7 });
    };
    await start({ id: 'codex', period: 'month', usd: 10, tool: 'codex' });
    expect(from).toEqual(['2026-11-23T23:00:00.000Z', '2026-11-22T23:00:00.000Z', '2026-10-31T23:00:00.000Z']);
    expect(budgets.states()).toMatchObject([{ percent: 30, unpriced: 2 }]);
    turn(1);
    expect(percents()).toEqual([40]);
  });

  test('a turn recorded while the ledger is read counts once, in its answer or not', async () => {
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<SpendSoFar>();
    ledger = () => {
      asked.resolve(undefined);
      return answer.promise;
    };
    const started = start({ id: 'all', period: 'day', usd: 10 });
    await asked.promise;
    turn(1);
    turn(1);
    // Of the two turns the answer holds the first.
    answer.resolve({ tools: [spend('codex', 3)], lastSeq: 101 });
    await started;
    expect(percents()).toEqual([40]);
  });

  test('a ledger that does not answer is said, and counting goes on', async () => {
    ledger = () => Promise.reject(new Error('gone'));
    await start({ id: 'all', period: 'day', usd: 10 });
    expect(troubles).toEqual(['gone']);
    turn(1);
    expect(percents()).toEqual([10]);
  });

  test('sums beyond what a number holds stay exact', async () => {
    ledger = () => Promise.resolve({ tools: [{ ...spend('codex', 0), cost: 2n ** 63n - 1n }], lastSeq: 1 });
    await start();
    turn(1e-12);
    expect(budgets.spend().day.cost).toBe(String(2n ** 63n));
  });
});

describe('thresholds', () => {
  test('are told as they are reached, each once', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(4.99);
    expect(await news()).toEqual([]);
    turn(0.01);
    expect(await news()).toEqual(['all 50 at 50']);
    turn(1);
    turn(1);
    expect(await news()).toEqual([]);
    turn(1);
    turn(2);
    turn(7);
    expect(await news()).toEqual(['all 80 at 80', 'all 100 at 100']);
  });

  test('that are jumped over are told as the highest alone', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(9);
    turn(50);
    expect(await news()).toEqual(['all 80 at 90', 'all 100 at 590']);
  });

  test('are told again in the next period, and not again after a restart', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(6);
    expect(await news()).toEqual(['all 50 at 60']);
    await restart(6);
    turn(1);
    expect(await news()).toEqual([]);
    turn(1);
    expect(await news()).toEqual(['all 80 at 80']);
    await restart(8);
    expect(await news()).toEqual([]);
    now += 24 * 3_600_000;
    turn(6);
    expect(await news()).toEqual(['all 50 at 60']);
  });

  test('that were reached while no word could be sent are told at the start', async () => {
    ledger = () => Promise.resolve({ tools: [spend('codex', 9)], lastSeq: 1 });
    await start({ id: 'all', period: 'month', usd: 10 });
    expect(await news()).toEqual(['all 80 at 90']);
  });

  test('begin anew with another limit', async () => {
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(10);
    expect(await news()).toEqual(['all 100 at 100']);
    wanted = [BudgetSchema.parse({ id: 'all', period: 'day', usd: 100 })];
    budgets.settingsChanged();
    turn(40);
    expect(await news()).toEqual(['all 50 at 50']);
  });

  test('survive a damaged record of what was told', async () => {
    writeFileSync(join(home, 'budgets.json'), '{"all":{"from":');
    await start({ id: 'all', period: 'day', usd: 10 });
    turn(5);
    expect(await news()).toEqual(['all 50 at 50']);
  });
});

describe('a budget that is used up', () => {
  test('forbids from that turn on until the period ends', async () => {
    await start({ id: 'day', period: 'day', usd: 10, action: 'block', tool: 'codex' });
    turn(9.99);
    expect(budgets.limits()).toEqual([]);
    turn(0.01);
    expect(budgets.limits()).toMatchObject([{ id: 'budget:day', tool: 'codex', action: 'block' }]);
    expect(budgets.limits()).toBe(budgets.limits());
    now = Date.parse('2026-11-24T23:59:59.999+01:00');
    expect(budgets.limits()).toHaveLength(1);
    now += 1;
    expect(budgets.limits()).toEqual([]);
    expect(percents()).toEqual([0]);
  });

  test.each([
    ['notify', []],
    ['filterFast', [{ id: 'budget:day', tool: null, action: 'filter' }]],
  ] as const)('with the action %s', async (action, limits) => {
    await start({ id: 'day', period: 'day', usd: 10, action });
    turn(10);
    expect(budgets.limits()).toMatchObject(limits);
    expect(budgets.states()).toMatchObject([{ inForce: limits.length > 0 }]);
  });

  test('forbids nothing once it is raised, switched off or taken away', async () => {
    const document = { id: 'day', period: 'day', usd: 10, action: 'block' };
    await start(document);
    turn(10);
    for (const next of [[{ ...document, usd: 11 }], [{ ...document, enabled: false }], []]) {
      wanted = [BudgetSchema.parse(document)];
      budgets.settingsChanged();
      expect(budgets.limits()).toHaveLength(1);
      wanted = next.map((one) => BudgetSchema.parse(one));
      budgets.settingsChanged();
      expect(budgets.limits()).toEqual([]);
    }
  });

  test('forbids at once after a start', async () => {
    ledger = () => Promise.resolve({ tools: [spend('codex', 10)], lastSeq: 1 });
    await start({ id: 'month', period: 'month', usd: 10, action: 'block' });
    expect(budgets.limits()).toHaveLength(1);
  });
});

describe('the calendar', () => {
  test.each([
    ['a day', '2026-11-24T12:00:00+01:00', '2026-11-24T23:00:00.000Z'],
    ['the day on which clocks go forward', '2026-03-29T12:00:00+02:00', '2026-03-29T22:00:00.000Z'],
    ['the day on which clocks go back', '2026-10-25T01:00:00+02:00', '2026-10-25T23:00:00.000Z'],
  ])('ends %s where the clocks do, and says so without a turn', async (_name, at, end) => {
    now = Date.parse(at);
    await start({ id: 'day', period: 'day', usd: 10, action: 'block' });
    turn(10);
    expect(new Date(timer?.at ?? 0).toISOString()).toBe(end);
    const before = changes;
    now = timer?.at ?? 0;
    timer?.action();
    expect(changes).toBe(before + 1);
    expect(budgets.limits()).toEqual([]);
    expect(timer?.at).toBeGreaterThan(now);
  });

  test('on the long day the second two o’clock still counts to the same day', async () => {
    now = Date.parse('2026-10-25T02:30:00+02:00');
    await start({ id: 'day', period: 'day', usd: 10 });
    turn(1);
    now = Date.parse('2026-10-25T02:30:00+01:00');
    turn(1);
    expect(percents()).toEqual([20]);
  });

  test('keeps the week and the month over a day’s end, and the month over a week’s', async () => {
    await start(
      { id: 'd', period: 'day', usd: 10 },
      { id: 'w', period: 'week', usd: 10 },
      { id: 'm', period: 'month', usd: 10 },
    );
    turn(1);
    now = Date.parse('2026-11-25T00:00:00+01:00');
    expect(percents()).toEqual([0, 10, 10]);
    now = Date.parse('2026-11-30T00:00:00+01:00');
    expect(percents()).toEqual([0, 0, 10]);
    now = Date.parse('2026-12-01T00:00:00+01:00');
    expect(percents()).toEqual([0, 0, 0]);
  });

  test('of a clock that was set back is read from the ledger again', async () => {
    await start({ id: 'day', period: 'day', usd: 10 });
    turn(2);
    now += 24 * 3_600_000;
    expect(percents()).toEqual([0]);
    ledger = () => Promise.resolve({ tools: [spend('codex', 2)], lastSeq: seq });
    now -= 24 * 3_600_000;
    budgets.states();
    await expect.poll(percents).toEqual([20]);
  });
});
