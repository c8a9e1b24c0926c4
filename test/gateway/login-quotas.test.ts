import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../src/main/runtime.ts';
import type { AccountState } from '../../src/shared/control.ts';
import { accountAt } from '../fakes/gateway.ts';
import { fakeToken } from '../fakes/login-server.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type LoginLab, startLoginLab } from './login-lab.ts';
import { ToolSocket, dial, startSocketLab } from './socket-lab.ts';
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

describe('an open session whose account comes to rest', () => {
  const primary = { used_percent: 95, window_minutes: 300, reset_after_seconds: 600 };
  const said = { type: 'codex.rate_limits', rate_limits: { primary } };
  const CREATE = { type: 'response.create', model: 'gpt-5.5', input: [] };

  async function open(): Promise<ToolSocket> {
    const tool = new ToolSocket(dial(lab.gateway.origin));
    await tool.opened;
    return tool;
  }

  test('takes no further turn, and says so before it ends', async () => {
    await start();
    const tool = await open();
    await tool.turn();
    lab.backend.sockets.last.send(said);
    await tool.event('codex.rate_limits');
    tool.send(CREATE);
    expect(await tool.closed).toMatchObject({ code: 1013, reason: 'account is resting, please retry later' });
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', status: 429, error: { code: 'account_resting' } });
    expect((await lab.gateway.turns()).map(({ status, error, sentAt }) => [status, error, sentAt !== null])).toEqual([
      [200, null, true],
      [429, 'account_resting', false],
    ]);
    expect(lab.backend.sockets.last.messages).toHaveLength(1);
  });

  test('lets the turn under way end', async () => {
    await start();
    const tool = await open();
    lab.backend.sockets.script = () => null;
    tool.send(CREATE);
    await lab.backend.sockets.last.received(1);
    lab.backend.sockets.last.send(said);
    await tool.event('codex.rate_limits');
    tool.send(CREATE);
    await tool.event('error');
    for (const type of ['response.created', 'response.completed'])
      lab.backend.sockets.last.send({ type, response: { id: 'resp_1' } });
    await tool.event('response.completed');
    expect((await lab.gateway.turns()).map(({ status }) => status)).toEqual([429, 200]);
    tool.webSocket.terminate();
  });

  test('goes to another account with its first frame', async () => {
    const other = await startSocketLab();
    lab = await startLoginLab(
      { pauseAt: { fiveHours: 90 } },
      { others: [accountAt(other.upstream.baseUrl, { priority: 9 })], environment: { LAB_KEY: FAKE_KEY } },
    );
    const tool = await open();
    lab.backend.sockets.last.send(said);
    await tool.event('codex.rate_limits');
    await tool.turn();
    expect((await lab.gateway.turns()).map(({ account }) => account)).toEqual(['lab']);
    expect(lab.backend.sockets.last.messages).toHaveLength(0);
    tool.webSocket.terminate();
    await other.close();
  });
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
