import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SettingsStore } from '../../src/main/settings/store.ts';
import { TiergateError } from '../../src/shared/errors.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/settings.ts';

let home: string;
const stores: SettingsStore[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(home, { recursive: true, force: true });
});

function open(folder = home): SettingsStore {
  const store = SettingsStore.open(folder);
  stores.push(store);
  return store;
}

function write(text: string): void {
  writeFileSync(join(home, 'settings.json'), text);
}

const GOOD = '{"gateway":{"port":5151}}';
const BROKEN = '{"gateway":{"prot":5151}}';

describe('opening a data folder', () => {
  test('the first time: the defaults are in force and no file is made', () => {
    const store = open();
    expect(store.state).toEqual({ settings: DEFAULT_SETTINGS, source: 'default', problem: null });
    expect(store.isNew).toBe(true);
    expect(existsSync(join(home, 'settings.json'))).toBe(false);
  });

  test('that does not exist makes it, for its owner alone', () => {
    const folder = join(home, 'a', 'b');
    open(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('that others could read closes it to them', () => {
    chmodSync(home, 0o755);
    open();
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  test.each<[name: string, spoil: () => string]>([
    [
      'that is a file',
      () => {
        writeFileSync(join(home, 'file'), '');
        return join(home, 'file');
      },
    ],
    [
      'inside a file',
      () => {
        writeFileSync(join(home, 'file'), '');
        return join(home, 'file', 'home');
      },
    ],
    [
      'whose settings file is a folder',
      () => {
        mkdirSync(join(home, 'settings.json'));
        return home;
      },
    ],
  ])('%s is refused by name', (_name, spoil) => {
    const folder = spoil();
    expect(() => open(folder)).toThrow(TiergateError);
    expect(() => open(folder)).toThrow(/^The data folder cannot be used: ./);
  });

  test('with good settings puts them in force', () => {
    write(GOOD);
    const store = open();
    expect(store.state).toMatchObject({ source: 'settings', problem: null, settings: { gateway: { port: 5151 } } });
    expect(store.isNew).toBe(false);
  });
});

describe('a settings file that is broken at the start', () => {
  test('names the member at fault, by its path', () => {
    write(BROKEN);
    expect(open().state).toEqual({
      settings: DEFAULT_SETTINGS,
      source: 'default',
      problem: 'gateway.prot: there is no such setting',
    });
  });

  test.each([
    ['no JSON', '{"gateway":'],
    ['nothing', ''],
    ['JSON with a comment', '{} // mine'],
  ])('that holds %s says so', (_name, text) => {
    write(text);
    expect(open().state.problem).toMatch(/^settings\.json is not JSON: ./);
  });

  test.each(['null', '[]', '"x"'])('that holds %s is refused as well', (text) => {
    write(text);
    const { problem, source } = open().state;
    expect(problem).not.toBeNull();
    expect(source).toBe('default');
  });

  test('leaves the last good settings in force, which were kept on disk', async () => {
    const first = open();
    await first.change((settings) => ({ ...settings, gateway: { ...settings.gateway, port: 5151 } }));
    first.close();
    write(BROKEN);
    expect(open().state).toMatchObject({
      settings: { gateway: { port: 5151 } },
      source: 'last-good',
      problem: 'gateway.prot: there is no such setting',
    });
  });

  test('leaves settings in force that were only ever read, not written by the gateway', async () => {
    write(GOOD);
    open();
    const kept = join(home, 'settings.last-good.json');
    await expect.poll(() => existsSync(kept) && readFileSync(kept, 'utf8'), { interval: 5 }).toBe(GOOD);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    write(BROKEN);
    expect(open().state).toMatchObject({ source: 'last-good', settings: { gateway: { port: 5151 } } });
  });

  test('with last good settings that are broken too, the defaults apply', () => {
    write(BROKEN);
    writeFileSync(join(home, 'settings.last-good.json'), '{"also":"broken"}');
    expect(open().state).toMatchObject({ source: 'default', settings: DEFAULT_SETTINGS });
  });

  test('is not touched', () => {
    write(BROKEN);
    open();
    expect(readFileSync(join(home, 'settings.json'), 'utf8')).toBe(BROKEN);
  });
});
