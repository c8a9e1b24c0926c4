import { describe, expect, test } from 'vitest';
import {
  accountOf,
  formOfAccount,
  freeId,
  hasTwins,
  keyProblem,
  newAccountOf,
  problemsOf,
  tableOf,
} from '../../src/renderer/account-form.ts';
import { AccountSchema } from '../../src/shared/account.ts';

const ACCOUNT = AccountSchema.parse({
  id: 'lab',
  provider: 'openai',
  kind: 'oauth',
  baseUrl: 'https://example.test/v1',
  keys: [{ keychain: 'lab/1' }],
  standardTier: 'omit',
  speaks: ['responses'],
  proxy: 'socks5://127.0.0.1:1080',
  headers: { 'x-team': 'lab' },
  concurrency: 3,
  pauseAt: { week: 90 },
  modelMapping: { a: 'b' },
});

test('an account that is put into the form and taken out again is the same', () => {
  expect(AccountSchema.parse(accountOf(ACCOUNT, formOfAccount(ACCOUNT)))).toEqual(ACCOUNT);
});

test('what is emptied is left out, and what the form does not hold stays', () => {
  const form = { ...formOfAccount(ACCOUNT), proxy: ' ', concurrency: '', week: '', headers: [['', '']] as const };
  const changed = AccountSchema.parse(accountOf(ACCOUNT, form));
  expect(changed).toMatchObject({ concurrency: 0, headers: {}, keys: ACCOUNT.keys, modelMapping: { a: 'b' } });
  expect(changed).not.toHaveProperty('proxy');
  expect(changed.pauseAt.week).toBeUndefined();
});

test.each<[string, object, string]>([
  ['priority', { priority: '' }, 'priority'],
  ['half a turn', { concurrency: '1.5' }, 'concurrency'],
  ['words for a number', { concurrency: 'lots' }, 'concurrency'],
  ['a password in the proxy', { proxy: 'http://a:b@proxy.test' }, 'proxy'],
  ['an address with a query', { baseUrl: 'https://example.test/v1?key=1' }, 'baseUrl'],
  ['a share of more than all', { week: '101' }, 'pauseAt'],
  ['no protocol', { speaks: [] }, 'speaks'],
  ['a header of the gateway', { headers: [['authorization', 'x']] }, 'headers'],
])('%s is told at its field', (_what, change, field) => {
  expect([...problemsOf(accountOf(ACCOUNT, { ...formOfAccount(ACCOUNT), ...change }))]).toEqual([field]);
});

describe('a table', () => {
  test('leaves out empty lines and trims', () => {
    expect(
      tableOf([
        ['', ''],
        [' a ', ' b'],
        ['c', ''],
      ]),
    ).toEqual({ a: 'b', c: '' });
    expect([...problemsOf({ ...ACCOUNT, modelMapping: { c: '' } })]).toEqual(['modelMapping']);
  });

  test('says when two lines begin alike', () => {
    expect(
      hasTwins([
        ['a', 'b'],
        ['a ', 'c'],
      ]),
    ).toBe(true);
    expect(
      hasTwins([
        ['', ''],
        ['', ''],
        ['a', 'b'],
      ]),
    ).toBe(false);
  });
});

test.each([
  ['  ', 'keyMissing'],
  [' tg-abc', 'keyLocal'],
  ['sk two', 'keyBad'],
  ['sk-\u00e9', 'keyBad'],
  [' sk-good\n', null],
] as const)('a key typed as %j: %s', (key, problem) => {
  expect(keyProblem(key)).toBe(problem);
});

test('a new account comes last, under a name that is free', () => {
  const others = [ACCOUNT, { ...ACCOUNT, id: 'openai', priority: 4 }];
  expect(freeId('openai', others)).toBe('openai-2');
  expect(freeId('anthropic', others)).toBe('anthropic');
  const form = { kind: 'openai', id: ' x ', baseUrl: ' https://a.test/v1', keyFrom: 'env', env: ' KEY ' } as const;
  expect(newAccountOf(form, others)).toMatchObject({
    id: 'x',
    provider: 'openai',
    baseUrl: 'https://a.test/v1',
    keys: [{ env: 'KEY' }],
    priority: 5,
  });
  expect(newAccountOf({ ...form, kind: 'sandbox' }, others)).toMatchObject({
    provider: 'compatible',
    baseUrl: 'tiergate:sandbox',
    keys: [],
  });
});
