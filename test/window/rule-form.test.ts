import { describe, expect, test } from 'vitest';
import { blankRule, formOf, namesOf, type RuleForm, RuleFormSchema, ruleOf } from '../../src/renderer/rule-form.ts';
import { ACTIONS, type Policy, PolicySchema, RULE_TIERS } from '../../src/shared/policy.ts';

const nothing: Policy = { rules: [] };

describe('a rule’s form', () => {
  test('gives back the rule it was opened with', () => {
    const { rules } = PolicySchema.parse({
      rules: [
        { id: 'plain', serviceTier: 'priority', action: 'filter' },
        {
          id: 'full',
          enabled: false,
          serviceTier: 'all',
          action: 'force',
          forceTo: 'flex',
          scope: 'oauth',
          models: ['gpt-5*', 'o4'],
          fallbackAction: 'block',
          fallbackErrorMessage: 'ask ada',
          tools: ['codex', 'my tool'],
          observeOnly: true,
          until: '2031-02-03T04:05:00.000Z',
        },
        { id: 'no', serviceTier: 'unknown', action: 'block', errorMessage: 'never' },
      ],
    });
    expect(rules.map((rule) => ruleOf(formOf(rule), nothing))).toEqual(rules);
  });

  test.each(ACTIONS.flatMap((action) => ACTIONS.map((fallbackAction) => ({ action, fallbackAction }))))(
    'makes a rule the policy takes, from $action with $fallbackAction for other models',
    (actions) => {
      for (const models of ['', 'gpt-5*'])
        for (const serviceTier of RULE_TIERS) {
          const form: RuleForm = {
            ...blankRule(),
            ...actions,
            serviceTier,
            models,
            forceTo: 'default',
            errorMessage: 'left from before',
            fallbackErrorMessage: ' ',
          };
          expect(RuleFormSchema.safeParse(form).error).toBeUndefined();
          expect(PolicySchema.safeParse({ rules: [ruleOf(form, nothing)] }).error).toBeUndefined();
        }
    },
  );

  test('asks for the tier to force, also where only other models are forced', () => {
    const issues = (form: Partial<RuleForm>) =>
      RuleFormSchema.safeParse({ ...blankRule(), ...form }).error?.issues.map(({ message }) => message);
    expect(issues({ action: 'force' })).toEqual(['forceToMissing']);
    expect(issues({ fallbackAction: 'force', models: 'o4' })).toEqual(['forceToMissing']);
    expect(issues({ fallbackAction: 'force' })).toBeUndefined();
  });

  test.each([
    ['idBad', { id: 'two words' }],
    ['untilBad', { until: 'soon' }],
    ['messageLong', { errorMessage: 'x'.repeat(1001) }],
  ] as const)('says %s where it stands', (message, form) => {
    expect(RuleFormSchema.safeParse({ ...blankRule(), ...form }).error?.issues[0]?.message).toBe(message);
  });

  test('names a rule by what it does, and never twice', () => {
    const form = blankRule({ tool: 'my tool', tier: 'fast' });
    const first = ruleOf(form, nothing);
    expect(first).toMatchObject({ id: 'filter-priority-my-tool', serviceTier: 'priority', tools: ['my tool'] });
    expect(ruleOf(form, { rules: [first] }).id).toBe('filter-priority-my-tool-2');
  });

  test('made from a turn takes the tier as the turn spelled it', () => {
    expect(blankRule({ tier: ' Ultrafast ' }).serviceTier).toBe('ultrafast');
    expect(blankRule({ tier: 'warp' }).serviceTier).toBe('unknown');
    expect(blankRule({}).serviceTier).toBe('priority');
  });

  test('reads names between commas of either script', () => {
    expect(namesOf(' a, b，c ,, ')).toEqual(['a', 'b', 'c']);
  });
});
