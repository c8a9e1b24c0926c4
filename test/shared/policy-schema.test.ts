import { describe, expect, test } from 'vitest';
import { PolicySchema } from '../../src/shared/policy.ts';
import { problemsOf } from '../../src/shared/problem.ts';

type RuleInput = Readonly<Record<string, unknown>>;

const RULE: RuleInput = { serviceTier: 'priority', action: 'filter' };

function problemsIn(document: unknown): readonly string[] {
  const parsed = PolicySchema.safeParse(document);
  return parsed.success ? [] : problemsOf(parsed.error).map(({ path }) => path);
}

describe('a policy document', () => {
  test('may leave out all but tier and action', () => {
    expect(PolicySchema.parse({ rules: [RULE] }).rules).toEqual([
      {
        id: 'rule-1',
        enabled: true,
        serviceTier: 'priority',
        action: 'filter',
        scope: 'all',
        models: [],
        fallbackAction: 'pass',
        tools: [],
        observeOnly: false,
      },
    ]);
  });

  test('comes out the same when it is read again', () => {
    const once = PolicySchema.parse({
      rules: [RULE, { serviceTier: 'all', action: 'force', forceTo: 'fast', until: '2026-11-21T00:00:00+01:00' }],
    });
    expect(PolicySchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  test('may say fast and means priority', () => {
    const { rules } = PolicySchema.parse({
      rules: [
        { ...RULE, serviceTier: 'fast' },
        { serviceTier: 'flex', action: 'force', forceTo: 'fast' },
      ],
    });
    expect(rules.map(({ serviceTier, forceTo }) => [serviceTier, forceTo])).toEqual([
      ['priority', undefined],
      ['flex', 'priority'],
    ]);
  });

  test('gets ids that no rule has taken', () => {
    const { rules } = PolicySchema.parse({ rules: [RULE, { ...RULE, id: 'rule-1' }, RULE, { ...RULE, id: 'rule-3' }] });
    expect(rules.map(({ id }) => id)).toEqual(['rule-2', 'rule-1', 'rule-4', 'rule-3']);
  });

  test.each<[name: string, document: unknown, paths: readonly string[]]>([
    ['is no object', [], ['']],
    ['has no rules', {}, ['rules']],
    ['has another member', { rules: [], rule: [] }, ['rule']],
    ['has a member no rule has', { rules: [RULE, { ...RULE, tier: 'flex' }] }, ['rules[1].tier']],
    ['has two such members', { rules: [{ ...RULE, a: 1, b: 2 }] }, ['rules[0].a', 'rules[0].b']],
    ['has a rule without a tier', { rules: [{ action: 'filter' }] }, ['rules[0].serviceTier']],
    ['has a rule without an action', { rules: [{ serviceTier: 'flex' }] }, ['rules[0].action']],
    ['names an unknown tier', { rules: [{ ...RULE, serviceTier: 'warp' }] }, ['rules[0].serviceTier']],
    ['names a tier with a capital', { rules: [{ ...RULE, serviceTier: 'Priority' }] }, ['rules[0].serviceTier']],
    ['names an unknown action', { rules: [{ ...RULE, action: 'drop' }] }, ['rules[0].action']],
    ['names an unknown scope', { rules: [{ ...RULE, scope: 'team' }] }, ['rules[0].scope']],
    ['forces to nothing', { rules: [{ ...RULE, action: 'force' }] }, ['rules[0].forceTo']],
    ['falls back to force, to nothing', { rules: [{ ...RULE, fallbackAction: 'force' }] }, ['rules[0].forceTo']],
    ['forces to what is no tier', { rules: [{ ...RULE, action: 'force', forceTo: 'all' }] }, ['rules[0].forceTo']],
    ['says forceTo without a force', { rules: [{ ...RULE, forceTo: 'flex' }] }, ['rules[0].forceTo']],
    ['has a blank model', { rules: [{ ...RULE, models: ['gpt-5', ' '] }] }, ['rules[0].models[1]']],
    ['has a blank tool', { rules: [{ ...RULE, tools: [''] }] }, ['rules[0].tools[0]']],
    ['has a blank message', { rules: [{ ...RULE, errorMessage: ' ' }] }, ['rules[0].errorMessage']],
    ['has an odd id', { rules: [{ ...RULE, id: 'a b' }] }, ['rules[0].id']],
    ['has an empty id', { rules: [{ ...RULE, id: '' }] }, ['rules[0].id']],
    ['has a date without a time', { rules: [{ ...RULE, until: '2026-11-20' }] }, ['rules[0].until']],
    ['has a time without a zone', { rules: [{ ...RULE, until: '2026-11-20T12:00:00' }] }, ['rules[0].until']],
    ['has an id twice', { rules: [{ ...RULE, id: 'a' }, RULE, { ...RULE, id: 'a' }] }, ['rules[2].id']],
    ['has a switch that is no switch', { rules: [{ ...RULE, enabled: 'no' }] }, ['rules[0].enabled']],
  ])('that %s is refused at the member', (_name, document, paths) => {
    expect(problemsIn(document)).toEqual(paths);
  });
});
