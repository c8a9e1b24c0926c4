import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { MIGRATIONS } from '../../src/main/ledger/migrations/index.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { COLUMNS, rowOf } from '../../src/main/ledger/row.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

/** Rows outlive the versions that wrote them: what those did not tell is unknown, and nothing else is lost. */
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

const COST = { input: 10, cached: 20, cacheWrite: 30, cacheWriteHour: 40, output: 50, total: 150 };
const TURN = sampleTurn(1, { cost: COST, costBasis: 'money', tokens: { cacheWrite: 7, cacheWriteHour: 3 } });

/** A ledger as the version after so many steps left it, with one turn in it. */
function older(steps: number): void {
  const database = new DatabaseSync(ledgerFile(home));
  database.exec(`${MIGRATIONS.slice(0, steps).join('')} PRAGMA user_version = ${steps}`);
  const known = new Set(
    database
      .prepare("SELECT name FROM pragma_table_info('turn')")
      .all()
      .map(({ name }) => name),
  );
  const values = rowOf(TURN);
  const kept = COLUMNS.map((column, index) => ({ column, value: values[index] ?? null })).filter(({ column }) =>
    known.has(column),
  );
  database
    .prepare(`INSERT INTO turn (${kept.map(({ column }) => column).join()}) VALUES (${kept.map(() => '?').join()})`)
    .run(...kept.map(({ value }) => value));
  database.close();
}

function raise(): void {
  const events = { onCheckpointDue: () => undefined, onTrouble: () => undefined };
  Ledger.open(home, events, () => 0).ledger.close();
}

test.each(MIGRATIONS.map((_, index) => index + 1))('a ledger after step %i is raised with its turn', async (steps) => {
  older(steps);
  raise();
  const reader = new LedgerReader(ledgerFile(home));
  const { turns } = await reader.page({ order: 'newest', limit: 10 });
  await reader.close();
  const hour = steps < 4 ? { tokens: { cacheWriteHour: null }, cost: { cacheWriteHour: null } } : {};
  expect(turns).toMatchObject([{ id: TURN.id, models: TURN.models, cost: { cacheWrite: 30, total: 150 }, ...hour }]);
  if (steps === MIGRATIONS.length) expect(turns).toEqual([{ ...TURN, seq: 1 }]);
});

test('the digest of a ledger that is not raised yet is kept, with the prices that only it knows', async () => {
  older(MIGRATIONS.length);
  const ask = async (): Promise<unknown> => {
    const reader = new LedgerReader(ledgerFile(home));
    try {
      return (await reader.sums({ filter: {}, by: [], zone: 'UTC' })).total.cost;
    } finally {
      await reader.close();
    }
  };
  expect(await ask()).toBe('150');
  const digest = new DatabaseSync(join(home, 'digest.sqlite'));
  digest.exec("INSERT INTO repriced VALUES (1, 'later', 1, 2, 3, 4, 15, 'money', 0, 0)");
  digest.close();
  const ledger = new DatabaseSync(ledgerFile(home));
  ledger.exec(`PRAGMA user_version = ${MIGRATIONS.length - 1}`);
  ledger.close();
  await expect(ask()).rejects.toThrow('the ledger is an older one');
  const back = new DatabaseSync(ledgerFile(home));
  back.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  back.close();
  const reader = new LedgerReader(ledgerFile(home));
  const { turns } = await reader.page({ order: 'newest', limit: 1 });
  await reader.close();
  expect(turns).toMatchObject([
    { cost: { input: 1, cached: 2, cacheWrite: 3, cacheWriteHour: 5, output: 4, total: 15 } },
  ]);
});

test('a ledger that another program raises at the same moment is raised once, and not set aside', () => {
  older(2);
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
  // The first is after the version was read, and before anything is locked.
  exec.mockImplementation(function (this: DatabaseSync, sql) {
    exec.mockRestore();
    const other = new DatabaseSync(ledgerFile(home));
    other.exec(`${MIGRATIONS.slice(2).join('')} PRAGMA user_version = ${MIGRATIONS.length}`);
    other.close();
    this.exec(sql);
  });
  raise();
  expect(readdirSync(home)).toEqual(['ledger.sqlite']);
});

test('a step that fails leaves the file where it is', () => {
  older(MIGRATIONS.length);
  const database = new DatabaseSync(ledgerFile(home));
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length - 1}`);
  database.close();
  expect(raise).toThrow('duplicate column name');
  expect(readdirSync(home)).toEqual(['ledger.sqlite']);
});
