import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger } from '../../src/main/ledger/ledger.ts';

const EVENTS = { onCheckpointDue: () => undefined, onTrouble: () => undefined };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function open(): Ledger {
  return Ledger.open(home, EVENTS, () => 0).ledger;
}

const KEPT = { fingerprint: 'aaaa', model: null, reason: 'quota', until: 5000 } as const;
const FOR_A_MODEL = { ...KEPT, model: 'gpt-5.5', reason: 'rate_limited', until: 9000 } as const;

test('cooldowns outlive a restart, each scope for itself, until their end', () => {
  const before = open();
  before.keepCooldown(KEPT);
  before.keepCooldown(FOR_A_MODEL);
  before.keepCooldown({ ...KEPT, until: 6000 });
  before.close();
  const after = open();
  expect(after.cooldowns(5500)).toEqual([{ ...KEPT, until: 6000 }, FOR_A_MODEL]);
  expect(after.cooldowns(6000)).toEqual([FOR_A_MODEL]);
  after.dropCooldown('aaaa');
  expect(after.cooldowns(0)).toEqual([]);
  after.close();
});
