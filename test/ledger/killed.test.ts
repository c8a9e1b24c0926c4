import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Another process that records turns for ever and tells of each one that is committed. */
const WRITER = `
  import { writeSync } from 'node:fs';
  const { Ledger } = await import(process.argv[1]);
  const { sampleTurn } = await import(process.argv[2]);
  const { ledger } = Ledger.open(process.argv[3], { onCheckpointDue() {}, onTrouble() {} }, Date.now);
  for (let number = 1; ; number += 1) writeSync(1, ledger.record(sampleTurn(number)).id + '\\n');
`;

test('a gateway that is killed outright has lost no turn whose end was told', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      WRITER,
      new URL('../../src/main/ledger/ledger.ts', import.meta.url).href,
      new URL('../fakes/turn-sample.ts', import.meta.url).href,
      home,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // What was told before the kill and read after it counts as well.
    if (told.push(line) === 300) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  expect(told.length).toBeGreaterThanOrEqual(300);

  const { ledger, setAside } = Ledger.open(
    home,
    { onCheckpointDue: () => undefined, onTrouble: () => undefined },
    () => 0,
  );
  expect(setAside).toBeNull();
  const reader = new LedgerReader(ledgerFile(home));
  const { turns } = await reader.page({ order: 'oldest', limit: 1_000_000 });
  expect(turns.slice(0, told.length).map(({ id }) => id)).toEqual(told);
  // At most the one turn whose commit was not told any more, and nothing twice.
  expect(turns.length - told.length).toBeLessThanOrEqual(1);
  expect(turns.map(({ seq }) => seq)).toEqual(turns.map((_, index) => index + 1));
  expect(ledger.record(sampleTurn(1_000_000))?.seq).toBe(turns.length + 1);
  await reader.close();
  ledger.close();
});
