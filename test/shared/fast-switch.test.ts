import { describe, expect, it } from 'vitest';
import { type FastWish, fastState, withFastWish } from '../../src/shared/fast-switch.ts';
import { DEFAULT_POLICY, type Policy, judge, PolicySchema } from '../../src/shared/policy.ts';
import { sayTier } from '../../src/shared/tier.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

/** What becomes of a turn that asks for this tier. */
function verdict(policy: Policy, tier: string, at = now): string {
  return judge(policy, { tier: sayTier(tier), model: 'gpt-5.5', kind: 'oauth', tool: 'codex', now: at }).action;
}

const open = PolicySchema.parse({ rules: [] });
const block = PolicySchema.parse({ rules: [{ id: 'mine', serviceTier: 'all', action: 'block' }] });

describe('no Fast now', () => {
  const policy = withFastWish(open, { kind: 'none', minutes: 15 }, now);

  it('keeps Fast and Ultrafast here, whatever the rules below say, and nothing else', () => {
    expect(['fast', 'ultrafast', 'flex'].map((tier) => verdict(policy, tier))).toEqual(['filter', 'filter', 'pass']);
  });

  it('ends by itself', () => {
    expect(verdict(policy, 'fast', now + 15 * MINUTE - 1)).toBe('filter');
    expect(verdict(policy, 'fast', now + 15 * MINUTE)).toBe('pass');
  });

  it('without a time ends only when somebody says so', () => {
    const held = withFastWish(open, { kind: 'none', minutes: null }, now);
    expect(verdict(held, 'fast', now + 365 * 24 * 60 * MINUTE)).toBe('filter');
    expect(withFastWish(held, { kind: 'policy' }, now)).toEqual(open);
  });
});

describe('Fast allowed', () => {
  it('lets Fast pass above every rule, and Ultrafast not', () => {
    const policy = withFastWish(block, { kind: 'allowed', minutes: 60 }, now);
    expect(verdict(policy, 'fast')).toBe('pass');
    expect(verdict(policy, 'ultrafast')).toBe('block');
    expect(verdict(policy, 'fast', now + 60 * MINUTE)).toBe('block');
  });
});

it('takes the place of the wish before it and leaves the person’s own rules as they are', () => {
  const wishes: FastWish[] = [
    { kind: 'none', minutes: 15 },
    { kind: 'allowed', minutes: 60 },
    { kind: 'none', minutes: null },
    { kind: 'policy' },
  ];
  let policy = DEFAULT_POLICY;
  for (const wish of wishes) {
    policy = withFastWish(policy, wish, now);
    expect(policy.rules.slice(-DEFAULT_POLICY.rules.length)).toEqual(DEFAULT_POLICY.rules);
    expect(policy.rules.length).toBeLessThanOrEqual(DEFAULT_POLICY.rules.length + 2);
  }
  expect(policy).toEqual(DEFAULT_POLICY);
});

it('survives the way to the settings file and back', () => {
  const policy = withFastWish(DEFAULT_POLICY, { kind: 'none', minutes: 15 }, now);
  expect(PolicySchema.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
});

it('tells which wish is in force', () => {
  expect(fastState(DEFAULT_POLICY, now)).toEqual({ kind: 'policy' });
  expect(fastState(withFastWish(open, { kind: 'none', minutes: 15 }, now), now)).toEqual({
    kind: 'none',
    until: now + 15 * MINUTE,
  });
  expect(fastState(withFastWish(open, { kind: 'allowed', minutes: 60 }, now), now + 60 * MINUTE)).toEqual({
    kind: 'policy',
  });
});
