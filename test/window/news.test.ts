import { expect, test } from 'vitest';
import { createNews } from '../../src/renderer/push-news.ts';
import type { CallName } from '../../src/shared/control.ts';

test('many turns ask once, and the next ones again', () => {
  const asked: (readonly CallName[])[] = [];
  const due: (() => void)[] = [];
  const news = createNews(
    (names) => asked.push(names),
    (work) => due.push(work),
  );
  for (let turn = 0; turn < 1000; turn += 1) news('turns');
  news('settings');
  expect(due).toHaveLength(1);
  due.shift()?.();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('bill.sums');
  expect(asked[0]).toContain('account.list');
  news('turns');
  due.shift()?.();
  expect(asked[1]).not.toContain('account.list');
});

test('a push that brings everything itself asks for nothing', () => {
  const due: unknown[] = [];
  const news = createNews(
    () => undefined,
    (work) => due.push(work),
  );
  news('status');
  expect(due).toEqual([]);
});
