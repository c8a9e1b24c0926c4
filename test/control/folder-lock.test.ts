import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderLock } from '../../src/main/control/folder-lock.ts';
import { type Runtime, startRuntime } from '../../src/main/runtime.ts';
import { makeHome } from '../fakes/gateway.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { FakeTimers } from '../fakes/timers.ts';

let home: string;
let timers: FakeTimers;
const locks: FolderLock[] = [];

beforeEach(() => {
  home = makeHome();
  timers = new FakeTimers();
});
afterEach(() => {
  for (const lock of locks.splice(0)) lock.release();
  rmSync(home, { recursive: true, force: true });
});

async function take(folder = home): Promise<FolderLock> {
  const lock = await FolderLock.take(folder, timers.after);
  locks.push(lock);
  return lock;
}

test('of two gateways that start on one folder at the same moment one runs', async () => {
  const start = (): Promise<Runtime> => startRuntime({ home, port: 0, version: 'test', keychain: new FakeKeychain() });
  const started = await Promise.allSettled([start(), start()]);
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = started.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  for (const runtime of running) await runtime.stop();
  expect(running).toHaveLength(1);
  expect(refused).toMatchObject([{ code: 'gateway_running' }]);
});

test('a folder is free once the gateway on it has stopped, and until then it is waited for', async () => {
  const first = await take();
  const second = take();
  while (timers.waiting === 0) await new Promise(setImmediate);
  first.release();
  locks.length = 0;
  timers.pass(100);
  await expect(second).resolves.toBeInstanceOf(FolderLock);
});

test('a gateway that stays, though it cannot be asked, keeps the folder', async () => {
  await take();
  const refused = expect(take()).rejects.toMatchObject({ code: 'gateway_running' });
  while (timers.now() < 21_000) {
    timers.pass(100);
    await new Promise(setImmediate);
  }
  await refused;
});

test('a lock dies with its process', async () => {
  const file = new URL('../../src/main/control/folder-lock.ts', import.meta.url).href;
  const script = `const { FolderLock } = await import('${file}'); globalThis.lock = await FolderLock.take(process.argv[1], setTimeout); process.kill(process.pid, 'SIGKILL');`;
  expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script, home])).toThrow();
  expect(statSync(join(home, 'gateway.lock')).mode & 0o777).toBe(0o600);
  await expect(take()).resolves.toBeInstanceOf(FolderLock);
});

test('a folder that cannot be one is told as such, and a lock file that is none is not taken for another gateway', async () => {
  writeFileSync(join(home, 'file'), '');
  await expect(take(join(home, 'file'))).rejects.toMatchObject({ code: 'home_unusable' });
  writeFileSync(join(home, 'gateway.lock'), 'something else altogether');
  await expect(take()).rejects.toMatchObject({ code: 'home_unusable' });
  expect(readFileSync(join(home, 'gateway.lock'), 'utf8')).toBe('something else altogether');
});
