import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeHome, writeSettings } from '../fakes/gateway.ts';
import { fakeToken } from '../fakes/login-server.ts';
import { BUILT, Tiergate } from './tiergate.ts';

// Every command is a process of its own, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let tiergate: Tiergate;

beforeAll(() => {
  folder = makeHome();
  const home = join(folder, 'data');
  mkdirSync(home);
  mkdirSync(join(folder, 'codex'));
  writeSettings(home, {});
  // No keychain is reached from here, whatever this machine has.
  tiergate = new Tiergate(BUILT, home, {
    CODEX_HOME: join(folder, 'codex'),
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function settings(): string {
  return readFileSync(join(tiergate.home, 'settings.json'), 'utf8');
}

test('looks where Codex keeps its login, and says what to do where there is none', async () => {
  const before = settings();
  const { code, err } = await tiergate.run(['account', 'import-codex']);
  expect(code).toBe(1);
  expect(err).toContain(join(folder, 'codex', 'auth.json'));
  expect(err).toContain('codex login');
  expect(settings()).toBe(before);
});

test.each([
  ['an API key instead of a login', { OPENAI_API_KEY: 'sk-secret-1', tokens: null }],
  ['half a login', { tokens: { access_token: fakeToken('secret-1', 0) } }],
])('refuses a file with %s, without quoting from it', async (_, document) => {
  const file = join(folder, 'other.json');
  writeFileSync(file, JSON.stringify(document));
  const { code, out, err } = await tiergate.run(['account', 'import-codex', '--file', file]);
  expect(code).toBe(1);
  expect(err).toContain(file);
  expect(out + err).not.toMatch(/secret-1|eyJ/);
});

test('does not take the name of an account that is something else', async () => {
  await tiergate.run(['account', 'add', 'taken', '--env', 'SOME_KEY']);
  const file = join(folder, 'codex', 'auth.json');
  const tokens = { access_token: fakeToken('secret-1', Date.now() + 3_600_000), refresh_token: 'secret-2' };
  writeFileSync(file, JSON.stringify({ tokens }));
  const { code, out, err } = await tiergate.run(['account', 'import-codex', '--id', 'taken']);
  expect(code).toBe(1);
  expect(err).toContain('taken');
  expect(out + err).not.toMatch(/secret-|eyJ/);
  expect(settings()).not.toMatch(/secret-|eyJ/);
});
