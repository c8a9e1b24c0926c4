import { expect, test } from 'vitest';
import { Stickiness } from '../../src/main/upstream/stickiness.ts';

const NOW = 1_000_000;
const HOUR = 3_600_000;

test('a conversation keeps its account for an hour after it was last used', () => {
  const stickiness = new Stickiness();
  stickiness.bind('one', 'a', NOW);
  expect(stickiness.find('one', NOW + HOUR - 1)).toBe('a');
  expect(stickiness.find('one', NOW + HOUR)).toBeNull();
  stickiness.bind('one', 'a', NOW + HOUR - 1);
  expect(stickiness.find('one', NOW + HOUR)).toBe('a');
});

test('the account that answered last is the one', () => {
  const stickiness = new Stickiness();
  stickiness.bind('one', 'a', NOW);
  stickiness.bind('one', 'b', NOW);
  expect(stickiness.find('one', NOW)).toBe('b');
});

test('no conversation has no account, and one that is not known has none either', () => {
  const stickiness = new Stickiness();
  stickiness.bind('one', 'a', NOW);
  expect(stickiness.find(null, NOW)).toBeNull();
  expect(stickiness.find('two', NOW)).toBeNull();
});

test('of too many the one that was used longest ago is forgotten', () => {
  const stickiness = new Stickiness();
  for (let index = 0; index < 10_000; index += 1) stickiness.bind(`c${index}`, 'a', NOW);
  stickiness.bind('c0', 'a', NOW);
  stickiness.bind('new', 'a', NOW);
  expect(stickiness.find('c0', NOW)).toBe('a');
  expect(stickiness.find('c1', NOW)).toBeNull();
  expect(stickiness.find('c2', NOW)).toBe('a');
  expect(stickiness.find('new', NOW)).toBe('a');
});
