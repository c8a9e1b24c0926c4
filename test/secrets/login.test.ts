import { describe, expect, test } from 'vitest';
import { type Login, readLogin, removeLogin, writeLogin } from '../../src/main/secrets/login.ts';
import { FakeKeychain } from '../fakes/keychain.ts';

/** What Windows takes, in bytes. */
const LONGEST = 2560;

function login(accessLength: number): Login {
  return {
    accessToken: 'ey'.padEnd(accessLength, 'aB3_-'),
    refreshToken: 'rt_0123456789',
    accountId: 'workspace-1',
    expiresAt: 1_800_000_000_000,
  };
}

test.each([10, 1999, 2000, 2001, 4000, 9000])(
  'a login with a token of %i letters comes back as it was',
  async (size) => {
    const keychain = new FakeKeychain();
    await writeLogin(keychain, 'codex', login(size));
    expect(await readLogin(keychain, 'codex')).toEqual(login(size));
    for (const [name, value] of keychain.entries) {
      expect(name).toMatch(/^login:codex/);
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(LONGEST);
    }
  },
);

test('a shorter token leaves nothing of a longer one', async () => {
  const keychain = new FakeKeychain();
  await writeLogin(keychain, 'codex', login(5000));
  await writeLogin(keychain, 'codex', login(100));
  expect([...keychain.entries.keys()].sort()).toEqual(['login:codex', 'login:codex#1']);
  await removeLogin(keychain, 'codex');
  expect(keychain.entries.size).toBe(0);
  expect(await readLogin(keychain, 'codex')).toBeNull();
});

describe('a write that was cut off', () => {
  test.each(['login:codex#1', 'login:codex#2'])('without %s the login still can be renewed', async (lost) => {
    const keychain = new FakeKeychain();
    await writeLogin(keychain, 'codex', login(3000));
    keychain.entries.set(lost, 'of another token');
    expect(await readLogin(keychain, 'codex')).toEqual({ ...login(3000), accessToken: '', expiresAt: 0 });
  });
});

test.each(['', '{', 'null', '{"version":2}', 'sk-not-a-login'])('the entry %j is no login', async (value) => {
  const keychain = new FakeKeychain();
  keychain.entries.set('login:codex', value);
  expect(await readLogin(keychain, 'codex')).toBeNull();
});
