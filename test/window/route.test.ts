import { expect, test } from 'vitest';
import { hrefOf, PAGES, type Route, routeOf } from '../../src/renderer/address.ts';

test.each<[string, Route]>([
  ['', { page: 'overview', id: null, query: {} }],
  ['#/', { page: 'overview', id: null, query: {} }],
  ['#/turns', { page: 'turns', id: null, query: {} }],
  ['#/nowhere', { page: 'overview', id: null, query: {} }],
  ['#/turns/turn-1', { page: 'turns', id: 'turn-1', query: {} }],
  ['#/policy/no-fast', { page: 'policy', id: 'no-fast', query: {} }],
  ['#/accounts/a%2Fb%20c', { page: 'accounts', id: 'a/b c', query: {} }],
  ['#/turns?tools=codex&text=a%26b', { page: 'turns', id: null, query: { tools: 'codex', text: 'a&b' } }],
  ['#/turns/%E0%A4%A', { page: 'turns', id: '%E0%A4%A', query: {} }],
])('the address %s', (fragment, route) => {
  expect(routeOf(fragment)).toEqual(route);
});

test('what is written is read again', () => {
  for (const id of ['plain', 'a/b', 'ü ?#&=', '..']) {
    expect(routeOf(hrefOf('turns', id, { text: id }))).toEqual({ page: 'turns', id, query: { text: id } });
  }
});

test('every page has a letter of its own', () => {
  expect(new Set(PAGES.map(({ letter }) => letter)).size).toBe(PAGES.length);
});
