import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../src/main/runtime.ts';
import type { AccountState } from '../../src/shared/control.ts';
import { fakeToken } from '../fakes/login-server.ts';
import { type LoginLab, startLoginLab } from './login-lab.ts';
import { TURN, send as ask } from './tool.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** As the backend tells of a plan: much of five hours used, and some of the week. */
const QUOTAS = {
  'x-codex-primary-used-percent': '95',
  'x-codex-primary-window-minutes': '300',
  'x-codex-primary-reset-after-seconds': '14400',
  'x-codex-secondary-used-percent': '40',
  'x-codex-secondary-window-minutes': '10080',
};

let lab: LoginLab;
let again: Runtime | null = null;

afterEach(async () => {
  await again?.stop();
  again = null;
  await lab.close();
});

async function start(): Promise<void> {
  lab = await startLoginLab({ pauseAt: { fiveHours: 90 } }, { lifeMs: 100 * HOUR });
  lab.backend.answer = { headers: QUOTAS };
}

/** Ends the gateway and begins it anew on the same folder, after so long. */
async function restart(milliseconds = 0): Promise<void> {
  const { gateway, server, timers } = lab;
  await (again ?? gateway.runtime).stop();
  timers.sleep(milliseconds);
  again = await startRuntime({
    home: gateway.home,
    port: 0,
    version: 'test',
    keychain: gateway.keychain,
    environment: {},
    loginServer: server,
    now: timers.now,
    after: timers.after,
  });
}

function state(): AccountState | undefined {
  return (again ?? lab.gateway.runtime).status().accounts.find(({ id }) => id === 'codex');
}

async function send(): Promise<number> {
  const origin = (again ?? lab.gateway.runtime).status().baseUrl?.replace(/\/v1$/, '') ?? '';
  return (await ask(origin, { body: { ...TURN, stream: true } })).status;
}

test('what was told of a plan is known after a restart, and the account still rests until the window ends', async () => {
  await start();
  expect(await send()).toBe(200);
  const before = state();
  expect(before?.resting).toBe('resting: 95 % of the 5-hour quota is used');
  await restart(3 * HOUR);
  expect(state()).toMatchObject({ quotas: before?.quotas, resting: before?.resting });
  expect(await send()).toBe(429);
  lab.timers.pass(HOUR - 1);
  expect(await send()).toBe(429);
  lab.timers.pass(1);
  expect(state()).toMatchObject({ quotas: [{ minutes: 10_080, usedPercent: 40 }], resting: null });
  expect(await send()).toBe(200);
});

test('a window that has begun anew while the gateway was down is not known, the other is', async () => {
  await start();
  await send();
  await restart(4 * HOUR);
  expect(state()).toMatchObject({ quotas: [{ minutes: 10_080, usedPercent: 40 }], resting: null });
  await restart(7 * 24 * HOUR);
  expect(state()?.quotas).toEqual([]);
});

test('what is told after a restart takes the place of what was known', async () => {
  await start();
  lab.backend.answer = { headers: { ...QUOTAS, 'x-codex-primary-used-percent': '50' } };
  await send();
  await restart();
  lab.backend.answer = {
    headers: { 'x-codex-primary-used-percent': '51', 'x-codex-primary-window-minutes': '300' },
  };
  await send();
  await restart();
  expect(state()?.quotas).toMatchObject([{ minutes: 300, usedPercent: 51 }]);
});

test('a person who knows better has it forgotten, also over a restart', async () => {
  await start();
  await send();
  await lab.gateway.client.call('account.reset', { id: 'codex' });
  expect(state()).toMatchObject({ quotas: [], resting: null });
  await restart();
  expect(state()?.quotas).toEqual([]);
  expect(await send()).toBe(200);
});

test('a login that is imported anew may be another’s, so nothing is known of its plan', async () => {
  await start();
  await send();
  const file = join(lab.gateway.home, 'auth.json');
  const token = fakeToken('user-9', lab.timers.now() + 100 * HOUR, 'workspace-2');
  lab.backend.tokens.push(token);
  writeFileSync(file, JSON.stringify({ tokens: { access_token: token, refresh_token: 'refresh-9' } }));
  await lab.gateway.client.call('account.importCodex', { file });
  expect(state()).toMatchObject({ quotas: [], resting: null });
  await restart();
  expect(state()?.quotas).toEqual([]);
});

test('what was told of a plan goes with its account', async () => {
  await start();
  await send();
  await lab.gateway.client.call('account.remove', { id: 'codex' });
  await lab.gateway.client.call('account.add', {
    account: {
      id: 'codex',
      provider: 'openai',
      kind: 'oauth',
      baseUrl: lab.backend.baseUrl,
      keys: [{ keychain: 'x' }],
    },
  });
  expect(state()?.quotas).toEqual([]);
  await restart();
  expect(state()?.quotas).toEqual([]);
});
