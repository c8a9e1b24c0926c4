import { describe, expect, test } from 'vitest';
import {
  type Action,
  DEFAULT_POLICY,
  type PolicyQuestion,
  PolicySchema,
  type Verdict,
  judge,
} from '../../src/shared/policy.ts';
import { NOT_A_TIER, NO_TIER, type TierSaid, sayTier } from '../../src/shared/tier.ts';

type RuleInput = Readonly<Record<string, unknown>>;

const NOON = Date.parse('2026-11-20T12:00:00Z');

/** Asks about `tier`, sent by codex with gpt-5.5 to a key account at noon, where a case says nothing else. */
function ask(
  rules: readonly RuleInput[],
  question: Partial<Omit<PolicyQuestion, 'tier'>> & { tier: string | TierSaid },
) {
  const { tier, ...rest } = question;
  return judge(PolicySchema.parse({ rules }), {
    model: 'gpt-5.5',
    kind: 'apikey',
    tool: 'codex',
    now: NOON,
    ...rest,
    tier: typeof tier === 'string' ? sayTier(tier) : tier,
  });
}

const filter = (more: RuleInput = {}): RuleInput => ({ serviceTier: 'priority', action: 'filter', ...more });
const PASSED: Verdict = { action: 'pass', rule: null, observed: [] };

describe('which rule decides', () => {
  test('no rule: the turn passes', () => {
    expect(ask([], { tier: 'priority' })).toEqual(PASSED);
  });

  test('the first that matches, in the order of the document', () => {
    const rules = [
      filter({ id: 'flex-only', serviceTier: 'flex', action: 'block' }),
      filter({ id: 'first', action: 'pass' }),
      filter({ id: 'second', action: 'block' }),
    ];
    expect(ask(rules, { tier: 'priority' })).toMatchObject({ action: 'pass', rule: 'first' });
    expect(ask([...rules].reverse(), { tier: 'priority' })).toMatchObject({ action: 'block', rule: 'second' });
  });

  test.each<[string, RuleInput, Partial<PolicyQuestion>, matches: boolean]>([
    ['switched off', { enabled: false }, {}, false],
    ['for key accounts, a key account', { scope: 'apikey' }, { kind: 'apikey' }, true],
    ['for key accounts, a login', { scope: 'apikey' }, { kind: 'oauth' }, false],
    ['for logins, a login', { scope: 'oauth' }, { kind: 'oauth' }, true],
    ['for all accounts, a login', { scope: 'all' }, { kind: 'oauth' }, true],
    ['for this tool', { tools: ['cursor', 'codex'] }, {}, true],
    ['for another tool', { tools: ['cursor'] }, {}, false],
    ['for a tool in another letter case', { tools: ['Codex'] }, {}, false],
    ['for no tool in particular', { tools: [] }, {}, true],
    ['until later', { until: '2026-11-20T12:00:00.001Z' }, {}, true],
    ['until now', { until: '2026-11-20T12:00:00Z' }, {}, false],
    ['until earlier', { until: '2026-11-20T11:59:59Z' }, {}, false],
    ['until later, in another time zone', { until: '2026-11-20T13:00:01+01:00' }, {}, true],
    ['until earlier, in another time zone', { until: '2026-11-20T12:30:00+01:00' }, {}, false],
  ])('a rule %s', (_name, rule, question, matches) => {
    const verdict = ask([filter({ id: 'it', ...rule })], { ...question, tier: 'priority' });
    expect(verdict.rule).toBe(matches ? 'it' : null);
  });

  test('a rule about another tool leaves the decision to the next', () => {
    const rules = [filter({ id: 'cursor', tools: ['cursor'], action: 'pass' }), filter({ id: 'rest' })];
    expect(ask(rules, { tier: 'priority' }).rule).toBe('rest');
    expect(ask(rules, { tier: 'priority', tool: 'cursor' }).rule).toBe('cursor');
  });

  test('an expired rule stops counting with the clock alone', () => {
    const rules = [filter({ id: 'today', until: '2026-11-21T00:00:00Z' })];
    const at = (time: string): string | null => ask(rules, { tier: 'fast', now: Date.parse(time) }).rule;
    expect([at('2026-11-20T23:59:59Z'), at('2026-11-21T00:00:00Z')]).toEqual(['today', null]);
  });
});

describe('which tiers a rule looks at', () => {
  const said: readonly (readonly [string, TierSaid])[] = [
    ['priority', sayTier('priority')],
    ['fast', sayTier('Fast')],
    ['flex', sayTier('flex')],
    ['an unknown word', sayTier('warp')],
    ['a blank text', sayTier(' ')],
    ['no tier', NO_TIER],
    ['a number', NOT_A_TIER],
  ];

  test.each<[serviceTier: string, matched: readonly string[]]>([
    ['priority', ['priority', 'fast']],
    ['flex', ['flex']],
    ['unknown', ['an unknown word']],
    ['missing', ['a blank text', 'no tier']],
    ['all', ['priority', 'fast', 'flex', 'an unknown word']],
    ['ultrafast', []],
  ])('%s', (serviceTier, matched) => {
    const hits = said.filter(([, tier]) => ask([filter({ serviceTier })], { tier }).rule !== null);
    expect(hits.map(([name]) => name)).toEqual(matched);
  });
});

describe('which models a rule looks at', () => {
  test('a model outside the list gets the fallback, and the search ends', () => {
    const rules = [
      filter({ id: 'some', models: ['gpt-5.5*'], fallbackAction: 'block' }),
      filter({ id: 'never', action: 'pass' }),
    ];
    expect(ask(rules, { tier: 'priority', model: 'gpt-5.5-mini' })).toMatchObject({ action: 'filter', rule: 'some' });
    expect(ask(rules, { tier: 'priority', model: 'gpt-4' })).toMatchObject({ action: 'block', rule: 'some' });
  });

  test('the fallback is pass where nothing is said', () => {
    const rules = [filter({ id: 'some', models: ['gpt-4'] }), filter({ id: 'never', action: 'block' })];
    expect(ask(rules, { tier: 'priority' })).toEqual({ action: 'pass', rule: 'some', observed: [] });
  });
});

describe('attack: a spelling that only some readers take for what a force is about', () => {
  const force = { id: 'it', action: 'force', forceTo: 'flex' };
  test.each(['fa\u017ft', 'priority\u0000', '\u001cpriority', 'fa\ud800st'])('the tier %j runs at Standard', (tier) => {
    expect(ask([filter(force)], { tier })).toEqual({ action: 'filter', rule: 'it', observed: [] });
  });

  test.each(['GPT-5.5', 'gpt-5.5\u0000', 'gpt-\ud8005.5'])('the model %j runs at Standard', (model) => {
    const rule = filter({ ...force, models: ['gpt-5.5'] });
    expect(ask([rule], { tier: 'priority', model })).toMatchObject({ action: 'filter', rule: 'it' });
    const blocked = filter({ ...force, models: ['gpt-5.5'], fallbackAction: 'block' });
    expect(ask([blocked], { tier: 'priority', model })).toMatchObject({ action: 'block', rule: 'it' });
  });

  test('a fallback that forces holds for odd spellings of the tier, too', () => {
    const rule = filter({ models: ['gpt-4'], action: 'pass', fallbackAction: 'force', forceTo: 'default' });
    expect(ask([rule], { tier: 'fa\u017ft' })).toMatchObject({ action: 'filter' });
  });
});

describe('what observe-only rules do', () => {
  test('they record what they would have done, and the search goes on', () => {
    const rules = [
      filter({ id: 'watch', observeOnly: true, action: 'block' }),
      filter({ id: 'watch-models', observeOnly: true, models: ['gpt-4'], fallbackAction: 'pass' }),
      filter({ id: 'watch-flex', observeOnly: true, serviceTier: 'flex' }),
      filter({ id: 'act' }),
      filter({ id: 'too-late', observeOnly: true }),
    ];
    expect(ask(rules, { tier: 'priority' })).toEqual({
      action: 'filter',
      rule: 'act',
      observed: [
        { rule: 'watch', action: 'block' },
        { rule: 'watch-models', action: 'pass' },
      ],
    });
  });

  test('alone they let the turn pass', () => {
    const verdict = ask([filter({ id: 'watch', observeOnly: true, action: 'block' })], { tier: 'priority' });
    expect(verdict).toEqual({ ...PASSED, observed: [{ rule: 'watch', action: 'block' }] });
  });
});

describe('what a verdict carries', () => {
  test('force says to what', () => {
    const rules = [{ serviceTier: 'all', action: 'force', forceTo: 'flex' }];
    expect(ask(rules, { tier: 'priority' })).toMatchObject({ action: 'force', forceTo: 'flex' });
  });

  test('force as a fallback says to what, too', () => {
    const rules = [filter({ models: ['gpt-4'], fallbackAction: 'force', forceTo: 'default' })];
    expect(ask(rules, { tier: 'priority' })).toMatchObject({ action: 'force', forceTo: 'default' });
    expect(ask(rules, { tier: 'priority', model: 'gpt-4' })).not.toHaveProperty('forceTo');
  });

  test.each<[tier: string | TierSaid, shown: string]>([
    ['priority', 'priority'],
    [' FAST ', 'priority'],
    ['fa\u017ft', 'priority'],
    ['warp', 'warp'],
    ['w'.repeat(100), 'w'.repeat(64)],
    [NO_TIER, 'missing'],
  ])('block has a message of its own for %j', (tier, shown) => {
    const rules = ['all', 'missing'].map((serviceTier) => filter({ serviceTier, action: 'block' }));
    expect(ask(rules, { tier }).message).toBe(`openai service_tier=${shown} is not allowed for model gpt-5.5`);
  });

  test('block takes the message of the rule, or of its fallback', () => {
    const rules = [
      filter({
        action: 'block',
        models: ['gpt-4'],
        errorMessage: 'not for gpt-4',
        fallbackAction: 'block',
        fallbackErrorMessage: 'not at all',
      }),
    ];
    expect(ask(rules, { tier: 'priority', model: 'gpt-4' }).message).toBe('not for gpt-4');
    expect(ask(rules, { tier: 'priority', model: 'gpt-5' }).message).toBe('not at all');
  });
});

describe('attack: a spelling that only a loose reader takes for Fast', () => {
  const odd = '\u001cFa\u017ft';

  test.each<[Action, decides: boolean]>([
    ['filter', true],
    ['block', true],
    ['pass', false],
    // It filters.
    ['force', true],
  ])('%s counts it: %s', (action, decides) => {
    const rule = filter({ id: 'it', action, ...(action === 'force' ? { forceTo: 'flex' } : {}) });
    expect(ask([rule], { tier: odd }).rule).toBe(decides ? 'it' : null);
  });

  test('a pass rule cannot be used to get past the filter behind it', () => {
    const rules = [filter({ id: 'vip', models: ['gpt-5.5'], action: 'pass' }), filter({ id: 'rest' })];
    expect(ask(rules, { tier: odd })).toMatchObject({ action: 'filter', rule: 'rest' });
  });

  test('a rule that lets unknown words pass does not let it pass', () => {
    const rules = [filter({ id: 'odd', serviceTier: 'unknown', action: 'pass' }), filter({ id: 'rest' })];
    expect(ask(rules, { tier: odd })).toMatchObject({ action: 'filter', rule: 'rest' });
    expect(ask(rules, { tier: 'warp' })).toMatchObject({ action: 'pass', rule: 'odd' });
  });

  test('a model in an odd spelling is filtered like the model', () => {
    const rules = [filter({ id: 'it', models: ['gpt-5.5'] })];
    for (const model of ['GPT-5.5', ' gpt-5.5', 'gpt-5.5\u0085'])
      expect(ask(rules, { tier: 'priority', model })).toMatchObject({ action: 'filter', rule: 'it' });
  });

  test('a model in an odd spelling is not let through by a rule that names the model', () => {
    const rules = [filter({ id: 'it', action: 'pass', models: ['gpt-5.5'], fallbackAction: 'filter' })];
    expect(ask(rules, { tier: 'priority', model: 'GPT-5.5' })).toMatchObject({ action: 'filter', rule: 'it' });
  });
});

describe('the policy nobody has chosen', () => {
  test.each<[tier: string | TierSaid, action: Action, rule: string | null]>([
    ['priority', 'filter', 'no-fast'],
    ['fast', 'filter', 'no-fast'],
    ['ultrafast', 'filter', 'no-ultrafast'],
    ['default', 'pass', null],
    ['flex', 'pass', null],
    ['auto', 'pass', null],
    ['scale', 'pass', null],
    ['warp', 'pass', null],
    [NO_TIER, 'pass', null],
    [NOT_A_TIER, 'pass', null],
  ])('%j: %s', (tier, action, rule) => {
    for (const kind of ['apikey', 'oauth'] as const)
      expect(
        ask(
          DEFAULT_POLICY.rules.map((one) => ({ ...one })),
          { tier, kind },
        ),
      ).toMatchObject({ action, rule });
  });
});
