import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SettingsStore } from '../../src/main/settings/store.ts';
import { startRuntime } from '../../src/main/runtime.ts';

/** A settings file of a newer version is left as it is, to the byte. */
let home: string;
const NEWER = '{ "version": 2, "policy": { "rules": [] }, "fromTheFuture": true }\n';
const file = (): string => join(home, 'settings.json');

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

test('the gateway does not start on it, says why, and leaves nothing behind but its lock', async () => {
  writeFileSync(file(), NEWER);
  await expect(startRuntime({ home, port: 0, version: 'test' })).rejects.toMatchObject({
    code: 'settings_newer',
    message: expect.stringContaining('newer Tiergate (version 2)') as string,
  });
  expect(readFileSync(file(), 'utf8')).toBe(NEWER);
  expect(readdirSync(home)).toEqual(['gateway.lock', 'settings.json']);
});

test('that comes while the gateway runs is not followed and not written over', async () => {
  const settings = SettingsStore.open(home);
  await settings.change((current) => current);
  settings.watch();
  const changed = new Promise((resolve) => settings.onChange(resolve));
  writeFileSync(file(), NEWER);
  await changed;
  expect(settings.current.policy.rules).toHaveLength(2);
  await expect(settings.change((current) => ({ ...current, tools: [] }))).rejects.toMatchObject({
    code: 'settings_newer',
  });
  expect(readFileSync(file(), 'utf8')).toBe(NEWER);
  settings.close();
});

test('one of this version, or without a word of it, is read', () => {
  for (const text of ['{}', '{ "version": 1 }']) {
    writeFileSync(file(), text);
    const settings = SettingsStore.open(home);
    expect(settings.state.problem).toBeNull();
    settings.close();
  }
});
