import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

let home: string;
let ledger: Ledger;
let other: DatabaseSync;
let trouble: (string | null)[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  trouble = [];
  const events = { onCheckpointDue: () => undefined, onTrouble: (reason: string | null) => trouble.push(reason) };
  ({ ledger } = Ledger.open(home, events, () => 0));
  other = new DatabaseSync(ledgerFile(home));
});

afterEach(() => {
  other.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const rows = (): number => Number(other.prepare('SELECT count(*) AS rows FROM turn').get()?.['rows']);

/** What each of so many turns that end in one moment was told, and how many rows another connection saw then. */
function together(count: number): Promise<{ readonly turn: Turn | null; readonly seen: number }[]> {
  return Promise.all(
    Array.from(
      { length: count },
      (_, index) =>
        new Promise<{ turn: Turn | null; seen: number }>((resolve) => {
          ledger.recordSoon(sampleTurn(index + 1), (turn) => {
            resolve({ turn, seen: rows() });
          });
        }),
    ),
  );
}

describe('turns that end in the same moment', () => {
  test.each([1, 2, 50])('%i of them are all committed before the first is told', async (count) => {
    const told = await together(count);
    expect(told.map(({ turn }) => turn?.seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(told.map(({ seen }) => seen)).toEqual(Array.from({ length: count }, () => count));
  });

  test('are not committed before that moment is over', () => {
    ledger.recordSoon(sampleTurn(1), () => undefined);
    expect(rows()).toBe(0);
  });

  test('one that cannot be written costs the others nothing', async () => {
    other.exec(
      `CREATE TRIGGER odd BEFORE INSERT ON turn WHEN NEW.id = '${sampleTurn(2).id}' BEGIN SELECT RAISE(FAIL, 'no'); END`,
    );
    const told = await together(3);
    expect(told.map(({ turn }) => turn?.id ?? null)).toEqual([sampleTurn(1).id, null, sampleTurn(3).id]);
    expect([rows(), ledger.lost]).toEqual([2, 1]);
  });

  test('one that ends the transaction costs the others nothing either', async () => {
    other.exec(
      `CREATE TRIGGER odd BEFORE INSERT ON turn WHEN NEW.id = '${sampleTurn(2).id}' BEGIN SELECT RAISE(ROLLBACK, 'no'); END`,
    );
    const told = await together(3);
    expect(told.map(({ turn }) => turn?.id ?? null)).toEqual([sampleTurn(1).id, null, sampleTurn(3).id]);
    expect([rows(), ledger.lost]).toEqual([2, 1]);
  });

  test('while another program holds the file are each announced as lost, and told', async () => {
    other.exec('BEGIN IMMEDIATE');
    const told = await together(2);
    other.exec('ROLLBACK');
    expect(told.map(({ turn }) => turn)).toEqual([null, null]);
    expect(ledger.lost).toBe(2);
    expect(trouble).toHaveLength(2);
  });

  test('end also where what the first one does with its row fails', async () => {
    const watching = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const bug = new Promise((resolve) => process.once('uncaughtException', resolve));
    ledger.recordSoon(sampleTurn(1), () => {
      throw new Error('a bug');
    });
    const second = new Promise<Turn | null>((resolve) => {
      ledger.recordSoon(sampleTurn(2), resolve);
    });
    expect((await second)?.seq).toBe(2);
    expect(await bug).toMatchObject({ message: 'a bug' });
    for (const listener of watching) process.on('uncaughtException', listener);
  });

  test('and wait when the ledger closes are committed by that', () => {
    let told: Turn | null = null;
    ledger.recordSoon(sampleTurn(1), (turn) => (told = turn));
    ledger.close();
    expect(told).not.toBeNull();
    expect(rows()).toBe(1);
    ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0));
  });
});
