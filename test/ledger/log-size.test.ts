import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const MIB = 1024 * 1024;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** How large the log is when it is first due, where so many rows are committed at a time. */
async function sizeWhenDue(together: number): Promise<number> {
  let size = 0;
  const events = {
    onCheckpointDue: () => {
      size = statSync(`${ledgerFile(home)}-wal`).size;
    },
    onTrouble: () => undefined,
  };
  const { ledger } = Ledger.open(home, events, () => 0);
  for (let number = 0; size === 0; number += together) {
    await Promise.all(
      Array.from(
        { length: together },
        (_, index) =>
          new Promise((resolve) => {
            ledger.recordSoon(sampleTurn(number + index), resolve);
          }),
      ),
    );
  }
  ledger.close();
  return size;
}

// Each time costs two waits for the disk, so a row that comes alone must not count for more than it writes.
test.each([1, 4, 15, 60])('the log is due at some 16 MiB where rows come %i at a time', async (together) => {
  const size = (await sizeWhenDue(together)) / MIB;
  expect(size).toBeGreaterThan(11);
  expect(size).toBeLessThan(21);
});
