import { expect, test } from 'vitest';
import '../../src/renderer/i18n.ts';
import { entriesOf } from '../../src/renderer/account-entry.ts';
import { healthOf, keyPlace, quotaName } from '../../src/renderer/words/account-word.ts';
import type { AccountState } from '../../src/shared/control.ts';
import { AccountSchema } from '../../src/shared/account.ts';

type Key = AccountState['keys'][number];

const READY: Key = {
  source: 'keychain lab/1',
  fingerprint: '0f',
  lastFour: '1111',
  problem: null,
  state: 'ready',
  reason: null,
  until: null,
};
const MISSING: Key = { ...READY, state: 'missing', problem: 'not set' };
const cooling = (until: number): Key => ({ ...READY, state: 'cooling', reason: 'quota', until });

const STATE: AccountState = {
  id: 'lab',
  provider: 'openai',
  kind: 'apikey',
  baseUrl: 'https://example.test/v1',
  enabled: true,
  sandbox: false,
  priority: 1,
  keys: [READY],
  openTurns: 0,
  concurrency: null,
  waiting: 0,
  breaker: null,
  quotas: [],
  resting: null,
};

test.each<[string, Partial<AccountState>, ReturnType<typeof healthOf>]>([
  ['well', {}, { health: 'good', word: 'serving', until: null }],
  ['without any key named', { keys: [] }, { health: 'good', word: 'serving', until: null }],
  ['off, whatever else', { enabled: false, keys: [MISSING] }, { health: 'off', word: 'switched off', until: null }],
  [
    'behind its breaker',
    { breaker: { state: 'open', reason: 'status 500', until: 7 }, keys: [cooling(9)] },
    { health: 'bad', word: 'not asked after failures', until: 7 },
  ],
  [
    'at its trial',
    { breaker: { state: 'half-open', reason: 'status 500', until: 7 } },
    { health: 'warn', word: 'is tried with one turn', until: null },
  ],
  ['at rest', { resting: 'the week is used up' }, { health: 'warn', word: 'the week is used up', until: null }],
  ['with one of two', { keys: [cooling(9), READY] }, { health: 'warn', word: '1 of 2 keys ready', until: null }],
  [
    'cooling, until the first is back',
    { keys: [cooling(9), cooling(5), MISSING] },
    { health: 'warn', word: 'every key cools down', until: 5 },
  ],
  ['without its key', { keys: [MISSING] }, { health: 'bad', word: 'no key', until: null }],
])('an account %s', (_what, state, health) => {
  expect(healthOf({ ...STATE, ...state })).toEqual(health);
});

test('quotas and places of keys have names', () => {
  expect([300, 10_080, 1440, 90].map(quotaName)).toEqual(['5 hours', '7 days', '1 day', '90 minutes']);
  expect(keyPlace('env OPENAI_API_KEY')).toBe('Variable OPENAI_API_KEY');
  expect(keyPlace('keychain openai/1')).toBe('Keychain openai/1');
});

test('accounts stand in the order in which they are asked, and one not yet taken up has no state', () => {
  const account = (id: string, priority: number) =>
    AccountSchema.parse({ id, provider: 'openai', kind: 'apikey', baseUrl: 'https://example.test/v1', priority });
  const entries = entriesOf([account('b', 2), account('lab', 1), account('a', 2)], [STATE]);
  expect(entries.map(({ account: { id }, state }) => [id, state?.id ?? null])).toEqual([
    ['lab', 'lab'],
    ['b', null],
    ['a', null],
  ]);
});
