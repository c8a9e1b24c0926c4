import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PolicyHistory } from '../../src/main/settings/policy-history.ts';
import { DEFAULT_POLICY, PolicySchema } from '../../src/shared/policy.ts';

const BLOCK = PolicySchema.parse({ rules: [{ serviceTier: 'fast', action: 'block' }] });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

test('keeps each policy once, the newest first, over a restart, for its owner alone', async () => {
  const history = new PolicyHistory(home);
  history.add(DEFAULT_POLICY, 1);
  history.add(DEFAULT_POLICY, 2);
  history.add(BLOCK, 3);
  history.add(DEFAULT_POLICY, 4);
  await history.close();
  const kept = [
    { at: 4, policy: DEFAULT_POLICY },
    { at: 3, policy: BLOCK },
    { at: 1, policy: DEFAULT_POLICY },
  ];
  expect(history.entries).toEqual(kept);
  expect(new PolicyHistory(home).entries).toEqual(kept);
  expect(statSync(join(home, 'policy-history.json')).mode & 0o777).toBe(0o600);
});

test('lets the oldest go', () => {
  const history = new PolicyHistory(home);
  for (let at = 0; at < 250; at += 1) history.add(at % 2 === 0 ? BLOCK : DEFAULT_POLICY, at);
  expect(history.entries).toHaveLength(100);
  expect(history.entries[0]?.at).toBe(249);
});

test.each(['', '{', '[{"at":1}]', '{"at":1}'])('begins anew where the file says %j', (text) => {
  writeFileSync(join(home, 'policy-history.json'), text);
  expect(new PolicyHistory(home).entries).toEqual([]);
});
