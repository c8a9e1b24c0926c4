import { describe, expect, test } from 'vitest';
import type { BudgetState } from '../../src/shared/budget.ts';
import { effectivePolicy, isClosed, limitsOf } from '../../src/shared/limits.ts';
import { type Action, PolicySchema, judge } from '../../src/shared/policy.ts';
import { NOT_A_TIER, NO_TIER, type TierSaid, sayTier } from '../../src/shared/tier.ts';

const UNTIL = Date.UTC(2026, 11, 1);

function budget(more: Partial<BudgetState>): BudgetState {
  return {
    id: 'month',
    tool: null,
    period: 'month',
    action: 'filterFast',
    spent: '5',
    limit: '5',
    percent: 100,
    unpriced: 0,
    from: 0,
    until: UNTIL,
    inForce: true,
    ...more,
  };
}

/** The verdict over a turn of codex, under a used-up budget and the person's own rules. */
function verdict(used: Partial<BudgetState>, rules: readonly object[], tier: string | TierSaid, tool = 'codex') {
  const policy = effectivePolicy(PolicySchema.parse({ rules }), limitsOf([budget(used)]));
  const said = typeof tier === 'string' ? sayTier(tier) : tier;
  return judge(policy, { tier: said, model: 'gpt-5.5', kind: 'apikey', tool, now: 0 });
}

describe('a used-up budget that filters Fast', () => {
  test.each<[string, tier: string | TierSaid, Action]>([
    ['Fast', 'fast', 'filter'],
    ['Fast in odd spelling', ' PRIORITY\u0085', 'filter'],
    ['Fast for loose readers only', 'priority\u0001', 'filter'],
    ['Ultrafast', 'ultrafast', 'filter'],
    ['the project’s own setting, which may be Fast', 'auto', 'filter'],
    ['no tier, which is the same', NO_TIER, 'filter'],
    ['no tier because it is null', NOT_A_TIER, 'filter'],
    ['a tier that nobody knows', 'warp', 'filter'],
    ['Standard', 'default', 'pass'],
    ['Flex', 'flex', 'pass'],
    ['Scale, which is paid already', 'scale', 'pass'],
  ])('%s', (_name, tier, action) => {
    expect(verdict({}, [], tier)).toMatchObject({ action, rule: action === 'pass' ? null : 'budget:month' });
  });

  test('takes back what a rule would force or let pass', () => {
    const toFast = { serviceTier: 'missing', action: 'force', forceTo: 'fast' };
    expect(verdict({}, [toFast], NO_TIER)).toMatchObject({ action: 'filter', rule: 'budget:month' });
    const passes = { id: 'all-pass', serviceTier: 'all', action: 'pass' };
    expect(verdict({}, [passes], 'fast')).toMatchObject({ action: 'filter', rule: 'budget:month' });
  });

  test('leaves stricter and cheaper verdicts to their rules', () => {
    const blocks = { id: 'mine', serviceTier: 'fast', action: 'block' };
    expect(verdict({}, [blocks], 'fast')).toMatchObject({ action: 'block', rule: 'mine' });
    const toFlex = { id: 'mine', serviceTier: 'missing', action: 'force', forceTo: 'flex' };
    expect(verdict({}, [toFlex], NO_TIER)).toMatchObject({ action: 'force', forceTo: 'flex', rule: 'mine' });
  });

  test('keeps what rules on trial would have done', () => {
    const watch = { id: 'watch', serviceTier: 'fast', action: 'block', observeOnly: true };
    expect(verdict({}, [watch], 'fast')).toMatchObject({ observed: [{ rule: 'watch', action: 'block' }] });
  });
});

describe('a used-up budget that blocks', () => {
  const rules = [{ serviceTier: 'all', action: 'pass' }];

  test.each<[string, string | TierSaid]>([
    ['Fast', 'fast'],
    ['Standard', 'default'],
    ['Flex', 'flex'],
    ['no tier', NO_TIER],
    ['a value that is no tier', NOT_A_TIER],
    ['a tier that nobody knows', 'warp'],
  ])('refuses %s, and says until when', (_name, tier) => {
    const found = verdict({ action: 'block' }, rules, tier);
    expect(found).toMatchObject({ action: 'block', rule: 'budget:month' });
    expect(found.message).toContain('2026-12-01T00:00:00.000Z');
  });
});

test.each([
  ['not used up', { inForce: false }, 'codex', 'pass'],
  ['of this tool', { tool: 'codex' }, 'codex', 'filter'],
  ['of another tool', { tool: 'cursor' }, 'codex', 'pass'],
  ['that blocks another tool', { tool: 'cursor', action: 'block' }, 'codex', 'pass'],
] as const)('a budget %s', (_name, used, tool, action) => {
  expect(verdict(used, [], 'fast', tool).action).toBe(action);
});

test('of several budgets the strictest counts', () => {
  const limits = limitsOf([budget({ id: 'a' }), budget({ id: 'b', action: 'block', tool: 'codex' })]);
  const policy = effectivePolicy(PolicySchema.parse({ rules: [] }), limits);
  const ask = (tool: string) => judge(policy, { tier: sayTier('fast'), model: 'm', kind: 'oauth', tool, now: 0 });
  expect(ask('codex')).toMatchObject({ action: 'block', rule: 'budget:b' });
  expect(ask('cursor')).toMatchObject({ action: 'filter', rule: 'budget:a' });
  expect([isClosed(policy, 'codex'), isClosed(policy, 'cursor')]).toEqual([true, false]);
});

test('no document can hold limits', () => {
  expect(PolicySchema.safeParse({ rules: [], limits: [] }).success).toBe(false);
});
