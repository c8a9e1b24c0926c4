import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerCall } from '../../src/main/control/answer.ts';
import { createHandlers } from '../../src/main/control/handlers.ts';
import { keyHash } from '../../src/main/gateway/guard.ts';
import { NO_LEDGER } from '../../src/main/ledger/no-ledger.ts';
import { fingerprint } from '../../src/main/secrets/secret.ts';
import { SettingsStore } from '../../src/main/settings/store.ts';
import { Connector } from '../../src/main/upstream/connector.ts';
import { Dispatch } from '../../src/main/upstream/dispatch.ts';
import { type ControlClient, createControlClient } from '../../src/shared/control.ts';
import { TiergateError } from '../../src/shared/errors.ts';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { FakeKeychain } from '../fakes/keychain.ts';

let home: string;
let settings: SettingsStore;
let keychain: FakeKeychain;
let reloads: number;
let client: ControlClient;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  settings = SettingsStore.open(home);
  keychain = new FakeKeychain();
  reloads = 0;
  const handlers = createHandlers({
    settings,
    keychain,
    reader: NO_LEDGER,
    status: () => {
      throw new TiergateError('gateway_not_running');
    },
    policyHistory: () => [],
    now: () => 0,
    home,
    sandboxTurn: () => Promise.reject(new TiergateError('gateway_not_running')),
    resetAccount: () => false,
    forgetLogin: () => undefined,
    testAccount: () => Promise.reject(new TiergateError('gateway_not_running')),
    forgetTurns: () => Promise.resolve(0),
    repriced: () => Promise.resolve(),
    environment: {},
    reloadKeys: () => {
      reloads += 1;
      return Promise.resolve();
    },
    pause: { begin: () => undefined, end: () => undefined },
    dispatch: new Dispatch(new Connector(() => [])),
    dump: { read: () => Promise.resolve([]) },
    captures: { read: () => Promise.resolve(null), wipe: () => Promise.resolve(0) },
  });
  client = createControlClient({
    call: (name, input) => answerCall(handlers, name, input),
    subscribe: () => () => undefined,
  });
});

afterEach(() => {
  settings.close();
  rmSync(home, { recursive: true, force: true });
});

describe('the policy', () => {
  const policy = { rules: [{ serviceTier: 'fast', action: 'block' }] };

  test('is the default until it is set, and then in force and on disk', async () => {
    expect(await client.call('policy.get')).toEqual(DEFAULT_POLICY);
    const set = await client.call('policy.set', { policy });
    expect(set).toMatchObject({ rules: [{ id: 'rule-1', serviceTier: 'priority', action: 'block' }] });
    expect(settings.current.policy).toEqual(set);
    expect(await client.call('policy.get')).toEqual(set);
    expect(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))).toMatchObject({ policy: set });
  });

  test('that is broken is refused by its paths, and nothing changes', async () => {
    const broken = { rules: [{ serviceTier: 'warp', action: 'block', x: 1 }] };
    await expect(client.call('policy.set', { policy: broken })).rejects.toMatchObject({
      code: 'policy_invalid',
      message: expect.stringMatching(/^The policy cannot be used: .*rules\[0\]\.serviceTier: /) as string,
    });
    expect(settings.current.policy).toEqual(DEFAULT_POLICY);
    const { problems } = await client.call('policy.check', { policy: broken });
    expect(problems.map(({ path }) => path).sort()).toEqual(['rules[0].serviceTier', 'rules[0].x']);
  });

  test('that is checked changes nothing', async () => {
    expect(await client.call('policy.check', { policy })).toEqual({ problems: [] });
    expect(settings.isNew).toBe(true);
  });
});

describe('tools', () => {
  test('get a key of their own, told once, of which only a hash is kept', async () => {
    const first = await client.call('tool.add', { name: 'codex' });
    const second = await client.call('tool.add', { name: 'Claude Code' });
    expect(first.key).toMatch(/^tg-[A-Za-z0-9_-]{32}$/);
    expect(second.key).not.toBe(first.key);
    expect(settings.current.tools).toEqual([
      { name: 'codex', keyHash: keyHash(first.key), limits: {} },
      { name: 'Claude Code', keyHash: keyHash(second.key), limits: {} },
    ]);
    expect(await client.call('tool.list')).toEqual({
      tools: [
        { name: 'codex', limits: {} },
        { name: 'Claude Code', limits: {} },
      ],
    });
    expect(readFileSync(join(home, 'settings.json'), 'utf8')).not.toContain(first.key.slice(3));
  });

  test('of one name cannot be two, not even when asked for at once', async () => {
    const added = await Promise.allSettled([1, 2, 3].map(() => client.call('tool.add', { name: 'codex' })));
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(client.call('tool.add', { name: 'codex' })).rejects.toMatchObject({ code: 'tool_exists' });
    expect(settings.current.tools).toHaveLength(1);
  });

  test('are revoked by name, the others stay', async () => {
    await client.call('tool.add', { name: 'codex' });
    await client.call('tool.add', { name: 'cursor' });
    expect(await client.call('tool.revoke', { name: 'codex' })).toEqual({ name: 'codex' });
    expect(await client.call('tool.list')).toEqual({ tools: [{ name: 'cursor', limits: {} }] });
    await expect(client.call('tool.revoke', { name: 'codex' })).rejects.toMatchObject({ code: 'tool_unknown' });
  });

  test('get another key, and the old one opens nothing', async () => {
    const before = await client.call('tool.add', { name: 'codex' });
    const after = await client.call('tool.rotate', { name: 'codex' });
    expect(after.key).not.toBe(before.key);
    expect(settings.current.tools.map((tool) => tool.keyHash)).toEqual([keyHash(after.key)]);
    await expect(client.call('tool.rotate', { name: 'nobody' })).rejects.toMatchObject({ code: 'tool_unknown' });
  });

  test('get limits that stay when the key changes', async () => {
    await client.call('tool.add', { name: 'codex' });
    await client.call('tool.limit', { name: 'codex', limits: { openTurns: 2 } });
    await client.call('tool.rotate', { name: 'codex' });
    expect(await client.call('tool.list')).toEqual({ tools: [{ name: 'codex', limits: { openTurns: 2 } }] });
  });
});

describe('provider keys', () => {
  test('go to the keychain, without the blanks around them, and count at once', async () => {
    const stored = await client.call('key.set', { name: 'openai/1', key: '  sk-0123456789\n' });
    expect(stored).toEqual({ fingerprint: fingerprint('sk-0123456789'), lastFour: '6789' });
    expect([...keychain.entries]).toEqual([['openai/1', 'sk-0123456789']]);
    expect(reloads).toBe(1);
  });

  test('are removed, and not being there is no failure', async () => {
    await client.call('key.set', { name: 'openai/1', key: 'sk-0123456789' });
    expect(await client.call('key.remove', { name: 'openai/1' })).toEqual({ removed: true });
    expect(await client.call('key.remove', { name: 'openai/1' })).toEqual({ removed: false });
    expect(keychain.entries.size).toBe(0);
  });

  test('cannot be stored while there is no keychain, which says why', async () => {
    keychain.missing = 'no Secret Service is running.';
    await expect(client.call('key.set', { name: 'openai/1', key: 'sk-0123456789' })).rejects.toMatchObject({
      code: 'keychain_unavailable',
      message: 'The keychain of this system cannot be used: no Secret Service is running.',
    });
    expect(reloads).toBe(0);
  });

  test.each([
    ['two lines', 'sk-0123456789\nsk-9876543210'],
    ['a blank inside', 'sk-0123 456789'],
    ['blanks alone', '  \n'],
  ])('of %s are refused, and nothing is stored', async (_name, key) => {
    await client.call('key.set', { name: 'openai/1', key }).catch(() => undefined);
    expect(keychain.entries.size).toBe(0);
  });
});

test('what needs the running gateway says so', async () => {
  await expect(client.call('status.get')).rejects.toMatchObject({ code: 'gateway_not_running' });
});
