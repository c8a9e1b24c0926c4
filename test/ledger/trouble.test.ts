import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, type LedgerEvents, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

let home: string;
let ledger: Ledger;
let events: { trouble: (string | null)[]; due: number };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  events = { trouble: [], due: 0 };
  const listener: LedgerEvents = {
    onCheckpointDue: () => (events.due += 1),
    onTrouble: (reason) => events.trouble.push(reason),
  };
  ({ ledger } = Ledger.open(home, listener, () => 0));
});

afterEach(() => {
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** Does something to the ledger as another program could. */
function outside(sql: string): void {
  const database = new DatabaseSync(ledgerFile(home));
  database.exec(sql);
  database.close();
}

describe('rows that cannot be written', () => {
  test('are announced and counted, never thrown, and recovery is announced once', () => {
    expect(ledger.record(sampleTurn(1))?.seq).toBe(1);
    outside(`CREATE TRIGGER full BEFORE INSERT ON turn BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
    expect(ledger.record(sampleTurn(2))).toBeNull();
    expect(ledger.record(sampleTurn(3))).toBeNull();
    expect(ledger.lost).toBe(2);
    expect(events.trouble).toEqual(['database or disk is full', 'database or disk is full']);

    outside('DROP TRIGGER full');
    expect(ledger.record(sampleTurn(4))?.seq).toBe(2);
    expect(ledger.record(sampleTurn(5))?.seq).toBe(3);
    expect(ledger.lost).toBe(2);
    expect(events.trouble).toEqual(['database or disk is full', 'database or disk is full', null]);
  });

  test('because the table is away are recorded again when it is back', () => {
    outside('ALTER TABLE turn RENAME TO aside');
    expect(ledger.record(sampleTurn(1))).toBeNull();
    expect(events.trouble).toEqual([expect.stringContaining('turn')]);
    outside('ALTER TABLE aside RENAME TO turn');
    expect(ledger.record(sampleTurn(2))?.seq).toBe(1);
    expect(events.trouble.at(-1)).toBeNull();
  });

  test('that went well announce nothing', () => {
    ledger.record(sampleTurn(1));
    expect(events).toEqual({ trouble: [], due: 0 });
  });
});

describe('the write-ahead log', () => {
  /** So many rows, each committed by itself, make a checkpoint due. */
  const DUE = 3277;

  function record(from: number): void {
    for (let number = from; number < from + DUE; number += 1) ledger.record(sampleTurn(number));
  }

  function logSize(): number {
    return statSync(`${ledgerFile(home)}-wal`).size;
  }

  test('is folded back when that is due, starts again from its beginning, and shrinks at the end', async () => {
    const reader = new LedgerReader(ledgerFile(home));
    record(1);
    expect(events.due).toBe(1);
    const grown = logSize();
    const before = statSync(ledgerFile(home)).size;
    await reader.checkpoint();
    expect(statSync(ledgerFile(home)).size).toBeGreaterThan(before);

    record(1 + DUE);
    expect(events.due).toBe(2);
    await reader.checkpoint();
    // Without the first checkpoint it would have doubled.
    expect(logSize()).toBeLessThan(grown * 1.5);
    expect((await reader.page({ order: 'newest', limit: 1 })).turns[0]?.seq).toBe(2 * DUE);

    await reader.close();
    ledger.close();
    expect(() => logSize()).toThrow('ENOENT');
    ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0));
    expect(ledger.record(sampleTurn(9999))?.seq).toBe(2 * DUE + 1);
  });

  test('that is being read makes neither the writer nor the checkpoint wait', async () => {
    const reader = new LedgerReader(ledgerFile(home));
    ledger.record(sampleTurn(1));
    const other = new DatabaseSync(ledgerFile(home), { readOnly: true });
    other.exec('BEGIN; SELECT * FROM turn');
    ledger.record(sampleTurn(2));
    await reader.checkpoint();
    expect(ledger.record(sampleTurn(3))?.seq).toBe(3);
    expect(other.prepare('SELECT count(*) AS rows FROM turn').get()).toEqual({ rows: 1 });
    other.close();
    await reader.close();
  });
});
