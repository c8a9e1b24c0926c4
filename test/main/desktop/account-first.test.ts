import { expect, it } from 'vitest';
import { askFirst } from '../../../src/main/desktop/account-first.ts';
import { AccountSchema, type Account } from '../../../src/shared/account.ts';

function accounts(...list: [id: string, priority: number][]): Account[] {
  return list.map(([id, priority]) =>
    AccountSchema.parse({ id, priority, provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' }),
  );
}

/** The order in which accounts are asked after the changes. */
function order(before: Account[], id: string): string[] {
  const changed = new Map(askFirst(before, id).map((account) => [account.id, account]));
  return before
    .map((account) => changed.get(account.id) ?? account)
    .sort((a, b) => a.priority - b.priority)
    .map((account) => account.id);
}

it.each<[string, [string, number][], string, string[], number]>([
  [
    'there is room below',
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
    'c',
    ['c', 'a', 'b'],
    1,
  ],
  [
    'there is no room below',
    [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ],
    'c',
    ['c', 'a', 'b'],
    3,
  ],
  [
    'two are equal',
    [
      ['a', 1],
      ['b', 1],
    ],
    'b',
    ['b', 'a'],
    1,
  ],
  [
    'it is the first already',
    [
      ['a', 1],
      ['b', 2],
    ],
    'a',
    ['a', 'b'],
    0,
  ],
  [
    'it is gone',
    [
      ['a', 1],
      ['b', 2],
    ],
    'x',
    ['a', 'b'],
    0,
  ],
])('asks one first when %s, and leaves the others in their order', (_name, list, id, after, changes) => {
  expect(order(accounts(...list), id)).toEqual(after);
  expect(askFirst(accounts(...list), id)).toHaveLength(changes);
});
