import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SettingsState, SettingsStore } from '../../src/main/settings/store.ts';

let home: string;
let store: SettingsStore;
let states: SettingsState[];
let wake: () => void = () => undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  writeFileSync(file(), port(1001));
  store = SettingsStore.open(home);
  states = [];
  store.onChange((state) => {
    states.push(state);
    wake();
  });
  store.watch();
});

afterEach(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

function file(): string {
  return join(home, 'settings.json');
}

function port(number: number): string {
  return JSON.stringify({ gateway: { port: number } });
}

/** As most editors and this program save: a new file takes the place of the old one. */
function replace(text: string): void {
  writeFileSync(join(home, 'new'), text);
  renameSync(join(home, 'new'), file());
}

function inPlace(text: string): void {
  writeFileSync(file(), text);
}

/** Waits until a state has been told that is as wished. */
async function told(wished: (state: SettingsState) => boolean): Promise<SettingsState> {
  for (;;) {
    const state = states.find(wished);
    if (state !== undefined) return state;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const hasPort =
  (wished: number) =>
  ({ settings }: SettingsState): boolean =>
    settings.gateway.port === wished;

describe.each([
  ['replaced', replace],
  ['written in place', inPlace],
])('a settings file that is %s', (_name, save) => {
  test('comes into force, again and again', async () => {
    for (const number of [1002, 1003, 1004]) {
      save(port(number));
      expect(await told(hasPort(number))).toMatchObject({ source: 'settings', problem: null });
      expect(store.current.gateway.port).toBe(number);
    }
  });

  test('and broken leaves what is in force, says why, and recovers', async () => {
    save('{"gateway":{"port":99999999}}');
    const broken = await told(({ problem }) => problem?.startsWith('gateway.port: ') === true);
    expect(broken).toMatchObject({ source: 'last-good', settings: { gateway: { port: 1001 } } });

    save(port(1001));
    expect(await told(({ source }) => source === 'settings')).toMatchObject({ problem: null });
  });

  test('and broken survives a restart with the last good settings', async () => {
    save(port(1002));
    await told(hasPort(1002));
    const kept = join(home, 'settings.last-good.json');
    await expect.poll(() => existsSync(kept) && readFileSync(kept, 'utf8'), { interval: 5 }).toBe(port(1002));
    save('{');
    await told(({ problem }) => problem !== null);
    const restarted = SettingsStore.open(home);
    expect(restarted.state).toMatchObject({ source: 'last-good', settings: { gateway: { port: 1002 } } });
    restarted.close();
  });
});

test('a file that was deleted changes nothing, and its successor counts', async () => {
  rmSync(file());
  inPlace(port(1002));
  await told(hasPort(1002));
  expect(states.every(({ problem }) => problem === null || problem.includes('not JSON'))).toBe(true);
});

test('our own writing tells of each change once', async () => {
  await store.change((settings) => ({ ...settings, gateway: { ...settings.gateway, port: 1002 } }));
  // What the watch has to say about our own write comes before what it says about the next.
  replace(port(1003));
  await told(hasPort(1003));
  expect(states.filter(hasPort(1002))).toHaveLength(1);
});

test('the same text saved again tells nothing', async () => {
  replace(port(1001));
  replace(port(1002));
  await told(hasPort(1002));
  expect(states.filter(hasPort(1001))).toEqual([]);
});

test('a file that could not be read for a while is well again with the same text', async () => {
  rmSync(file());
  mkdirSync(file());
  await told(({ problem }) => problem !== null);
  rmSync(file(), { recursive: true });
  const from = states.length;
  replace(port(1001));
  await told((state) => states.indexOf(state) >= from && state.problem === null && hasPort(1001)(state));
});

test('other files of the folder are nobody’s settings', async () => {
  writeFileSync(join(home, 'settings.json.bak'), port(1009));
  writeFileSync(join(home, 'control.json'), port(1009));
  inPlace(port(1002));
  await told(hasPort(1002));
  expect(states.some(hasPort(1009))).toBe(false);
});

test('a listener that left is not told, nor is anybody after the end', async () => {
  const seen: SettingsState[] = [];
  const leave = store.onChange((state) => seen.push(state));
  leave();
  inPlace(port(1002));
  await told(hasPort(1002));
  store.close();
  await store.change((settings) => settings);
  expect(seen).toEqual([]);
  expect(states.filter(hasPort(1002)).length).toBe(1);
});
