import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestGateway, startGateway } from '../fakes/gateway.ts';
import { fakeToken } from '../fakes/login-server.ts';

let gateway: TestGateway;

const KEY = 'sk-openai-0123456789';
const OPENAI = { id: 'openai', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' };
const LOCAL = { id: 'local', provider: 'compatible', kind: 'apikey', baseUrl: 'http://127.0.0.1:9/v1' };

beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

async function ids(): Promise<string[]> {
  return (await gateway.client.call('account.list')).accounts.map(({ id }) => id);
}

describe('an account that is added', () => {
  test('is in force at once, with its key in the keychain and how Standard is spelled settled', async () => {
    const added = await gateway.client.call('account.add', { account: OPENAI, key: ` ${KEY}\n` });
    expect(added).toMatchObject({ id: 'openai', keys: [{ keychain: 'openai/1' }], standardTier: 'default' });
    expect([...gateway.keychain.entries]).toEqual([['openai/1', KEY]]);
    expect(gateway.runtime.status().accounts).toMatchObject([
      { id: 'openai', keys: [{ source: 'keychain openai/1', lastFour: '6789', problem: null }] },
    ]);
  });

  test('keeps the key under the first keychain source it names', async () => {
    const keys = [{ env: 'SPARE' }, { keychain: 'work/openai' }];
    const added = await gateway.client.call('account.add', { account: { ...OPENAI, keys }, key: KEY });
    expect(added.keys).toEqual(keys);
    expect([...gateway.keychain.entries.keys()]).toEqual(['work/openai']);
  });

  test('without a key names none', async () => {
    const added = await gateway.client.call('account.add', { account: LOCAL });
    expect(added).toMatchObject({ keys: [], standardTier: 'omit' });
    expect(gateway.keychain.entries.size).toBe(0);
  });

  test.each<[what: string, account: unknown, code: string, text: string]>([
    ['a member that does not exist', { ...OPENAI, key: KEY }, 'account_invalid', 'key: there is no such setting'],
    ['a wrong value', { ...OPENAI, priority: -1 }, 'account_invalid', 'priority'],
    ['no document', null, 'account_invalid', ''],
  ])('with %s is refused by name, and nothing is stored', async (_what, account, code, text) => {
    const refused = gateway.client.call('account.add', { account, key: KEY });
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining(KEY) as string });
    expect(gateway.keychain.entries.size).toBe(0);
    expect(await ids()).toEqual([]);
  });

  test('under the name of another is refused, and that one keeps its key', async () => {
    await gateway.client.call('account.add', { account: OPENAI, key: KEY });
    await expect(
      gateway.client.call('account.add', { account: OPENAI, key: 'sk-another-000000' }),
    ).rejects.toMatchObject({ code: 'account_exists' });
    expect(gateway.keychain.entries.get('openai/1')).toBe(KEY);
  });

  test('never writes over a key that is there', async () => {
    gateway.keychain.entries.set('openai/1', 'sk-somebody-else');
    await expect(gateway.client.call('account.add', { account: OPENAI, key: KEY })).rejects.toMatchObject({
      code: 'key_taken',
    });
    expect(gateway.keychain.entries.get('openai/1')).toBe('sk-somebody-else');
    expect(await ids()).toEqual([]);
  });

  test('without a keychain says what to do, and is not added', async () => {
    gateway.keychain.missing = 'no Secret Service is running.';
    await expect(gateway.client.call('account.add', { account: OPENAI, key: KEY })).rejects.toMatchObject({
      code: 'keychain_unavailable',
      next: expect.stringContaining('gnome-keyring') as string,
    });
    expect(await ids()).toEqual([]);
  });

  test('with a key that no header can carry is not added', async () => {
    await expect(gateway.client.call('account.add', { account: OPENAI, key: 'a\nb: c' })).rejects.toMatchObject({
      code: 'control_invalid',
    });
    expect(await ids()).toEqual([]);
  });
});

describe('accounts that are there', () => {
  beforeEach(async () => {
    await gateway.client.call('account.add', { account: OPENAI, key: KEY });
    await gateway.client.call('account.add', { account: LOCAL });
  });

  test('can be changed and renamed', async () => {
    const changed = await gateway.client.call('account.set', {
      id: 'local',
      account: { ...LOCAL, id: 'desk', priority: 7, modelMapping: { 'gpt-*': 'llama' } },
    });
    expect(changed).toMatchObject({ id: 'desk', priority: 7 });
    expect(await ids()).toEqual(['openai', 'desk']);
    expect(gateway.runtime.status().accounts[1]).toMatchObject({ id: 'desk', priority: 7 });
  });

  test('cannot take each other’s names', async () => {
    await expect(
      gateway.client.call('account.set', { id: 'local', account: { ...LOCAL, id: 'openai' } }),
    ).rejects.toMatchObject({ code: 'account_exists' });
    expect(await ids()).toEqual(['openai', 'local']);
  });

  test('can be switched off and on', async () => {
    expect(await gateway.client.call('account.enable', { id: 'openai', enabled: false })).toMatchObject({
      enabled: false,
    });
    expect(gateway.runtime.status().accounts[0]).toMatchObject({ id: 'openai', enabled: false });
    expect(await gateway.client.call('account.enable', { id: 'openai', enabled: true })).toMatchObject({
      enabled: true,
    });
  });

  test('are asked in the order they are put into', async () => {
    const { accounts } = await gateway.client.call('account.reorder', { ids: ['local', 'openai'] });
    expect(accounts.map(({ id, priority }) => [id, priority])).toEqual([
      ['local', 1],
      ['openai', 2],
    ]);
    expect(await ids()).toEqual(['local', 'openai']);
  });

  test.each([[['openai']], [['openai', 'openai']], [['openai', 'local', 'x']], [[]]])(
    'are not put into the order %j',
    async (order) => {
      await expect(gateway.client.call('account.reorder', { ids: order })).rejects.toMatchObject({
        code: 'control_invalid',
      });
    },
  );

  test('go with their key', async () => {
    await gateway.client.call('account.remove', { id: 'openai' });
    expect(await ids()).toEqual(['local']);
    expect(gateway.keychain.entries.size).toBe(0);
  });

  test('leave a key that another account uses', async () => {
    await gateway.client.call('account.set', {
      id: 'local',
      account: { ...LOCAL, keys: [{ keychain: 'openai/1' }] },
    });
    await gateway.client.call('account.remove', { id: 'openai' });
    expect(gateway.keychain.entries.get('openai/1')).toBe(KEY);
  });

  test('go also while the keychain is away', async () => {
    gateway.keychain.missing = 'the keyring is locked or has no login collection.';
    await gateway.client.call('account.remove', { id: 'openai' });
    expect(await ids()).toEqual(['local']);
  });
});

test.each(['account.remove', 'account.test'] as const)('%s of an account that is not there says so', async (name) => {
  await expect(gateway.client.call(name, { id: 'gone' })).rejects.toMatchObject({ code: 'account_unknown' });
});

test('the keys in the keychain are told apart, and what is no key is not among them', async () => {
  await gateway.client.call('key.set', { name: 'b/2', key: 'sk-second-9999' });
  await gateway.client.call('key.set', { name: 'a/1', key: KEY });
  gateway.keychain.entries.set('login:codex', '{"refreshToken":"secret"}');
  const { keys } = await gateway.client.call('key.list');
  expect(keys).toEqual([
    { name: 'a/1', lastFour: '6789', fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) as string },
    { name: 'b/2', lastFour: '9999', fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) as string },
  ]);
});

describe('a login that is imported', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiergate-login-'));
    file = join(folder, 'auth.json');
    write('refresh-0');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function write(refreshToken: string): void {
    const access = fakeToken(refreshToken, Date.now() + 3_600_000);
    writeFileSync(file, JSON.stringify({ tokens: { access_token: access, refresh_token: refreshToken } }));
  }

  test('becomes an account with the models it maps for all to see, and stands in the keychain only', async () => {
    const account = await gateway.client.call('account.importCodex', { file });
    expect(account).toMatchObject({
      id: 'codex',
      provider: 'openai',
      kind: 'oauth',
      baseUrl: 'https://chatgpt.com/backend-api/codex',
      keys: [{ keychain: 'codex' }],
      standardTier: 'omit',
      speaks: ['responses'],
    });
    expect(account.modelMapping).toMatchObject({ 'gpt-5.1-codex*': 'gpt-5.3-codex', '*': '*' });
    expect(gateway.runtime.status().accounts).toMatchObject([
      { id: 'codex', keys: [{ problem: null, state: 'ready' }] },
    ]);
    expect(gateway.keychain.entries.get('login:codex')).toContain('refresh-0');
    expect(readFileSync(join(gateway.home, 'settings.json'), 'utf8')).not.toMatch(/refresh-0|eyJ/);
    expect((await gateway.client.call('key.list')).keys).toEqual([]);
  });

  test('again is renewed in its place, with what was changed of the account', async () => {
    await gateway.client.call('account.importCodex', { file });
    const [before] = (await gateway.client.call('account.list')).accounts;
    await gateway.client.call('account.set', { id: 'codex', account: { ...before, priority: 9 } });
    write('refresh-1');
    expect(await gateway.client.call('account.importCodex', { file })).toMatchObject({ priority: 9 });
    expect(await ids()).toEqual(['codex']);
    expect(gateway.keychain.entries.get('login:codex')).toContain('refresh-1');
  });

  test('goes with its account', async () => {
    await gateway.client.call('account.importCodex', { file });
    await gateway.client.call('account.remove', { id: 'codex' });
    expect(gateway.keychain.entries.size).toBe(0);
  });

  test('does not take the place of another account', async () => {
    await gateway.client.call('account.add', { account: { ...OPENAI, id: 'codex' }, key: KEY });
    await expect(gateway.client.call('account.importCodex', { file })).rejects.toMatchObject({
      code: 'account_exists',
    });
  });

  test('that is not there is told with its file, and nothing is stored', async () => {
    await expect(gateway.client.call('account.importCodex', { file: join(folder, 'none') })).rejects.toMatchObject({
      code: 'login_unreadable',
      message: expect.stringContaining(join(folder, 'none')) as string,
    });
    expect(gateway.keychain.entries.size).toBe(0);
    expect(await ids()).toEqual([]);
  });
});

describe('one key more or less', () => {
  const keysOf = async (id: string) =>
    (await gateway.client.call('account.list')).accounts.find((account) => account.id === id)?.keys;

  beforeEach(() => gateway.client.call('account.add', { account: OPENAI, key: KEY }));

  test('a key goes to the keychain under a free name, at the end of the line, and is in force at once', async () => {
    gateway.keychain.entries.set('openai/2', 'sk-somebody-else');
    const from = { key: ' sk-more-0000004321\n' };
    expect(await gateway.client.call('account.addKey', { id: 'openai', from })).toMatchObject({
      keys: [{ keychain: 'openai/1' }, { keychain: 'openai/3' }],
    });
    expect(gateway.keychain.entries.get('openai/3')).toBe('sk-more-0000004321');
    expect(gateway.keychain.entries.get('openai/2')).toBe('sk-somebody-else');
    expect(gateway.runtime.status().accounts[0]?.keys[1]).toMatchObject({ lastFour: '4321', state: 'ready' });
  });

  test('a variable is named without its value', async () => {
    await gateway.client.call('account.addKey', { id: 'openai', from: { env: 'LAB_KEY' } });
    expect(await keysOf('openai')).toEqual([{ keychain: 'openai/1' }, { env: 'LAB_KEY' }]);
  });

  test.each([
    [{ env: 'not a name' }, 'account_invalid'],
    [{ key: 'two words' }, 'control_invalid'],
  ])('%j is refused, and nothing changes', async (from, code) => {
    await expect(gateway.client.call('account.addKey', { id: 'openai', from })).rejects.toMatchObject({ code });
    expect(await keysOf('openai')).toEqual([{ keychain: 'openai/1' }]);
    expect([...gateway.keychain.entries.keys()]).toEqual(['openai/1']);
  });

  test('one that goes leaves the keychain, unless another account uses it', async () => {
    await gateway.client.call('account.add', { account: { ...OPENAI, id: 'twin', keys: [{ keychain: 'openai/1' }] } });
    await gateway.client.call('account.removeKey', { id: 'twin', source: 'keychain openai/1' });
    expect(await keysOf('twin')).toEqual([]);
    expect([...gateway.keychain.entries.keys()]).toEqual(['openai/1']);
    await gateway.client.call('account.removeKey', { id: 'openai', source: 'keychain openai/1' });
    expect(await keysOf('openai')).toEqual([]);
    expect(gateway.keychain.entries.size).toBe(0);
    await expect(
      gateway.client.call('account.removeKey', { id: 'openai', source: 'keychain openai/1' }),
    ).rejects.toMatchObject({ code: 'control_invalid' });
  });
});
