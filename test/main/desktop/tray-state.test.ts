import { describe, expect, it } from 'vitest';
import { nextTrayChange, type TrayEntry, type TrayInput, trayView } from '../../../src/main/desktop/tray-state.ts';
import { messageOf } from '../../../src/shared/errors.ts';
import { withFastWish } from '../../../src/shared/fast-switch.ts';
import { DEFAULT_POLICY, type Policy, PolicySchema } from '../../../src/shared/policy.ts';
import { say } from '../../../src/shared/sentences.ts';
import { sampleTurn } from '../../fakes/turn-sample.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const NOTHING = { cost: '0', saved: '0', premium: '0', turns: 0, unpriced: 0 };
const running: TrayInput = {
  status: {
    baseUrl: 'http://127.0.0.1:4141/v1',
    port: 4141,
    sandbox: false,
    lostRows: 0,
    paused: null,
    openTurns: 0,
    notices: [],
    accounts: [],
    budgets: [],
    spend: { day: NOTHING },
  },
  policy: DEFAULT_POLICY,
  recent: [],
  update: { kind: 'off' },
  freePort: null,
  stopping: false,
  now,
  language: 'en',
};

const account = { id: 'openai', enabled: true, sandbox: false, priority: 1, resting: null };

function status(change: Partial<TrayInput['status']>): TrayInput {
  return { ...running, status: { ...running.status, ...change } };
}

function label(entry: TrayEntry): string {
  return entry.type === 'separator' ? '-' : entry.label;
}

function labels(entries: readonly TrayEntry[]): string[] {
  return entries.map(label);
}

/** The entries below the one whose label begins so. */
function below(input: TrayInput, start: string): readonly TrayEntry[] {
  const found = trayView(input).entries.find((entry) => label(entry).startsWith(start));
  if (found?.type !== 'menu') throw new Error(`there is no menu ${start}`);
  return found.entries;
}

function actions(entries: readonly TrayEntry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.type === 'menu') return actions(entry.entries);
    return entry.type === 'action' || entry.type === 'choice' ? [entry.action.do] : [];
  });
}

function rules(...list: unknown[]): Policy {
  return PolicySchema.parse({ rules: list });
}

describe('the tray', () => {
  it('shows a gateway that runs', () => {
    const { icon, tooltip, entries } = trayView(running);
    expect(icon).toBe('running');
    expect(tooltip).toBe('Gateway on, 127.0.0.1:4141\nFast: filtered to Standard\nNo turn today');
    expect(labels(entries)).toEqual([
      'Gateway on, 127.0.0.1:4141',
      'Copy http://127.0.0.1:4141/v1',
      'No turn today',
      '-',
      'Fast: filtered to Standard',
      'Pause the gateway',
      '-',
      'Open Tiergate',
      'Settings …',
      '-',
      'Quit Tiergate',
    ]);
  });

  it('has a face for every state, and says it in words too', () => {
    const faces: [TrayInput, string, string][] = [
      [running, 'running', 'Gateway on'],
      [status({ lostRows: 1 }), 'warning', '1 turn could not be recorded'],
      [status({ paused: { until: null } }), 'paused', 'Gateway paused until resumed'],
      [status({ baseUrl: null }), 'error', 'Gateway off: port 4141 could not be used'],
      [{ ...running, update: { kind: 'ready', version: '2.0.0' } }, 'update', 'Gateway on'],
    ];
    for (const [input, icon, words] of faces) {
      const view = trayView(input);
      expect([view.icon, view.tooltip]).toEqual([icon, expect.stringContaining(words)]);
      expect(labels(view.entries).join()).toContain(words);
    }
  });

  it('shows what is graver: a gateway that is off over a pause, a pause over a warning, a warning over an update', () => {
    const update = { kind: 'ready', version: '2.0.0' } as const;
    expect(trayView({ ...status({ baseUrl: null, paused: { until: null } }), update }).icon).toBe('error');
    expect(trayView({ ...status({ lostRows: 1, paused: { until: null } }), update }).icon).toBe('paused');
    expect(trayView({ ...status({ lostRows: 1 }), update }).icon).toBe('warning');
  });

  it('warns in words and by its icon', () => {
    const { icon, tooltip, entries } = trayView(status({ notices: [{ message: 'The key openai/1 is missing.' }] }));
    expect(icon).toBe('warning');
    expect(tooltip).toContain('The key openai/1 is missing.');
    expect(labels(entries)).toContain('Attention: The key openai/1 is missing.');
  });

  it('warns of budgets that are nearly used up, and of accounts that rest', () => {
    const budgets = [
      { id: 'day', percent: 79.9, inForce: false },
      { id: 'week', percent: 83.7, inForce: false },
      { id: 'month', percent: 101, inForce: true },
    ];
    const accounts = [
      { ...account, resting: 'too many failures' },
      { ...account, id: 'off', enabled: false, resting: 'switched off' },
    ];
    expect(labels(trayView(status({ budgets, accounts })).entries).filter((one) => one.startsWith('Att'))).toEqual([
      'Attention: budget week: 83 % used',
      'Attention: budget month: 101 % used, in force',
      'Attention: openai: too many failures',
    ]);
  });

  it('says when the gateway does not listen, offers another port, and no address to copy', () => {
    const { entries } = trayView({ ...status({ baseUrl: null }), freePort: 4142 });
    expect(labels(entries)).toContain('Use port 4142 instead');
    expect(actions(entries)).toContain('use-port');
    expect(labels(entries).some((one) => one.startsWith('Copy'))).toBe(false);
  });

  it('keeps the window and the end within reach in every state that is not the end', () => {
    for (const input of [running, status({ baseUrl: null }), status({ lostRows: 1 }), status({ paused: { until: 1 } })])
      expect(actions(trayView(input).entries)).toEqual(expect.arrayContaining(['open-window', 'quit']));
  });

  it('only says how far it is while it is stopping, and lets nobody wait for ever', () => {
    const { icon, entries } = trayView({ ...status({ openTurns: 2 }), stopping: true });
    expect(icon).toBe('paused');
    expect(labels(entries)).toEqual(['Tiergate is stopping: waiting for 2 open turns', 'Do not wait: quit now']);
    expect(labels(trayView({ ...running, stopping: true }).entries)).toEqual(['Tiergate is stopping']);
  });

  it('tells of the sandbox', () => {
    expect(labels(trayView(status({ sandbox: true })).entries)).toContain('Sandbox: no account yet');
  });

  it('cuts what a menu or a tooltip cannot hold, between characters', () => {
    const view = trayView(status({ notices: [{ message: '𝕊'.repeat(300) }] }));
    for (const [text, limit] of [
      [view.tooltip, 127] as const,
      ...labels(view.entries).map((one) => [one, 80] as const),
    ]) {
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text.isWellFormed()).toBe(true);
    }
    expect(view.tooltip.endsWith('𝕊…')).toBe(true);
  });
});

describe('what was spent today', () => {
  it.each<[Partial<typeof NOTHING>, string]>([
    [{}, 'No turn today'],
    [{ turns: 1, cost: '1420000000000' }, 'Today: $1.42, 1 turn'],
    [{ turns: 3, cost: '0' }, 'Today: $0.00, 3 turns'],
    [{ turns: 3, cost: '7' }, 'Today: under $0.01, 3 turns'],
    [{ turns: 3, cost: '1999999999999', unpriced: 1 }, 'Today: $2.00, 3 turns, 1 without a price'],
    [{ turns: 3, cost: '0', unpriced: 3 }, 'Today: cost not known, 3 turns'],
    [{ turns: 1, cost: '90071992547409930000000000' }, 'Today: $90071992547409.93, 1 turn'],
  ])('%j', (day, line) => {
    expect(labels(trayView(status({ spend: { day: { ...NOTHING, ...day } } })).entries)).toContain(line);
  });
});

describe('the last turns', () => {
  const recent = [
    sampleTurn(7, { tiers: { requested: 'priority', sent: null, served: 'default' } }),
    sampleTurn(6, { tool: 'R&D', status: 403, error: 'policy_violation', verdict: 'block' }),
    ...[5, 4, 3, 2].map((seq) => sampleTurn(seq)),
  ];

  it('show the way of the newest one’s tier in the menu itself', () => {
    expect(labels(trayView({ ...running, recent }).entries)).toContain('Last turn: Fast → Standard, codex');
  });

  it('are five, and lead to the window', () => {
    const entries = below({ ...running, recent }, 'Recent turns');
    expect(entries).toHaveLength(5);
    expect(actions(entries)).toEqual(Array(5).fill('open-window'));
    expect(label(entries[1] ?? { type: 'separator' })).toMatch(
      /^\d\d:\d\d {2}R&D {2}gpt-5\.5 {2}Fast blocked {2}failed: policy_violation$/,
    );
  });

  it.each<[Parameters<typeof sampleTurn>[1], string]>([
    [{ tiers: { requested: null, sent: null, served: 'default' } }, 'no tier → Standard'],
    [{ tiers: { requested: 'flex', sent: 'flex', served: 'flex' } }, 'Flex'],
    [{ tiers: { requested: 'flex', sent: null, served: null } }, 'Flex → not told'],
    [{ tiers: { requested: 'priority', sent: 'priority', served: null } }, 'Fast'],
  ])('%j is %s', (sample, way) => {
    expect(labels(trayView({ ...running, recent: [sampleTurn(1, sample)] }).entries)).toContain(
      `Last turn: ${way}, codex`,
    );
  });
});

describe('the switch for Fast', () => {
  const choices = (policy: Policy, at = now): string[] =>
    below({ ...running, policy, now: at }, 'Fast:').flatMap((entry) =>
      entry.type === 'choice' && entry.checked ? [entry.label.replace(/\d\d:\d\d/, 'HH:MM')] : [],
    );

  it.each([
    [{ kind: 'policy' } as const, 'By the policy'],
    [{ kind: 'none', minutes: 15 } as const, 'No Fast for 15 minutes, until HH:MM'],
    [{ kind: 'none', minutes: 60 } as const, 'No Fast for 1 hour, until HH:MM'],
    [{ kind: 'none', minutes: null } as const, 'No Fast until resumed'],
    [{ kind: 'allowed', minutes: 60 } as const, 'Fast allowed for 1 hour, until HH:MM'],
  ])('shows %j as the one chosen', (wish, chosen) => {
    expect(choices(withFastWish(DEFAULT_POLICY, wish, now))).toEqual([chosen]);
  });

  it('is by the policy again when the time is over', () => {
    const policy = withFastWish(DEFAULT_POLICY, { kind: 'none', minutes: 15 }, now);
    expect(choices(policy, now + 15 * 60_000)).toEqual(['By the policy']);
  });

  it('says in the menu what becomes of Fast meanwhile', () => {
    const policy = withFastWish(DEFAULT_POLICY, { kind: 'allowed', minutes: 60 }, now);
    expect(labels(trayView({ ...running, policy }).entries)).toContain('Fast: passes');
  });
});

describe('accounts', () => {
  const two = [account, { ...account, id: 'spare', priority: 2, resting: 'its quota is used up' }];

  it('are not offered while there is nothing to choose', () => {
    const lone = [account, { ...account, id: 'off', enabled: false }, { ...account, id: 'sandbox', sandbox: true }];
    expect(actions(trayView(status({ accounts: lone })).entries)).not.toContain('account');
  });

  it('can be switched, and tell which one rests', () => {
    expect(below(status({ accounts: two }), 'Account first asked: openai')).toMatchObject([
      { label: 'openai', checked: true },
      { label: 'spare (its quota is used up)', checked: false, action: { do: 'account', id: 'spare' } },
    ]);
  });
});

it('offers the pause while the gateway works, and only its end while it is paused', () => {
  expect(actions(below(running, 'Pause'))).toEqual(['pause', 'pause', 'pause']);
  const paused = trayView(status({ paused: { until: now + 60_000 } }));
  expect(actions(paused.entries)).toContain('resume');
  expect(actions(paused.entries)).not.toContain('pause');
});

it.each<[TrayInput['update'], string | null, string | null]>([
  [{ kind: 'off' }, null, null],
  [{ kind: 'idle' }, 'Check for updates', 'check-updates'],
  [{ kind: 'checking' }, 'Looking for updates …', null],
  [{ kind: 'loading', version: '2.0.0', percent: 41.7 }, 'Version 2.0.0: 41 % loaded', null],
  [{ kind: 'ready', version: '2.0.0' }, 'Restart to update to 2.0.0', 'install-update'],
  [{ kind: 'failed', reason: 'no network' }, 'No update: no network', 'check-updates'],
])('offers the one step that fits an update that is %j', (update, line, action) => {
  const { entries } = trayView({ ...running, update });
  if (line !== null) expect(labels(entries)).toContain(line);
  expect(actions(entries).filter((one) => one.endsWith('update') || one.endsWith('updates'))).toEqual(
    action === null ? [] : [action],
  );
});

describe('the line about Fast', () => {
  it.each<[string, Policy, string]>([
    ['no rule', rules(), 'Fast: passes'],
    ['a filter', DEFAULT_POLICY, 'Fast: filtered to Standard'],
    ['a block', rules({ serviceTier: 'fast', action: 'block' }), 'Fast: blocked'],
    ['a force', rules({ serviceTier: 'priority', action: 'force', forceTo: 'flex' }), 'Fast: forced to Flex'],
    ['a rule about any tier', rules({ serviceTier: 'all', action: 'filter' }), 'Fast: filtered to Standard'],
    ['a rule that is off', rules({ serviceTier: 'priority', action: 'block', enabled: false }), 'Fast: passes'],
    [
      'a rule that only observes',
      rules({ serviceTier: 'priority', action: 'block', observeOnly: true }),
      'Fast: passes',
    ],
    [
      'a rule that ran out',
      rules({ serviceTier: 'priority', action: 'block', until: '2026-03-01T11:59:59Z' }),
      'Fast: passes',
    ],
    [
      'a rule for one model',
      rules({ serviceTier: 'priority', action: 'block', models: ['gpt-5*'] }),
      'Fast: by rule, see the window',
    ],
    [
      'a rule for one tool',
      rules(
        { serviceTier: 'priority', action: 'pass', tools: ['codex'] },
        { serviceTier: 'priority', action: 'block' },
      ),
      'Fast: by rule, see the window',
    ],
    [
      'a rule for logins',
      rules({ serviceTier: 'priority', action: 'block', scope: 'oauth' }),
      'Fast: by rule, see the window',
    ],
    ['another tier’s rule', rules({ serviceTier: 'flex', action: 'block' }), 'Fast: passes'],
  ])('with %s', (_name, policy, line) => {
    expect(labels(trayView({ ...running, policy }).entries)).toContain(line);
  });
});

describe('when the tray changes by itself', () => {
  const policy = rules(
    { serviceTier: 'priority', action: 'block', until: '2026-03-01T11:00:00Z' },
    { serviceTier: 'priority', action: 'block', until: '2026-03-01T14:00:00Z' },
    { serviceTier: 'flex', action: 'block', until: '2026-03-01T13:00:00Z' },
  );

  it('is when the first of the rules runs out', () => {
    expect(nextTrayChange({ ...running, policy })).toBe(Date.parse('2026-03-01T13:00:00Z'));
    expect(nextTrayChange(running)).toBeNull();
  });

  it('is when the pause ends, if that is sooner', () => {
    const paused = { until: now + 60_000 };
    expect(nextTrayChange({ ...status({ paused }), policy })).toBe(now + 60_000);
    expect(nextTrayChange(status({ paused: { until: null } }))).toBeNull();
  });
});

it('in Chinese every line is Chinese, but for names and addresses', () => {
  const resting = say('resting_hours', { percent: 91, count: 5 });
  const { entries, tooltip } = trayView({
    ...running,
    status: {
      ...running.status,
      accounts: [
        { ...account, resting },
        { ...account, id: 'spare', priority: 2 },
      ],
      notices: [{ message: messageOf('gateway_stopping') }],
      lostRows: 2,
      spend: { day: { ...NOTHING, cost: '1000000000', turns: 3, unpriced: 1 } },
      sandbox: true,
    },
    recent: [sampleTurn(1)],
    update: { kind: 'ready', version: '2.0.0' },
    language: 'zh',
  });
  const lines = (list: readonly TrayEntry[]): string[] =>
    list.flatMap((entry) => [label(entry), ...(entry.type === 'menu' ? lines(entry.entries) : [])]);
  const foreign = lines(entries).filter((text) => text !== '-' && !/\p{Script=Han}/u.test(text));
  expect(foreign).toEqual(['spare']);
  expect(lines(entries)).toContain('注意：openai：休息中：5 小时配额已用 91%');
  expect(lines(entries)).toContain('今天：不到 $0.01，3 个请求，其中 1 个没有价格');
  expect(tooltip).toContain('网关运行中');
});
