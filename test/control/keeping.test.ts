import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Retention, previewRetention } from '../../src/main/control/retention.ts';
import { type OldTurns, backUp, lookThrough, oldTurns } from '../../src/main/ledger/keeping.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12);

let home: string;
let ledger: Ledger;
let timers: FakeTimers;
let retention: Retention;
let days: number | null;
let removed: number[];
let seq: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => NOW));
  timers = new FakeTimers();
  days = null;
  removed = [];
  seq = 0;
  retention = new Retention({
    ...looking(),
    after: timers.after,
    days: () => days,
    ledger,
    done: (count) => removed.push(count),
    trouble: (error) => {
      throw error;
    },
  });
});

afterEach(() => {
  retention.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** What a look at old turns needs. */
function looking(): { find: (before: number) => Promise<OldTurns>; zone: string; now: () => number } {
  const find = (before: number): Promise<OldTurns> => {
    const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
    try {
      return Promise.resolve(oldTurns(database, { before }));
    } finally {
      database.close();
    }
  };
  return { find, zone: 'UTC', now: () => NOW };
}

/** Records turns that began so many days ago. */
function record(...ages: number[]): void {
  for (const age of ages) ledger.record(sampleTurn((seq += 1), { startedAt: NOW - age * DAY }));
}

function left(): number[] {
  const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
  const rows = database.prepare('SELECT started_at FROM turn ORDER BY seq').all();
  database.close();
  return rows.map((row) => (NOW - Number(row['started_at'])) / DAY);
}

describe('old turns', () => {
  test('are shown before they are let go, and then are gone', async () => {
    record(100, 90, 61, 59, 40, 1);
    expect(await previewRetention(looking(), 60)).toEqual({
      turns: 3,
      oldest: NOW - 100 * DAY,
      before: NOW - 60 * DAY,
    });
    expect(left()).toHaveLength(6);
    expect(await retention.apply(60)).toBe(3);
    expect(left()).toEqual([59, 40, 1]);
    expect(removed).toEqual([3]);
    expect(await retention.apply(60)).toBe(0);
  });

  test('of the running month stay, however few days are kept', async () => {
    record(30, 25, 23, 10, 1);
    expect(await previewRetention(looking(), 1)).toMatchObject({ turns: 2, before: Date.UTC(2026, 10, 1) });
    await retention.apply(1);
    expect(left()).toEqual([23, 10, 1]);
  });

  test.each([
    ['a week that began in the month before', Date.UTC(2026, 11, 2, 12), Date.UTC(2026, 10, 30)],
    ['a month that began in the middle of a week', Date.UTC(2026, 9, 2, 12), Date.UTC(2026, 8, 28)],
    ['a month that began before this week', Date.UTC(2026, 9, 9, 12), Date.UTC(2026, 9, 1)],
  ])('of %s stay', async (_, now, before) => {
    expect(await previewRetention({ ...looking(), now: () => now }, 1)).toMatchObject({ before });
  });

  test('never include the newest, so that numbers go on', async () => {
    record(100, 99);
    expect(await retention.apply(30)).toBe(1);
    record(0);
    const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
    expect(database.prepare('SELECT max(seq) AS last FROM turn').get()?.['last']).toBe(3);
    database.close();
  });

  test('many of them go in slices, between which turns are recorded', async () => {
    record(...Array.from({ length: 450 }, () => 100), 1);
    const gone = retention.apply(30);
    record(0);
    expect(await gone).toBe(450);
    expect(left()).toEqual([1, 0]);
  });

  test('of an empty ledger are none', async () => {
    expect(await previewRetention(looking(), 1)).toMatchObject({ turns: 0, oldest: null });
    expect(await retention.apply(1)).toBe(0);
  });

  test('are let go every day, as long as the settings say so', async () => {
    record(100, 1);
    retention.start();
    timers.pass(60_000);
    await expect.poll(() => timers.waiting).toBe(1);
    expect(left()).toHaveLength(2);
    days = 60;
    timers.pass(DAY);
    await expect.poll(() => removed).toEqual([1]);
    expect(left()).toEqual([1]);
    await expect.poll(() => timers.waiting).toBe(1);
  });
});

describe('a backup', () => {
  test('is whole, sound, the owner’s alone, and of this moment', () => {
    record(3, 2, 1);
    const to = join(home, 'copy.sqlite');
    const reader = new DatabaseSync(ledgerFile(home), { readOnly: true });
    const { bytes } = backUp(reader, { to });
    reader.close();
    record(0);
    expect(statSync(to)).toMatchObject({ size: bytes });
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const copy = new DatabaseSync(to, { readOnly: true });
    expect(lookThrough(copy)).toEqual({ problems: [], turns: 3, newest: NOW - DAY });
    expect(copy.prepare('PRAGMA user_version').get()?.['user_version']).toBeGreaterThan(0);
    copy.close();
  });

  test('never goes over a file that is there', () => {
    const to = join(home, 'copy.sqlite');
    writeFileSync(to, 'mine');
    const reader = new DatabaseSync(ledgerFile(home), { readOnly: true });
    expect(() => backUp(reader, { to })).toThrow('EEXIST');
    reader.close();
    expect(readdirSync(home)).toContain('copy.sqlite');
  });
});
