import { describe, expect, test } from 'vitest';
import {
  AccountSchema,
  SANDBOX_ACCOUNT,
  SANDBOX_URL,
  isSandbox,
  servedTrustOf,
  standardTierOf,
} from '../../src/shared/account.ts';
import { problemsOf } from '../../src/shared/problem.ts';

const ACCOUNT = { id: 'a', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' };

function problemsIn(more: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = AccountSchema.safeParse({ ...ACCOUNT, ...more });
  return parsed.success ? [] : problemsOf(parsed.error).map(({ path }) => path);
}

describe('an account', () => {
  test('may leave out most', () => {
    expect(AccountSchema.parse(ACCOUNT)).toMatchObject({
      ...ACCOUNT,
      enabled: true,
      keys: [],
      modelMapping: {},
      priority: 1,
      concurrency: 0,
    });
  });

  test.each<[name: string, more: Readonly<Record<string, unknown>>, paths: readonly string[]]>([
    ['a plain http address', { baseUrl: 'http://127.0.0.1:8080' }, []],
    ['the sandbox', { baseUrl: SANDBOX_URL }, []],
    ['no address', { baseUrl: 'api.openai.com' }, ['baseUrl']],
    ['another scheme', { baseUrl: 'file:///etc/passwd' }, ['baseUrl']],
    ['a user in the address', { baseUrl: 'https://user@host/v1' }, ['baseUrl']],
    ['a password in the address', { baseUrl: 'https://:sk-1@host/v1' }, ['baseUrl']],
    ['a key in the query', { baseUrl: 'https://host/v1?key=sk-1' }, ['baseUrl']],
    ['a fragment', { baseUrl: 'https://host/v1#x' }, ['baseUrl']],
    ['another provider', { provider: 'acme' }, ['provider']],
    ['another kind', { kind: 'cookie' }, ['kind']],
    ['an id with a slash', { id: 'a/b' }, ['id']],
    ['a negative priority', { priority: -1 }, ['priority']],
    ['half a turn', { concurrency: 0.5 }, ['concurrency']],
    ['a mapping to nothing', { modelMapping: { a: '' } }, ['modelMapping.a']],
    ['a key in the clear', { keys: ['sk-1'] }, ['keys[0]']],
    ['an environment variable with a dash', { keys: [{ env: 'A-B' }] }, ['keys[0].env']],
    ['another spelling of Standard', { standardTier: 'auto' }, ['standardTier']],
  ])('with %s has problems at %j', (_name, more, paths) => {
    expect(problemsIn(more)).toEqual(paths);
  });
});

describe('how Standard is spelled', () => {
  test.each<[baseUrl: string, kind: 'apikey' | 'oauth', spelled: 'omit' | 'default']>([
    ['https://api.openai.com/v1', 'apikey', 'default'],
    ['https://API.OpenAI.com/v1/', 'apikey', 'default'],
    ['https://api.openai.com:8443/v1', 'apikey', 'default'],
    ['https://api.openai.com/v1', 'oauth', 'omit'],
    ['https://chatgpt.com/backend-api/codex', 'oauth', 'omit'],
    ['https://eu.api.openai.com/v1', 'apikey', 'omit'],
    ['https://api.openai.com.example/v1', 'apikey', 'omit'],
    ['https://openrouter.ai/api/v1', 'apikey', 'omit'],
    ['http://127.0.0.1:1/api.openai.com', 'apikey', 'omit'],
    [SANDBOX_URL, 'apikey', 'omit'],
  ])('at %s with %s: %s', (baseUrl, kind, spelled) => {
    const account = AccountSchema.parse({ ...ACCOUNT, baseUrl, kind });
    expect(standardTierOf(account)).toBe(spelled);
    for (const standardTier of ['omit', 'default'] as const)
      expect(standardTierOf({ ...account, standardTier })).toBe(standardTier);
  });
});

describe('how far a served tier is believed', () => {
  test.each([
    ['openai', 'apikey', 'authoritative'],
    ['openai', 'oauth', 'unverifiable'],
    ['anthropic', 'apikey', 'reported'],
    ['anthropic', 'oauth', 'unverifiable'],
    ['compatible', 'apikey', 'reported'],
    ['compatible', 'oauth', 'unverifiable'],
  ] as const)('%s with %s: %s', (provider, kind, trust) => {
    expect(servedTrustOf({ provider, kind })).toBe(trust);
  });
});

test('the sandbox is told by its address alone', () => {
  expect(isSandbox(SANDBOX_ACCOUNT)).toBe(true);
  expect(isSandbox({ baseUrl: 'https://sandbox' })).toBe(false);
});
