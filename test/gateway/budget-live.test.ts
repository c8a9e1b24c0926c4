import { afterEach, expect, test } from 'vitest';
import { Ledger } from '../../src/main/ledger/ledger.ts';
import type { Push } from '../../src/shared/control.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';
import type { LabOptions } from './lab.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { TURN, send } from './tool.ts';

/** A budget that is used up is felt by the next request and by the next frame, and so is its raising. */
let lab: SocketLab;

afterEach(() => lab.close());

const FAST = { ...TURN, service_tier: 'fast' };

/** A gateway whose ledger says that 12 dollars have been spent today. */
async function startSpent(budget: object, more: LabOptions = {}): Promise<void> {
  lab = await startSocketLab({
    settings: { policy: { rules: [] }, budgets: [{ id: 'day', period: 'day', usd: 10, ...budget }] },
    before: (home) => {
      const events = { onCheckpointDue: () => undefined, onTrouble: () => undefined };
      const { ledger } = Ledger.open(home, events, Date.now);
      const cost = {
        input: null,
        cached: null,
        cacheWrite: null,
        cacheWriteHour: null,
        output: null,
        total: 12_000_000_000_000,
      };
      ledger.record(sampleTurn(1, { tool: 'lab', startedAt: Date.now(), cost, costBasis: 'money' }));
      ledger.close();
    },
    ...more,
  });
}

async function setBudget(budget: object): Promise<void> {
  const value = [{ id: 'day', period: 'day', usd: 10, ...budget }];
  await lab.gateway.client.call('settings.set', { section: 'budgets', value });
}

/** The tier the provider got in one more Fast turn; null is none. */
async function tierUp(): Promise<unknown> {
  expect((await send(lab.origin, { body: FAST })).status).toBe(200);
  return (lab.upstream.last.json as { service_tier?: unknown }).service_tier ?? null;
}

test('blocking: nothing leaves until it is raised, and the row names the budget', async () => {
  await startSpent({ action: 'block' });
  const { status, body } = await send(lab.origin, { body: TURN });
  expect(status).toBe(403);
  expect(body.toString()).toContain('The budget day for this day is used up');
  expect(lab.upstream.requests).toHaveLength(0);
  expect((await lab.newRows()).at(-1)).toMatchObject({ verdict: 'block', rule: 'budget:day', sentAt: null });
  await setBudget({ action: 'block', usd: 100 });
  expect(await tierUp()).toBe('priority');
});

test('filtering Fast: the dearer tier does not leave, and does again when only word is wanted', async () => {
  await startSpent({ action: 'filterFast' });
  expect(await tierUp()).toBeNull();
  expect((await lab.newRows()).at(-1)).toMatchObject({ verdict: 'filter', rule: 'budget:day' });
  await setBudget({ action: 'notify' });
  expect(await tierUp()).toBe('priority');
});

test('what a turn really cost is what counts: the one that uses the budget up is the last', async () => {
  lab = await startSocketLab({
    settings: { policy: { rules: [] }, budgets: [{ id: 'day', period: 'day', usd: 0.004, action: 'block' }] },
  });
  expect(await tierUp()).toBe('priority');
  const [row] = await lab.newRows();
  // 100 plain, 20 cached and 40 written tokens of gpt-5.5 in Fast, at 12.50, 1.25 and 75 dollars a million.
  expect(row?.cost.total).toBe(4_275_000_000);
  expect(lab.gateway.runtime.status()).toMatchObject({
    spend: { day: { cost: '4275000000', turns: 1 }, month: { cost: '4275000000' } },
    budgets: [{ spent: '4275000000', percent: 106.87, inForce: true }],
  });
  expect((await send(lab.origin, { body: TURN })).status).toBe(403);
});

test('of another tool it is not felt', async () => {
  await startSpent({ action: 'block', tool: 'cursor' });
  expect(await tierUp()).toBe('priority');
});

test('on an open socket it is felt by the next frame', async () => {
  await startSpent({ action: 'block', usd: 100 });
  const tool = await lab.open();
  await tool.turn(FAST);
  await setBudget({ action: 'block' });
  tool.send({ type: 'response.create', ...FAST });
  expect(await tool.closed).toMatchObject({ code: 1008 });
  expect(lab.sockets.messages).toHaveLength(1);
});

test('on a Realtime socket nothing goes up any more, since any frame may begin a turn there', async () => {
  await startSpent({ action: 'block', usd: 100 });
  const tool = await lab.open({ path: '/v1/realtime?model=gpt-realtime' });
  const audio = { type: 'input_audio_buffer.append', audio: 'AAAA' };
  tool.send(audio);
  await expect.poll(() => lab.sockets.messages.length).toBe(1);
  await setBudget({ action: 'block' });
  tool.send(audio);
  expect(await tool.closed).toMatchObject({ code: 1008 });
  expect(lab.sockets.messages).toHaveLength(1);
});

test('is in the status, and word of it goes out when a window listens', async () => {
  const pushes: Push[] = [];
  await startSpent({ action: 'notify', usd: 100 });
  lab.gateway.runtime.onPush((push) => pushes.push(push));
  expect(lab.gateway.runtime.status()).toMatchObject({
    spend: { day: { cost: '12000000000000', turns: 1, unpriced: 0 } },
    budgets: [{ id: 'day', spent: '12000000000000', limit: '100000000000000', percent: 12, inForce: false }],
  });
  await setBudget({ action: 'filterFast', usd: 15 });
  await expect.poll(() => pushes.find(({ type }) => type === 'budget')).toMatchObject({ threshold: 80 });
  await setBudget({ action: 'filterFast', usd: 12 });
  expect(lab.gateway.runtime.status().budgets).toMatchObject([{ percent: 100, inForce: true }]);
});
