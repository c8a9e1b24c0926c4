import { beforeEach, describe, expect, it } from 'vitest';
import { isWanted, type Note, NotePlan, updateNote } from '../../../src/main/desktop/note-plan.ts';
import type { Push, Status } from '../../../src/shared/control.ts';
import type { Language } from '../../../src/shared/language.ts';
import { say } from '../../../src/shared/sentences.ts';
import type { Turn } from '../../../src/shared/turn.ts';
import { sampleTurn, type TurnSample } from '../../fakes/turn-sample.ts';

/** Few notifications, each for something new, grouped, and with a step that helps. */
const MINUTE = 60_000;
const account: Status['accounts'][number] = {
  id: 'openai',
  provider: 'openai',
  kind: 'apikey',
  baseUrl: 'https://api.openai.com/v1',
  enabled: true,
  sandbox: false,
  priority: 1,
  keys: [],
  openTurns: 0,
  concurrency: null,
  waiting: 0,
  breaker: null,
  quotas: [],
  resting: null,
};
const key: Status['accounts'][number]['keys'][number] = {
  source: 'keychain openai/1',
  fingerprint: 'a1b2',
  lastFour: 'wxyz',
  problem: null,
  state: 'ready',
  reason: null,
  until: null,
};

let now: number;
let language: Language;
let plan: NotePlan;

beforeEach(() => {
  now = new Date(2026, 2, 1, 22, 30).getTime();
  language = 'en';
  plan = new NotePlan(
    () => now,
    { accounts: [account], notices: [] },
    () => language,
  );
});

const turns = (...samples: TurnSample[]): Note[] =>
  plan.hear({ type: 'turns', turns: samples.map((sample, index) => sampleTurn(index, sample)) });
const status = (change: Partial<Pick<Status, 'accounts' | 'notices'>>): Note[] =>
  plan.hear({ type: 'status', status: { accounts: [account], notices: [], ...change } as unknown as Status });
const titles = (notes: readonly Note[]): string[] => notes.map(({ title }) => title);

const BLOCKED: TurnSample = {
  verdict: 'block',
  rule: 'no-fast',
  tiers: { requested: 'priority', sent: null, served: null },
};

describe('blocked turns', () => {
  it('are told at once, with the step that lets Fast through', () => {
    expect(turns(BLOCKED)).toMatchObject([
      {
        title: 'The policy blocked codex',
        body: 'A turn asked for priority; rule no-fast does not allow that.',
        steps: [{ label: 'Allow Fast for 1 hour', action: { do: 'fast', wish: { kind: 'allowed', minutes: 60 } } }],
      },
    ]);
  });

  it('of one tool are one matter for ten minutes, of two tools two', () => {
    expect(titles(turns(BLOCKED, BLOCKED, { ...BLOCKED, tool: 'editor' }))).toEqual([
      'The policy blocked codex',
      'The policy blocked editor',
    ]);
    now += 10 * MINUTE - 1;
    expect(turns(BLOCKED)).toEqual([]);
    now += 1;
    expect(turns(BLOCKED)[0]?.body).toContain('2 more were blocked since the last word.');
  });

  it('of another tier offer no Fast', () => {
    expect(turns({ ...BLOCKED, tiers: { ...BLOCKED.tiers, requested: 'ultrafast' } })[0]?.steps).toEqual([]);
  });
});

describe('Fast that was served as Standard', () => {
  const RAMP: TurnSample = { verdict: 'pass', tiers: { requested: 'priority', sent: 'priority', served: 'default' } };

  it('is told once an hour for an account', () => {
    expect(titles(turns(RAMP, RAMP, { ...RAMP, account: 'spare' }))).toEqual([
      'openai ran Fast as Standard',
      'spare ran Fast as Standard',
    ]);
    now += 60 * MINUTE;
    expect(turns(RAMP)).toHaveLength(1);
  });

  it.each<[string, TurnSample]>([
    ['the upstream cannot be believed', { ...RAMP, servedTrust: 'unverifiable' }],
    ['the policy filtered it', { tiers: { requested: 'priority', sent: null, served: 'default' } }],
    ['it was served as Fast', { ...RAMP, tiers: { sent: 'priority', served: 'priority' } }],
  ])('is not told when %s', (_name, sample) => {
    expect(turns(sample)).toEqual([]);
  });
});

describe('an account', () => {
  it.each<[string, Partial<typeof account>, string]>([
    ['whose breaker opened', { breaker: { state: 'open', reason: 'five failures', until: 0 } }, 'five failures'],
    ['that rests', { resting: 'the week’s quota is at 95 %' }, 'quota'],
    ['whose key is refused', { keys: [{ ...key, state: 'cooling', reason: 'unauthorized' }] }, 'refuses the key …wxyz'],
    ['whose quota is used up', { keys: [{ ...key, state: 'cooling', reason: 'quota' }] }, 'quota of key …wxyz'],
    [
      'whose key is missing',
      { keys: [{ ...key, state: 'missing', lastFour: null, problem: 'the keychain is locked' }] },
      'keychain openai/1 is missing: the keychain is locked',
    ],
  ])('%s is told once, until it is well and ails again', (_name, change, words) => {
    const ailing = { accounts: [{ ...account, ...change }] };
    expect(status(ailing)).toMatchObject([
      { title: 'Account openai cannot be used', body: expect.stringContaining(words) as string, important: true },
    ]);
    expect(status(ailing)).toEqual([]);
    expect(status({})).toEqual([]);
    expect(status(ailing)).toHaveLength(1);
  });

  it.each<[string, Partial<typeof account>]>([
    ['that is switched off', { enabled: false, resting: 'switched off' }],
    ['whose key cools down for a while', { keys: [{ ...key, state: 'cooling', reason: 'rate_limited' }] }],
  ])('%s is no news', (_name, change) => {
    expect(status({ accounts: [{ ...account, ...change }] })).toEqual([]);
  });
});

it('a notice is told when it is new, and what was so at the start is not', () => {
  const notice = { code: 'settings_invalid', message: 'The settings cannot be used.', next: 'Correct them.', at: 0 };
  expect(status({ notices: [notice] })).toMatchObject([
    { title: 'Tiergate needs you', body: 'The settings cannot be used. Correct them.', important: true },
  ]);
  expect(status({ notices: [{ ...notice, message: 'other words' }] })).toEqual([]);
  const later = new NotePlan(
    () => now,
    { accounts: [], notices: [notice] },
    () => 'en',
  );
  expect(later.hear({ type: 'status', status: { accounts: [], notices: [notice] } as unknown as Status })).toEqual([]);
});

describe('a budget', () => {
  const budget: Extract<Push, { type: 'budget' }>['budget'] = {
    id: 'day',
    tool: null,
    period: 'day',
    action: 'filterFast',
    spent: '8000000000000',
    limit: '10000000000000',
    percent: 80,
    unpriced: 0,
    from: 0,
    until: new Date(2026, 2, 2).getTime(),
    inForce: false,
  };

  it('is told at each threshold, with no Fast until midnight as a step', () => {
    expect(plan.hear({ type: 'budget', budget, threshold: 80 })).toMatchObject([
      {
        title: 'Budget day: 80 % used',
        body: '$8.00 of $10.00 until 00:00, Mar 2.',
        important: false,
        steps: [{ label: 'No Fast until tomorrow', action: { do: 'fast', wish: { kind: 'none', minutes: 90 } } }],
      },
    ]);
  });

  it('that is used up says what happens now, and matters', () => {
    const [note] = plan.hear({ type: 'budget', budget: { ...budget, tool: 'codex' }, threshold: 100 });
    expect(note).toMatchObject({ title: 'Budget day of codex: 100 % used', important: true, steps: [] });
    expect(note?.body).toContain('Fast is filtered until then.');
  });
});

it('quiet lets only through what stops work, and silence nothing', () => {
  const [blocked] = turns(BLOCKED);
  const [down] = status({ accounts: [{ ...account, resting: 'too many failures' }] });
  const notes = [blocked, down, updateNote('2.0.0', 'en')].filter((note) => note !== undefined);
  expect(notes.map((note) => isWanted(note, 'all'))).toEqual([true, true, true]);
  expect(notes.map((note) => isWanted(note, 'important'))).toEqual([false, true, false]);
  expect(notes.map((note) => isWanted(note, 'none'))).toEqual([false, false, false]);
});

it('an ordinary turn and a new policy are nothing to tell', () => {
  const quiet: readonly Push[] = [
    { type: 'turns', turns: [sampleTurn(1)] satisfies Turn[] },
    { type: 'policy', policy: { rules: [] } },
    { type: 'settings' },
  ];
  expect(quiet.flatMap((push) => plan.hear(push))).toEqual([]);
});

describe('in Chinese', () => {
  beforeEach(() => {
    language = 'zh';
  });

  it('all of a notification is Chinese, what the rest of main says included', () => {
    const problem = say('key_entry', { name: 'openai/1' });
    const missing = { ...key, state: 'missing', lastFour: null, problem } as const;
    expect(status({ accounts: [{ ...account, keys: [missing] }] })).toMatchObject([
      { title: '账户 openai 无法使用', body: '缺少密钥 keychain openai/1：钥匙串里没有条目 openai/1' },
    ]);
    expect(turns(BLOCKED)).toMatchObject([{ title: '策略拦截了 codex', steps: [{ label: '允许快速 1 小时' }] }]);
  });

  it('nothing is told again because it would be told in other words', () => {
    const down = { ...account, resting: say('resting_days', { percent: 95, count: 7 }) };
    language = 'en';
    expect(status({ accounts: [down] })).toHaveLength(1);
    language = 'zh';
    expect(status({ accounts: [down] })).toEqual([]);
  });
});
