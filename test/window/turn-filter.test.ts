import { expect, test } from 'vitest';
import { filterOf, valuesOf, withValue } from '../../src/renderer/turn-filter.ts';
import { type TurnFilter, TurnFilterSchema } from '../../src/shared/calls/turn.ts';

const now = 1_000_000_000_000;

test.each<[Record<string, string>, TurnFilter]>([
  [{}, {}],
  [{ tools: 'codex,my tool' }, { tools: ['codex', 'my tool'] }],
  [{ verdicts: 'filter,nonsense' }, { verdicts: ['filter'] }],
  [{ status: 'nonsense', since: 'toString' }, {}],
  [
    { status: 'partial', since: 'hour' },
    { status: 'partial', from: now - 3_600_000 },
  ],
  [
    { text: 'x'.repeat(300), rule: 'no-fast', unknown: '1' },
    { text: 'x'.repeat(200), rule: 'no-fast' },
  ],
])('the filter of %j', (query, filter) => {
  expect(filterOf(query, now)).toEqual(filter);
  expect(TurnFilterSchema.safeParse(filterOf(query, now)).success).toBe(true);
});

test('a value is put and taken away', () => {
  expect(withValue({ tools: 'a' }, 'tiers', 'flex')).toEqual({ tools: 'a', tiers: 'flex' });
  expect(withValue({ tools: 'a', tiers: 'flex' }, 'tiers', '')).toEqual({ tools: 'a' });
  expect(valuesOf({ tools: ',a,,b' }, 'tools')).toEqual(['a', 'b']);
});
