import { expect, test } from 'vitest';
import { changePolicy } from '../../src/renderer/policy-change.ts';
import { type Policy, PolicySchema, type Rule } from '../../src/shared/policy.ts';

const policy: Policy = PolicySchema.parse({
  rules: [
    { id: 'a', serviceTier: 'flex', action: 'pass' },
    { id: 'b', serviceTier: 'priority', action: 'filter', until: '2030-01-01T00:00:00Z' },
    { id: 'c', serviceTier: 'ultrafast', action: 'block' },
  ],
});
const [a, b, c] = policy.rules as readonly [Rule, Rule, Rule];
const fresh: Rule = { ...a, id: 'fresh' };

test('a switched rule keeps its place and everything else it says', () => {
  const changed = changePolicy(policy, { kind: 'enable', id: 'b', enabled: false });
  expect(changed?.rules).toEqual([a, { ...b, enabled: false }, c]);
});

test('an edited rule stays where it was, also under another name', () => {
  expect(changePolicy(policy, { kind: 'put', id: 'b', rule: fresh })?.rules).toEqual([a, fresh, c]);
});

test('a new rule comes first, so that it decides', () => {
  expect(changePolicy(policy, { kind: 'put', id: null, rule: fresh })?.rules).toEqual([fresh, a, b, c]);
});

test('a new order moves the rules it names, and leaves one that came meanwhile first', () => {
  const grown = { rules: [fresh, a, b, c] };
  expect(changePolicy(grown, { kind: 'order', ids: ['c', 'a', 'b'] })?.rules).toEqual([fresh, c, a, b]);
});

test('a rule that is gone is told, and never made anew', () => {
  expect(changePolicy(policy, { kind: 'enable', id: 'gone', enabled: false })).toBeNull();
  expect(changePolicy(policy, { kind: 'put', id: 'gone', rule: fresh })).toBeNull();
  expect(changePolicy(policy, { kind: 'remove', id: 'gone' })).toBeNull();
});
