import { expect, test } from 'vitest';
import { Spending } from '../../src/main/control/spending.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const NOW = sampleTurn(1).startedAt;

const paid = (seq: number): ReturnType<typeof sampleTurn> =>
  sampleTurn(seq, { startedAt: NOW, costBasis: 'money', saved: 0, premium: 0 });

test('a turn that is recorded while the ledger is asked counts once, whether or not the answer holds it', async () => {
  const spending = new Spending(() => NOW, 'UTC');
  const { promise: answer, resolve } = Promise.withResolvers<{ tools: []; lastSeq: number }>();
  const loading = spending.load(() => answer);
  spending.add(paid(1));
  spending.add(paid(2));
  resolve({ tools: [], lastSeq: 1 });
  await loading;
  expect(spending.spent('day', null).turns).toBe(1);
});

test('what is counted stands where the ledger cannot be asked, and the next answer takes its place', async () => {
  const spending = new Spending(() => NOW, 'UTC');
  await expect(spending.load(() => Promise.reject(new Error('no ledger')))).rejects.toThrow('no ledger');
  spending.add(paid(1));
  expect(spending.spent('day', 'codex').turns).toBe(1);
  const tools = [{ tool: 'codex', cost: 5n, saved: 0n, premium: 0n, turns: 7, unpriced: 0 }];
  await spending.load(() => Promise.resolve({ tools, lastSeq: 1 }));
  expect(spending.spent('month', null)).toMatchObject({ cost: 5n, turns: 7 });
});
