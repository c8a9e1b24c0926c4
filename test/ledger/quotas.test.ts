import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';

let home: string;
let trouble: (string | null)[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  trouble = [];
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function open(): Ledger {
  const events = { onCheckpointDue: () => undefined, onTrouble: (reason: string | null) => trouble.push(reason) };
  return Ledger.open(home, events, () => 0).ledger;
}

const FIVE = { minutes: 300, usedPercent: 12.5, resetsAt: 9000, seenAt: 1000 };
const WEEK = { minutes: 10_080, usedPercent: 80, resetsAt: null, seenAt: 1000 };

test('quotas outlive a restart, in their order, those of one account apart from another’s', () => {
  const before = open();
  before.keepQuotas('b', [WEEK]);
  before.keepQuotas('a', [WEEK, FIVE]);
  before.close();
  const after = open();
  expect(after.quotas).toEqual([
    { account: 'a', ...WEEK },
    { account: 'a', ...FIVE },
    { account: 'b', ...WEEK },
  ]);
  after.close();
});

test('what is told later takes the place of all that was told before', () => {
  const ledger = open();
  ledger.keepQuotas('a', [FIVE, WEEK]);
  ledger.keepQuotas('a', [{ ...WEEK, usedPercent: 81 }]);
  expect(ledger.quotas).toEqual([{ account: 'a', ...WEEK, usedPercent: 81 }]);
  ledger.keepQuotas('a', []);
  expect(ledger.quotas).toEqual([]);
  ledger.close();
});

test('what cannot be written is told, and the next can be', () => {
  const ledger = open();
  ledger.keepQuotas('a', [FIVE]);
  const other = new DatabaseSync(ledgerFile(home));
  other.exec('BEGIN IMMEDIATE');
  ledger.keepQuotas('a', [WEEK]);
  expect(trouble).toEqual(['database is locked']);
  other.exec('ROLLBACK');
  other.close();
  expect(ledger.quotas).toEqual([{ account: 'a', ...FIVE }]);
  ledger.keepQuotas('a', [WEEK]);
  expect(ledger.quotas).toEqual([{ account: 'a', ...WEEK }]);
  ledger.close();
});
