import { mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Digest } from '../../src/main/ledger/digest/digest.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { prepareQueries } from '../../src/main/ledger/queries.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

let home: string;
let ledger: Ledger;
let open: Digest | null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ledger = openLedger();
  open = null;
});

afterEach(() => {
  open?.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

function openLedger(): Ledger {
  return Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0).ledger;
}

const file = (): string => join(home, 'digest.sqlite');

function record(from: number, to: number, more: Parameters<typeof sampleTurn>[1] = {}): void {
  for (let number = from; number <= to; number += 1) ledger.record(sampleTurn(number, more));
}

/** Opens the digest anew, lets it catch up, and asks it. */
function asked(): { turns: number; cost: string; inMemory: boolean; kinds: number } {
  open?.close();
  open = Digest.open(file(), ledgerFile(home));
  open.catchUpWhole();
  const { total } = prepareQueries(open).sums({ filter: {}, by: [], zone: 'UTC' });
  return { turns: total.turns, cost: total.cost, inMemory: open.inMemory, kinds: open.kinds.all.length };
}

/** Does something to a database as another program could. */
function outside(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('the digest', () => {
  test('begins for its owner alone, and follows the ledger', () => {
    expect(asked()).toMatchObject({ turns: 0, inMemory: false });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    record(1, 3);
    expect(asked().turns).toBe(3);
    record(4, 5);
    open?.catchUpWhole();
    record(6, 6);
    expect(asked().turns).toBe(6);
  });

  test('takes in many turns a slice at a time', () => {
    record(1, 4001);
    open = Digest.open(file(), ledgerFile(home));
    expect(open.catchUp()).toBe(true);
    expect(open.catchUp()).toBe(false);
    expect(asked().turns).toBe(4001);
  });

  test('keeps sums that a number cannot hold', () => {
    const most = Number.MAX_SAFE_INTEGER;
    record(1, 5, {
      cost: { input: most, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, total: most },
      costBasis: 'money',
    });
    expect(asked().cost).toBe('45035996273704955');
  });

  test('is begun anew with another ledger, and with one that was let go of', () => {
    record(1, 10, { tool: 'before' });
    expect(asked().turns).toBe(10);
    ledger.close();
    rmSync(ledgerFile(home));
    ledger = openLedger();
    record(101, 112, { tool: 'after' });
    expect(asked()).toMatchObject({ turns: 12, kinds: 1 });
    outside(ledgerFile(home), 'DELETE FROM turn');
    expect(asked()).toMatchObject({ turns: 0, kinds: 0 });
  });

  test.each([1, 150, 399, 400])(
    'lets go of %i turns as the ledger does, and is then like one that never had them',
    (count) => {
      for (let number = 1; number <= 400; number += 1)
        record(number, number, {
          tool: `tool-${number % 7}`,
          session: `session-${number % 3}`,
          error: number < 90 ? 'upstream_500' : null,
        });
      expect(asked().turns).toBe(400);
      outside(ledgerFile(home), `DELETE FROM turn WHERE seq <= ${count}`);
      record(401, 420);
      expect(asked().turns).toBe(420 - count);
      const fresh = Digest.inMemory(ledgerFile(home));
      fresh.catchUpWhole();
      const [one, other] = [open as unknown as Digest, fresh].map((digest) => {
        const queries = prepareQueries(digest);
        const page = queries.page({ order: 'oldest', limit: 500, filter: { tools: ['tool-3', 'codex'] } });
        const { groups } = queries.sums({ filter: {}, by: ['hour', 'tool'], zone: 'UTC' });
        return {
          page,
          total: queries.sums({ filter: {}, by: [], zone: 'UTC' }),
          sums: groups.toSorted((a, b) => a.key.join().localeCompare(b.key.join())),
          tools: queries.facets(null).tools.toSorted(),
          session: queries.count({ filter: { session: 'session-1' } }),
          failed: queries.count({ filter: { status: 'failed' } }),
        };
      });
      fresh.close();
      expect(one).toEqual(other);
    },
  );

  test.each<[what: string, spoil: () => void]>([
    ['is no database', () => writeFileSync(file(), 'garbage '.repeat(1000))],
    ['is of another version', () => outside(file(), 'UPDATE state SET version = version + 1')],
    ['lacks a table', () => outside(file(), 'DROP TABLE mark')],
    ['is empty', () => writeFileSync(file(), '')],
  ])('that %s is made anew', (_what, spoil) => {
    record(1, 10);
    asked();
    open?.close();
    open = null;
    spoil();
    expect(asked()).toMatchObject({ turns: 10, inMemory: false });
  });

  test('whose file cannot be had is kept in memory', () => {
    mkdirSync(file());
    record(1, 3);
    expect(asked()).toMatchObject({ turns: 3, inMemory: true });
  });

  test('that failed half-way in a slice takes it in whole the next time', () => {
    asked();
    record(1, 4);
    outside(file(), `CREATE TRIGGER full BEFORE INSERT ON session BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
    expect(() => open?.catchUp()).toThrow('disk full');
    expect(open?.kinds.all).toEqual([]);
    outside(file(), 'DROP TRIGGER full');
    open?.catchUpWhole();
    expect(asked().turns).toBe(4);
  });

  test('never writes to the ledger', () => {
    open = Digest.open(file(), ledgerFile(home));
    expect(() => open?.database.exec('DELETE FROM ledger.turn')).toThrow('readonly');
  });
});

test('a reader whose disk takes no digest answers all the same', async () => {
  asked();
  record(1, 4);
  open?.close();
  open = null;
  outside(file(), `CREATE TRIGGER full BEFORE INSERT ON mark BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
  const reader = new LedgerReader(ledgerFile(home));
  expect((await reader.sums({ filter: {}, by: [], zone: 'UTC' })).total.turns).toBe(4);
  record(5, 5);
  expect(await reader.count({ filter: { tools: ['codex'] } })).toBe(5);
  await reader.close();
});
