import type { DialectName } from '../../src/shared/turn.ts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type SecretResult, makeSecret } from '../../src/main/secrets/secret.ts';
import { Accounts } from '../../src/main/upstream/accounts.ts';
import { type Account, AccountSchema, SANDBOX_URL } from '../../src/shared/account.ts';
import { say } from '../../src/shared/sentences.ts';
import { FakeTimers } from '../fakes/timers.ts';

/** What accounts need of a house in which no time passes. */
const HOUSE = { changed: () => undefined, now: () => 0, after: new FakeTimers().after };

/** A set of keys that can be locked away. */
class KeyRing {
  readonly keys = new Map<string, string>();
  locked = false;
  asked = 0;

  read(source: Account['keys'][number]): Promise<SecretResult> {
    this.asked += 1;
    const name = 'env' in source ? source.env : source.keychain;
    const value = this.locked ? undefined : this.keys.get(name);
    return Promise.resolve(
      value === undefined ? { problem: say('key_entry', { name }) } : { secret: makeSecret(value) },
    );
  }
}

function account(id: string, more: Readonly<Record<string, unknown>> = {}): Account {
  return AccountSchema.parse({
    id,
    provider: 'openai',
    kind: 'apikey',
    baseUrl: `https://${id}.example/v1/`,
    keys: [{ env: `${id}_key`.toUpperCase().replaceAll('-', '_') }],
    ...more,
  });
}

/** Accounts whose every key is known, unless the ring says otherwise. */
async function load(list: readonly Account[], ring = new KeyRing()): Promise<Accounts> {
  for (const { id, keys } of list)
    for (const source of keys) if ('env' in source) ring.keys.set(source.env, `sk-${id}-${source.env}`);
  const accounts = new Accounts({
    readSecret: (source) => ring.read(source),
    sandboxUrl: () => 'http://127.0.0.1:9/v1',
    ...HOUSE,
  });
  await accounts.load(list);
  return accounts;
}

/** The account that is first in line for a turn, with its first key. */
async function choose(accounts: Accounts, dialect: DialectName, model: string) {
  const found = await accounts.serving(dialect, model);
  if ('code' in found) return found;
  const [ready] = found;
  if (ready === undefined) throw new TypeError('a list of accounts is never empty');
  return { ready, secret: ready.secrets[0] ?? null };
}

/** Which account a Responses turn goes to, or why to none. */
async function chosen(accounts: Accounts, model = 'gpt-5.5'): Promise<string> {
  const choice = await choose(accounts, 'responses', model);
  return 'code' in choice ? choice.code : choice.ready.account.id;
}

describe('choosing an account', () => {
  test.each<[name: string, list: readonly Account[], id: string]>([
    ['the only one', [account('a')], 'a'],
    ['the lowest number', [account('a', { priority: 2 }), account('b', { priority: 1 }), account('c')], 'b'],
    ['the first of equal numbers', [account('b'), account('a')], 'b'],
    ['none that is switched off', [account('a', { enabled: false }), account('b', { priority: 9 })], 'b'],
    ['none that speaks another protocol', [account('a', { provider: 'anthropic' }), account('b')], 'b'],
    ['a compatible one', [account('a', { provider: 'compatible' })], 'a'],
    ['one that needs no key', [account('a', { keys: [] })], 'a'],
    ['nothing when all are switched off', [account('a', { enabled: false })], 'account_missing'],
    ['nothing when none speaks the protocol', [account('a', { provider: 'anthropic' })], 'account_missing'],
  ])('%s', async (_name, list, id) => {
    expect(await chosen(await load(list))).toBe(id);
  });

  test('Messages go to an anthropic account', async () => {
    const accounts = await load([account('a'), account('b', { provider: 'anthropic' })]);
    const choice = await choose(accounts, 'messages', 'claude');
    expect('code' in choice ? choice.code : choice.ready.account.id).toBe('b');
  });

  test('a mapping is the list of what may be asked for', async () => {
    const accounts = await load([
      account('a', { modelMapping: { 'gpt-4*': 'gpt-4.1' } }),
      account('b', { modelMapping: { 'gpt-5.5': 'gpt-5.5' }, priority: 2 }),
    ]);
    expect(await chosen(accounts, 'gpt-4o')).toBe('a');
    expect(await chosen(accounts, 'gpt-5.5')).toBe('b');
    expect(await choose(accounts, 'responses', 'gpt-6')).toMatchObject({
      code: 'model_not_served',
      status: 400,
      message: expect.stringContaining('No account serves the model gpt-6') as string,
    });
  });

  test('the address is taken apart once', async () => {
    const accounts = await load([account('a', { baseUrl: 'https://host:8443/api/v1//' })]);
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({
      ready: { origin: 'https://host:8443', basePath: '/api/v1' },
    });
  });
});

describe('the keys of an account', () => {
  test('are tried in their order; the first that is there counts', async () => {
    const ring = new KeyRing();
    const two = account('a', { keys: [{ keychain: 'a/1' }, { env: 'A_2' }] });
    const accounts = await load([two], ring);
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({ secret: { value: 'sk-a-A_2' } });
    ring.keys.set('a/1', 'sk-first');
    await accounts.reload();
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({ secret: { value: 'sk-first' } });
  });

  test('that are all away let the next account take the turn', async () => {
    const accounts = await load([account('a', { keys: [{ keychain: 'a/1' }] }), account('b', { priority: 5 })]);
    expect(await chosen(accounts)).toBe('b');
  });

  test('that are all away, everywhere, are named with their places and with what to do', async () => {
    const list = [account('a', { keys: [{ keychain: 'a/1' }, { keychain: 'a/2' }] })];
    expect(await choose(await load(list), 'responses', 'm')).toMatchObject({
      code: 'key_unavailable',
      status: 503,
      message: expect.stringMatching(
        /^The account "a" has no usable key: the keychain has no entry a\/1; the keychain has no entry a\/2\. .*tiergate key set/,
      ) as string,
    });
  });

  test('are asked for again once the keychain was unlocked, and only while they are missing', async () => {
    const ring = new KeyRing();
    ring.locked = true;
    const accounts = await load([account('a')], ring);
    expect(await chosen(accounts)).toBe('key_unavailable');
    ring.locked = false;
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({ secret: { lastFour: '_KEY' } });
    const { asked } = ring;
    await chosen(accounts);
    expect(ring.asked).toBe(asked);
  });

  test('that came back for the second account alone are used at once', async () => {
    const ring = new KeyRing();
    ring.locked = true;
    const accounts = await load([account('a', { keys: [{ keychain: 'gone' }] }), account('b', { priority: 2 })], ring);
    ring.locked = false;
    expect(await chosen(accounts)).toBe('b');
  });

  test('that could not be asked for once can be asked for again', async () => {
    let broken = true;
    const accounts = new Accounts({
      readSecret: () =>
        broken ? Promise.reject(new Error('a bug')) : Promise.resolve({ secret: makeSecret('sk-0123456789') }),
      sandboxUrl: () => 'http://127.0.0.1:9/v1',
      ...HOUSE,
    });
    await expect(accounts.load([account('a')])).rejects.toThrow('a bug');
    broken = false;
    await accounts.load([account('a')]);
    expect(await chosen(accounts)).toBe('a');
  });
});

describe('keys that do not come', () => {
  let timers: FakeTimers;
  let changes: number;
  let ring: Map<string, PromiseWithResolvers<SecretResult>>;
  let accounts: Accounts;

  beforeEach(() => {
    timers = new FakeTimers();
    changes = 0;
    ring = new Map();
    accounts = new Accounts({
      readSecret: (source) => {
        const answer = Promise.withResolvers<SecretResult>();
        ring.set('env' in source ? source.env : source.keychain, answer);
        return answer.promise;
      },
      sandboxUrl: () => 'http://127.0.0.1:9/v1',
      changed: () => (changes += 1),
      now: timers.now,
      after: timers.after,
    });
  });

  const LIST = [account('a', { keys: [{ keychain: 'a' }] }), account('b', { priority: 2, keys: [{ keychain: 'b' }] })];

  function answer(name: string, value = `sk-0123456789-${name}`): void {
    ring.get(name)?.resolve({ secret: makeSecret(value) });
  }

  /** Begins to load, until every key was asked for. */
  async function begin(asking: () => Promise<void> = () => accounts.load(LIST)): Promise<Promise<void>[]> {
    ring.clear();
    const loading = asking();
    while (ring.size < 2) await new Promise(setImmediate);
    return [loading];
  }

  test('hold up nothing for long: the other accounts answer, and what comes late is taken', async () => {
    const [loading] = await begin();
    answer('b');
    await new Promise(setImmediate);
    timers.pass(5000);
    await loading;
    expect(await chosen(accounts)).toBe('b');
    expect(accounts.states()[0]?.keys[0]?.problem).toBe(
      'the keychain or the login’s server has not answered for a yet',
    );
    answer('a');
    await vi.waitUntil(() => changes > 0, { interval: 5 });
    expect(await chosen(accounts)).toBe('a');
    expect(timers.waiting).toBe(0);
  });

  test('leave those in use that were there before', async () => {
    const [first] = await begin();
    answer('a');
    answer('b');
    await first;
    const [second] = await begin(() => accounts.reload());
    timers.pass(5000);
    await second;
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({ secret: { value: 'sk-0123456789-a' } });
    answer('a', 'sk-new-0123456789');
    await vi.waitUntil(() => changes > 0, { interval: 5 });
    expect(await choose(accounts, 'responses', 'm')).toMatchObject({ secret: { value: 'sk-new-0123456789' } });
  });

  test('are looked for again while another account answers, at most once a minute', async () => {
    const [loading] = await begin();
    ring.get('a')?.resolve({ problem: say('key_entry', { name: 'a' }) });
    answer('b');
    await loading;
    ring.clear();
    timers.pass(59_999);
    expect(await chosen(accounts)).toBe('b');
    expect(ring.size).toBe(0);
    timers.pass(1);
    expect(await chosen(accounts)).toBe('b');
    while (ring.size < 2) await new Promise(setImmediate);
    answer('a');
    answer('b');
    await vi.waitUntil(() => changes > 0, { interval: 5 });
    expect(await chosen(accounts)).toBe('a');
  });
});

describe('new settings', () => {
  test('count in the order they came, however long their keys take', async () => {
    const waiting: (() => void)[] = [];
    const accounts = new Accounts({
      readSecret: () =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve({ secret: makeSecret('sk-0123456789') });
          });
        }),
      sandboxUrl: () => 'http://127.0.0.1:9/v1',
      ...HOUSE,
    });
    const first = accounts.load([account('old')]);
    const second = accounts.load([account('new')]);
    for (const done of [first, second]) {
      await new Promise(setImmediate);
      waiting.shift()?.();
      await done;
    }
    expect(accounts.states().map(({ id }) => id)).toEqual(['new']);
  });

  test('without any account mean the sandbox, and with one they do not', async () => {
    const accounts = await load([]);
    expect(accounts.states()).toMatchObject([{ id: 'sandbox', sandbox: true, baseUrl: SANDBOX_URL, keys: [] }]);
    expect(await choose(accounts, 'responses', 'anything')).toMatchObject({
      ready: { origin: 'http://127.0.0.1:9', basePath: '/v1' },
      secret: null,
    });
    await accounts.load([account('a', { enabled: false })]);
    expect(await chosen(accounts)).toBe('account_missing');
  });
});

test('what the window may know holds no key', async () => {
  const accounts = await load([account('a', { keys: [{ env: 'A_1' }, { keychain: 'a/2' }] })]);
  expect(accounts.states()).toMatchObject([
    {
      id: 'a',
      provider: 'openai',
      kind: 'apikey',
      baseUrl: 'https://a.example/v1/',
      enabled: true,
      sandbox: false,
      keys: [
        {
          source: 'env A_1',
          fingerprint: makeSecret('sk-a-A_1').fingerprint,
          lastFour: '-A_1'.slice(-4),
          problem: null,
        },
        { source: 'keychain a/2', fingerprint: null, lastFour: null, problem: 'the keychain has no entry a/2' },
      ],
    },
  ]);
});

describe('the address to which a tool’s own key goes', () => {
  const wanted = { dialect: 'responses', provider: null, model: 'gpt-5.5' } as const;
  const messages = { dialect: 'messages', provider: null, model: 'claude-opus-5' } as const;
  const other = account('other', { provider: 'compatible', priority: 0 });
  const claude = account('claude', { provider: 'anthropic' });
  const login = account('login', { kind: 'oauth', priority: 0 });
  const mapped = account('mapped', { modelMapping: { 'gpt-4*': 'gpt-4*' }, priority: 0 });

  test.each<[string, readonly Account[], Parameters<Accounts['carrying']>, string]>([
    ['the first account in order', [account('b', { priority: 2 }), account('a')], [wanted, ['openai']], 'a'],
    ['of a provider that is allowed', [other, account('a')], [wanted, ['openai']], 'a'],
    ['also where it has no key', [account('a', { keys: [] })], [wanted, ['openai']], 'a'],
    ['that is switched on', [account('off', { enabled: false, priority: 0 }), account('a')], [wanted, ['openai']], 'a'],
    ['and no login’s', [login, account('a')], [wanted, ['openai']], 'a'],
    ['that serves the model', [mapped, account('a')], [wanted, ['openai']], 'a'],
    ['else the provider’s own', [other], [wanted, ['openai']], 'api.openai.com'],
    ['for Messages too', [account('a')], [messages, ['openai', 'anthropic']], 'api.anthropic.com'],
    [
      'which are never translated for',
      [account('a', { modelMapping: { '*': 'gpt-5.5' } })],
      [messages, ['openai']],
      'own_key_refused',
    ],
    ['nobody’s where none is allowed', [account('a')], [wanted, []], 'own_key_refused'],
    ['nobody’s where another is allowed', [account('a'), claude], [wanted, ['anthropic']], 'own_key_refused'],
    [
      'nobody’s where a compatible one is, of which there is none',
      [account('a')],
      [wanted, ['compatible']],
      'own_key_refused',
    ],
    ['nobody’s where no account of the provider serves the model', [mapped], [wanted, ['openai']], 'model_not_served'],
  ])('is that of %s', async (_, list, [turn, allowed], expected) => {
    const found = (await load(list)).carrying(turn, allowed);
    expect('code' in found ? found.code : found.account.id).toBe(expected);
  });

  test('is complete for the providers themselves', async () => {
    const accounts = await load([other]);
    expect(accounts.carrying(wanted, ['openai'])).toMatchObject({
      origin: 'https://api.openai.com',
      basePath: '/v1',
      secrets: [],
    });
    expect(accounts.carrying(messages, ['anthropic'])).toMatchObject({
      origin: 'https://api.anthropic.com',
      basePath: '/v1',
    });
  });
});
