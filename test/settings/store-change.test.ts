import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SettingsStore } from '../../src/main/settings/store.ts';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../src/shared/settings.ts';

let home: string;
let store: SettingsStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  store = SettingsStore.open(home);
});

afterEach(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

function onDisk(name = 'settings.json'): Settings {
  return SettingsSchema.parse(JSON.parse(readFileSync(join(home, name), 'utf8')));
}

const withPort =
  (port: number) =>
  (settings: Settings): Settings => ({ ...settings, gateway: { ...settings.gateway, port } });

const withTool =
  (name: string) =>
  (settings: Settings): Settings => ({
    ...settings,
    tools: [...settings.tools, { name, keyHash: `sha256:${'0'.repeat(64)}`, limits: {} }],
  });

describe('a change', () => {
  test('is in force and on disk when it resolves, for its owner alone', async () => {
    expect((await store.change(withPort(5151))).gateway.port).toBe(5151);
    expect(store.state).toMatchObject({ source: 'settings', problem: null });
    expect(store.current.gateway.port).toBe(5151);
    for (const name of ['settings.json', 'settings.last-good.json']) {
      expect(onDisk(name)).toEqual(store.current);
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    }
    expect(store.isNew).toBe(false);
  });

  test('closes a file that others could read', async () => {
    writeFileSync(join(home, 'settings.json'), '{}', { mode: 0o644 });
    await store.change(withPort(5151));
    expect(statSync(join(home, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  test('leaves nothing half written behind', async () => {
    await store.change(withPort(5151));
    await store.change(withPort(5152));
    expect(readdirSync(home).sort()).toEqual(['settings.json', 'settings.last-good.json']);
  });

  test('many at once lose nothing and keep their order', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `tool-${index}`);
    const told: number[] = [];
    store.onChange(({ settings }) => told.push(settings.tools.length));
    await Promise.all(names.map((name) => store.change(withTool(name))));
    expect(store.current.tools.map(({ name }) => name)).toEqual(names);
    expect(onDisk()).toEqual(store.current);
    expect(told).toEqual(names.map((_, index) => index + 1));
  });

  test.each<[name: string, edit: () => unknown, detail: RegExp]>([
    ['no settings at all', () => undefined, /./],
    ['an unknown member', () => ({ ...DEFAULT_SETTINGS, x: 1 }), /^x: there is no such setting$/],
    ['an address beyond this machine', () => ({ gateway: { host: '0.0.0.0' } }), /^gateway\.host: /],
  ])('to %s is refused, and the next one still works', async (_name, edit, detail) => {
    await store.change(withPort(5151));
    const refused = store.change(edit);
    const next = store.change(withTool('after'));
    await expect(refused).rejects.toMatchObject({
      code: 'settings_invalid',
      detail: expect.stringMatching(detail) as string,
    });
    await next;
    expect(onDisk()).toMatchObject({ gateway: { port: 5151 }, tools: [{ name: 'after' }] });
  });

  test('whose edit throws is refused with that, and the next one still works', async () => {
    await expect(
      store.change(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await store.change(withPort(5151))).gateway.port).toBe(5151);
  });
});

describe('a change that cannot be saved', () => {
  beforeEach(async () => {
    await store.change(withPort(5151));
  });

  test('because the folder is gone: nothing has changed, and once it is back it can be saved', async () => {
    const before = store.state;
    let told = 0;
    store.onChange(() => (told += 1));
    rmSync(home, { recursive: true });
    await expect(store.change(withPort(5152))).rejects.toMatchObject({ code: 'settings_unwritable' });
    expect([store.state, told]).toEqual([before, 0]);
    mkdirSync(home);
    await store.change(withPort(5153));
    expect(onDisk().gateway.port).toBe(5153);
  });

  test('because a folder is in the file’s place: nothing has changed', async () => {
    const before = store.state;
    rmSync(join(home, 'settings.json'));
    mkdirSync(join(home, 'settings.json'));
    await expect(store.change(withPort(5152))).rejects.toMatchObject({ code: 'settings_unwritable' });
    expect(store.state).toBe(before);
    expect(onDisk('settings.last-good.json').gateway.port).toBe(5151);
  });

  test('in its copy alone: what is said and what is on disk agree', async () => {
    rmSync(join(home, 'settings.last-good.json'));
    mkdirSync(join(home, 'settings.last-good.json'));
    await store.change(withPort(5152)).catch(() => undefined);
    expect(onDisk().gateway.port).toBe(store.current.gateway.port);
  });
});
