import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../src/shared/problem.ts';
import { importSub2api } from '../../src/shared/sub2api.ts';
import { z } from 'zod';

const RULE = { service_tier: 'priority', action: 'filter', scope: 'all' };

function problemsIn(document: unknown): readonly string[] {
  try {
    importSub2api(document);
    return [];
  } catch (error) {
    if (error instanceof z.ZodError) return problemsOf(error).map(({ path }) => path);
    throw error;
  }
}

describe('a policy of sub2api', () => {
  test('becomes a policy of ours', () => {
    const { rules } = importSub2api({
      rules: [
        {
          service_tier: ' Fast ',
          action: 'block',
          scope: 'oauth',
          error_message: 'no Fast here',
          model_whitelist: [' gpt-5.5* ', 'gpt-4'],
          fallback_action: 'filter',
          fallback_error_message: '  ',
          user_ids: [],
        },
      ],
    });
    expect(rules).toEqual([
      {
        id: 'rule-1',
        enabled: true,
        serviceTier: 'priority',
        action: 'block',
        scope: 'oauth',
        models: ['gpt-5.5*', 'gpt-4'],
        fallbackAction: 'filter',
        errorMessage: 'no Fast here',
        tools: [],
        observeOnly: false,
      },
    ]);
  });

  test.each([
    ['', 'all'],
    ['all', 'all'],
    ['fast', 'priority'],
    ['PRIORITY', 'priority'],
    ['flex', 'flex'],
  ])('its tier %j is %s', (service_tier, serviceTier) => {
    expect(importSub2api({ rules: [{ ...RULE, service_tier }] }).rules[0]?.serviceTier).toBe(serviceTier);
  });

  test('its force_priority says to what', () => {
    const { rules } = importSub2api({
      rules: [
        { ...RULE, action: 'force_priority' },
        { ...RULE, fallback_action: 'force_priority' },
        { ...RULE, fallback_action: '' },
      ],
    });
    expect(rules.map(({ action, fallbackAction, forceTo }) => [action, fallbackAction, forceTo])).toEqual([
      ['force', 'pass', 'priority'],
      ['filter', 'force', 'priority'],
      ['filter', 'pass', undefined],
    ]);
  });

  test('an empty one stays empty', () => {
    expect(importSub2api({ rules: [] })).toEqual({ rules: [] });
  });

  test.each<[name: string, document: unknown, path: string]>([
    ['rules for single users', { rules: [{ ...RULE, user_ids: [7] }] }, 'rules[0].user_ids'],
    ['a member nobody knows', { rules: [{ ...RULE, user_groups: [] }] }, 'rules[0].user_groups'],
    [
      'our own spelling',
      { rules: [{ serviceTier: 'priority', action: 'filter', scope: 'all' }] },
      'rules[0].service_tier',
    ],
    ['our own force', { rules: [{ ...RULE, action: 'force' }] }, 'rules[0].action'],
    ['a fallback nobody knows', { rules: [{ ...RULE, fallback_action: 'drop' }] }, 'rules[0].fallback_action'],
    ['a tier nobody knows', { rules: [{ ...RULE, service_tier: 'warp' }] }, 'rules[0].serviceTier'],
    ['a blank model', { rules: [{ ...RULE, model_whitelist: [' '] }] }, 'rules[0].models[0]'],
    ['no rules', {}, 'rules'],
    ['a list', [], ''],
  ])('with %s is refused', (_name, document, path) => {
    expect(problemsIn(document)).toContain(path);
  });
});
