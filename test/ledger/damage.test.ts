import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, type OpenedLedger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { MIGRATIONS } from '../../src/main/ledger/migrations/index.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const NOW = Date.parse('2026-11-21T13:05:07.009Z');

let home: string;
const ledgers: Ledger[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  for (const ledger of ledgers.splice(0)) ledger.close();
  rmSync(home, { recursive: true, force: true });
});

function open(): OpenedLedger {
  const opened = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => NOW);
  ledgers.push(opened.ledger);
  return opened;
}

/** Leaves a ledger of many pages behind. */
function fill(rows = 200): void {
  const { ledger } = open();
  for (let number = 1; number <= rows; number += 1) ledger.record(sampleTurn(number));
  ledger.close();
  ledgers.length = 0;
}

function file(): string {
  return ledgerFile(home);
}

const ASIDE = 'ledger.sqlite.broken-2026-11-21T13-05-07-009Z';

describe('a ledger file', () => {
  test('that is not there is made, for its owner alone', () => {
    expect(open().setAside).toBeNull();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toContain('ledger.sqlite');
  });

  test('that is empty is begun', () => {
    writeFileSync(file(), '');
    const { ledger, setAside } = open();
    expect(setAside).toBeNull();
    expect(ledger.record(sampleTurn(1))?.seq).toBe(1);
  });

  test('goes on where it was left', () => {
    fill(3);
    const { ledger, setAside } = open();
    expect(setAside).toBeNull();
    expect(ledger.record(sampleTurn(4))?.seq).toBe(4);
  });

  test('leaves nothing beside it when it is closed', () => {
    fill(3);
    expect(readdirSync(home)).toEqual(['ledger.sqlite']);
  });
});

describe('a broken ledger file', () => {
  test.each<[name: string, spoil: () => void]>([
    [
      'bytes without meaning',
      () => {
        writeFileSync(file(), Buffer.alloc(8192, 'garbage '));
      },
    ],
    [
      'a short text',
      () => {
        writeFileSync(file(), 'hello');
      },
    ],
    [
      'half of a ledger',
      () => {
        fill();
        truncateSync(file(), statSync(file()).size / 2);
      },
    ],
    [
      'a ledger whose first page was overwritten',
      () => {
        fill();
        const bytes = readFileSync(file());
        bytes.fill(0xaa, 100, 4096);
        writeFileSync(file(), bytes);
      },
    ],
    [
      'a ledger that lost its newest rows to noise',
      () => {
        fill();
        const bytes = readFileSync(file());
        bytes.fill(0xaa, 4096);
        writeFileSync(file(), bytes);
      },
    ],
  ])('with %s is set aside whole, and a new one begun', (_name, spoil) => {
    spoil();
    const before = readFileSync(file());
    const { ledger, setAside } = open();
    expect(setAside).toBe(ASIDE);
    expect(readFileSync(join(home, ASIDE))).toEqual(before);
    expect(ledger.record(sampleTurn(1))?.seq).toBe(1);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });
});

describe('a ledger that a newer version wrote', () => {
  function writeNewer(journal: 'WAL' | 'DELETE'): Buffer {
    fill(3);
    const database = new DatabaseSync(file());
    database.exec(`PRAGMA journal_mode = ${journal}; PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    return readFileSync(file());
  }

  test('is refused by name and left as it is', () => {
    const before = writeNewer('WAL');
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'ledger_newer',
        detail: `its version is ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length}`,
      }),
    );
    expect(readFileSync(file())).toEqual(before);
    expect(readdirSync(home)).toEqual(['ledger.sqlite']);
  });

  test('is left as it is, whatever journal it keeps', () => {
    const before = writeNewer('DELETE');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'ledger_newer' }));
    expect(readFileSync(file())).toEqual(before);
  });
});
