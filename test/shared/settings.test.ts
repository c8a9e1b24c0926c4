import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { problemsOf, problemsText } from '../../src/shared/problem.ts';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../src/shared/settings.ts';

const HASH = `sha256:${'0'.repeat(64)}`;
const ACCOUNT = { id: 'openai', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' };

function problemsIn(document: unknown): string {
  const parsed = SettingsSchema.safeParse(document);
  return parsed.success ? '' : problemsText(problemsOf(parsed.error));
}

describe('the settings file', () => {
  test('may be an empty object', () => {
    expect(SettingsSchema.parse({})).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT_SETTINGS).toMatchObject({
      gateway: { host: '127.0.0.1', port: 4141, bodyLimitMiB: 64, messageLimitMiB: 16, compressSockets: true },
      tools: [],
      accounts: [],
      policy: DEFAULT_POLICY,
    });
  });

  test('comes out the same when it is read again', () => {
    const settings = SettingsSchema.parse({
      gateway: { port: 0 },
      tools: [{ name: 'codex', keyHash: HASH }],
      accounts: [{ ...ACCOUNT, keys: [{ keychain: 'openai/1' }, { env: 'OPENAI_API_KEY' }] }],
      policy: { rules: [] },
    });
    expect(SettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  test('an empty policy is a decision, not an absence', () => {
    expect(SettingsSchema.parse({ policy: { rules: [] } }).policy.rules).toEqual([]);
  });

  test.each<[name: string, document: unknown, problem: RegExp]>([
    ['an unknown member', { gatway: {} }, /^gatway: there is no such setting$/],
    ['an unknown member of the gateway', { gateway: { prot: 1 } }, /^gateway\.prot: there is no such setting$/],
    ['an unknown member of a tool', { tools: [{ name: 'a', keyHash: HASH, key: 'tg-1' }] }, /^tools\[0\]\.key: /],
    ['an unknown member of an account', { accounts: [{ ...ACCOUNT, apiKey: 'x' }] }, /^accounts\[0\]\.apiKey: /],
    [
      'an unknown member of a rule',
      { policy: { rules: [{ serviceTier: 'flex', action: 'pass', x: 1 }] } },
      /^policy\.rules\[0\]\.x: /,
    ],
    ['an address beyond this machine', { gateway: { host: '0.0.0.0' } }, /^gateway\.host: /],
    ['a port that is none', { gateway: { port: 65536 } }, /^gateway\.port: /],
    ['no body limit', { gateway: { bodyLimitMiB: 0 } }, /^gateway\.bodyLimitMiB: /],
    ['a plain local key', { tools: [{ name: 'a', keyHash: 'tg-plain' }] }, /^tools\[0\]\.keyHash: expected sha256/],
    ['a tool without a name', { tools: [{ name: '', keyHash: HASH }] }, /^tools\[0\]\.name: /],
    ['a tool’s name with a line break', { tools: [{ name: 'a\nb', keyHash: HASH }] }, /^tools\[0\]\.name: /],
    [
      'a tool twice',
      { tools: [0, 1].map(() => ({ name: 'a', keyHash: HASH })) },
      /^tools\[1\]\.name: a is there twice$/,
    ],
    ['an account twice', { accounts: [ACCOUNT, ACCOUNT] }, /^accounts\[1\]\.id: openai is there twice$/],
    ['no object', null, /./],
  ])('with %s is refused by its path', (_name, document, problem) => {
    expect(problemsIn(document)).toMatch(problem);
  });

  test('tells every problem at once', () => {
    const problems = problemsIn({ gateway: { port: -1, x: 1 }, tools: [{ name: 'a' }], y: 2 });
    for (const path of ['gateway.port', 'gateway.x', 'tools[0].keyHash', 'y']) expect(problems).toContain(`${path}: `);
  });
});

describe('the path of a problem', () => {
  test.each<[path: PropertyKey[], text: string]>([
    [[], ''],
    [['policy'], 'policy'],
    [['policy', 'rules', 0, 'action'], 'policy.rules[0].action'],
    [[3], '[3]'],
    [[3, 'a'], '[3].a'],
    [['a', 1, 2, 'b'], 'a[1][2].b'],
  ])('%j reads %j', (path, text) => {
    const problems = problemsOf({ issues: [{ code: 'custom', path, message: 'bad' }] } as never);
    expect(problems).toEqual([{ path: text, message: 'bad' }]);
    expect(problemsText(problems)).toBe(text === '' ? 'bad' : `${text}: bad`);
  });
});
