import { expect, test } from 'vitest';
import { changePolicy, changeRule } from '../../src/renderer/rule-change.ts';
import { PolicySchema, type Rule } from '../../src/shared/policy.ts';

function ruleOf(rule: object): Rule {
  const first = PolicySchema.parse({ rules: [{ id: 'one', serviceTier: 'priority', action: 'filter', ...rule }] })
    .rules[0];
  if (first === undefined) throw new Error('no rule');
  return first;
}

test('every change of an action gives a rule the policy accepts', () => {
  const begin = [
    ruleOf({}),
    ruleOf({ action: 'force', forceTo: 'flex' }),
    ruleOf({ fallbackAction: 'force', forceTo: 'flex' }),
  ];
  const changes = [
    { action: 'pass' },
    { action: 'filter' },
    { action: 'block' },
    { action: 'force', forceTo: 'default' },
  ] as const;
  for (const rule of begin) {
    for (const change of changes) {
      const changed = changeRule(rule, change);
      expect(PolicySchema.safeParse({ rules: [changed] }).error).toBeUndefined();
      expect(changed).toMatchObject(change);
    }
  }
});

test('forceTo goes with the action that needs it and stays for a fallback that forces', () => {
  expect(changeRule(ruleOf({ action: 'force', forceTo: 'flex' }), { action: 'pass' })).not.toHaveProperty('forceTo');
  expect(changeRule(ruleOf({ fallbackAction: 'force', forceTo: 'flex' }), { action: 'pass' }).forceTo).toBe('flex');
});

test('a change of a policy leaves order and neighbours alone, and a missing rule is told', () => {
  const policy = PolicySchema.parse({
    rules: [
      { id: 'a', serviceTier: 'flex', action: 'pass' },
      { id: 'b', serviceTier: 'priority', action: 'filter', until: '2030-01-01T00:00:00Z' },
    ],
  });
  expect(changePolicy(policy, 'b', { enabled: false })).toEqual({
    rules: [policy.rules[0], { ...policy.rules[1], enabled: false }],
  });
  expect(changePolicy(policy, 'gone', { enabled: false })).toBeNull();
});
