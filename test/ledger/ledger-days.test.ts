import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ledgerDays } from '../../src/main/ledger/ledger-days.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { NO_USAGE } from '../../src/shared/usage.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const DAY = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;

let home: string;
let ledger: Ledger;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => DAY));
});

afterEach(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** The days of an account whose turns these are. */
function daysOf(...turns: Partial<Turn>[]): ReturnType<typeof ledgerDays> {
  turns.forEach((turn, index) => {
    ledger.record(sampleTurn(index + 1, { account: 'openai', startedAt: DAY, sentAt: DAY, endedAt: DAY, ...turn }));
  });
  const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
  try {
    return ledgerDays(database, { accounts: ['openai'], from: DAY, until: DAY + DAY_MS });
  } finally {
    database.close();
  }
}

const NO_MODEL = { requested: null, upstream: null, served: null };

test('calls that ran no model, such as lists of files, are none of a day’s', () => {
  const ran = { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: null };
  const days = daysOf({ models: ran }, { models: NO_MODEL, tokens: NO_USAGE, route: '/files' });
  expect(days.map(({ model, requests }) => [model, requests])).toEqual([['gpt-5.5', 1]]);
});

test('a call that has tokens is one, though nobody named its model', () => {
  const days = daysOf({ models: NO_MODEL, tokens: { ...NO_USAGE, input: 10, output: 2 } });
  expect(days).toMatchObject([{ model: null, requests: 1, input: 10, output: 2 }]);
});
