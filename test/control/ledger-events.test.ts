import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventsOfLedger } from '../../src/main/control/ledger-events.ts';
import { Notices } from '../../src/main/control/notices.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import type { Log } from '../../src/main/logs/log.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

let home: string;
let ledger: Ledger;
let reader: LedgerReader;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(async () => {
  await reader.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** Opens the ledger with the events of the house; `checkpoint` takes the reader's place. */
function open(checkpoint?: () => Promise<void>): { readonly limits: (() => void)[] } {
  const limits: (() => void)[] = [];
  const events = eventsOfLedger({
    reader: () => (checkpoint === undefined ? reader : { checkpoint }),
    ledger: () => ledger,
    after: (_, action) => {
      limits.push(action);
      return () => undefined;
    },
    notices: new Notices(
      () => 0,
      () => undefined,
    ),
    log: { warn: () => undefined } as unknown as Log,
  });
  ({ ledger } = Ledger.open(home, events, () => 0));
  reader = new LedgerReader(ledgerFile(home));
  return { limits };
}

/** What SQLite puts at the head of a log, and changes when it begins anew (its file format, 4.1). */
function salt(): Buffer {
  const head = Buffer.alloc(24);
  const file = openSync(`${ledgerFile(home)}-wal`, 'r');
  readSync(file, head);
  closeSync(file);
  return head.subarray(16);
}

/** Commits so many turns in one transaction. */
function together(from: number, count: number): Promise<unknown> {
  const turns = Array.from({ length: count }, (_, index) => sampleTurn(from + index));
  return Promise.all(
    turns.map(
      (turn) =>
        new Promise((resolve) => {
          ledger.recordSoon(turn, resolve);
        }),
    ),
  );
}

describe('the log under load', () => {
  test('begins anew while rows never stop coming', async () => {
    open();
    await together(1, 10);
    const first = salt();
    let rows = 10;
    // Without a pause there never is a moment in which nothing of it is left to fold.
    for (; salt().equals(first); rows += 10) await together(rows + 1, 10);
    expect((await reader.page({ order: 'newest', limit: 1 })).turns[0]?.seq).toBe(rows);
  }, 60_000);

  test('keeps rows waiting while its rest is folded, for as long as allowed and no longer', async () => {
    let folds = 0;
    const asked = Promise.withResolvers<undefined>();
    const { limits } = open(() => {
      folds += 1;
      if (folds === 1) {
        // Rows come while the first part is folded.
        return together(1_000_000, 1).then(() => undefined);
      }
      asked.resolve(undefined);
      // The reader is busy with something else and never comes to it.
      return new Promise(() => undefined);
    });
    for (let number = 1; folds === 0; number += 1) ledger.record(sampleTurn(number));
    await asked.promise;
    let told = false;
    const waiting = together(2_000_000, 1).then(() => (told = true));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(told).toBe(false);
    expect(limits).toHaveLength(1);
    limits[0]?.();
    await waiting;
    expect(told).toBe(true);
  });
});

describe('rows that are held', () => {
  test('are committed on release, at once and together', async () => {
    open();
    const goOn = ledger.hold();
    const seen: (number | undefined)[] = [];
    ledger.recordSoon(sampleTurn(1), (turn) => seen.push(turn?.seq));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(seen).toEqual([]);
    goOn();
    expect(seen).toEqual([1]);
    goOn();
    await together(2, 1);
    expect((await reader.page({ order: 'newest', limit: 1 })).turns[0]?.seq).toBe(2);
  });

  test('are not lost when the gateway stops meanwhile', () => {
    open();
    ledger.hold();
    const seen: (number | undefined)[] = [];
    ledger.recordSoon(sampleTurn(1), (turn) => seen.push(turn?.seq));
    ledger.close();
    expect(seen).toEqual([1]);
    ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0));
    expect(ledger.record(sampleTurn(2))?.seq).toBe(2);
  });
});
