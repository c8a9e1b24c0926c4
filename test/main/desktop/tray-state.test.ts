import { describe, expect, it } from 'vitest';
import { nextTrayChange, type TrayEntry, type TrayInput, trayView } from '../../../src/main/desktop/tray-state.ts';
import { DEFAULT_POLICY, type Policy, PolicySchema } from '../../../src/shared/policy.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const running: TrayInput = {
  status: { baseUrl: 'http://127.0.0.1:4141/v1', port: 4141, sandbox: false, lostRows: 0, notices: [] },
  policy: DEFAULT_POLICY,
  stopping: false,
  now,
};

function status(change: Partial<TrayInput['status']>): TrayInput {
  return { ...running, status: { ...running.status, ...change } };
}

function labels(entries: readonly TrayEntry[]): string[] {
  return entries.map((entry) => (entry.type === 'separator' ? '-' : entry.label));
}

function rules(...list: unknown[]): Policy {
  return PolicySchema.parse({ rules: list });
}

describe('the tray', () => {
  it('shows a gateway that runs', () => {
    const { icon, tooltip, entries } = trayView(running);
    expect(icon).toBe('running');
    expect(tooltip).toBe('Gateway on, 127.0.0.1:4141\nFast: filtered to Standard');
    expect(labels(entries)).toEqual([
      'Gateway on, 127.0.0.1:4141',
      'Copy http://127.0.0.1:4141/v1',
      'Fast: filtered to Standard',
      '-',
      'Open Tiergate',
      '-',
      'Quit Tiergate',
    ]);
  });

  it('warns in words and by its icon', () => {
    const { icon, tooltip, entries } = trayView(status({ notices: [{ message: 'The key openai/1 is missing.' }] }));
    expect(icon).toBe('warning');
    expect(tooltip).toContain('The key openai/1 is missing.');
    expect(labels(entries)).toContain('Attention: The key openai/1 is missing.');
  });

  it('warns of turns that are not on the bill', () => {
    expect(trayView(status({ lostRows: 1 })).tooltip).toContain('1 turn could not be recorded');
    expect(labels(trayView(status({ lostRows: 3 })).entries)).toContain('Attention: 3 turns could not be recorded');
  });

  it('says when the gateway does not listen, and offers no address to copy', () => {
    const { icon, tooltip, entries } = trayView(status({ baseUrl: null }));
    expect(icon).toBe('error');
    expect(tooltip).toContain('Gateway off: port 4141 could not be used');
    expect(labels(entries).some((label) => label.startsWith('Copy'))).toBe(false);
  });

  it('keeps the window and the end within reach in every state that is not the end', () => {
    for (const input of [running, status({ baseUrl: null }), status({ lostRows: 1 })]) {
      const actions = trayView(input).entries.flatMap((entry) => (entry.type === 'action' ? [entry.action] : []));
      expect(actions).toEqual(expect.arrayContaining(['open-window', 'quit']));
    }
  });

  it('only says so while it is stopping', () => {
    const { icon, entries } = trayView({ ...running, stopping: true });
    expect(icon).toBe('paused');
    expect(entries).toEqual([{ type: 'text', label: expect.stringContaining('stopping') as string }]);
  });

  it('tells of the sandbox', () => {
    expect(labels(trayView(status({ sandbox: true })).entries)).toContain('Sandbox: no account yet');
  });

  it('cuts what a menu or a tooltip cannot hold, between characters', () => {
    const view = trayView(status({ notices: [{ message: '𝕊'.repeat(300) }] }));
    for (const [text, limit] of [
      [view.tooltip, 127] as const,
      ...labels(view.entries).map((label) => [label, 80] as const),
    ]) {
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text.isWellFormed()).toBe(true);
    }
    expect(view.tooltip.endsWith('𝕊…')).toBe(true);
  });
});

describe('the line about Fast', () => {
  it.each<[string, Policy, string]>([
    ['no rule', rules(), 'Fast: passes'],
    ['a filter', DEFAULT_POLICY, 'Fast: filtered to Standard'],
    ['a block', rules({ serviceTier: 'fast', action: 'block' }), 'Fast: blocked'],
    ['a force', rules({ serviceTier: 'priority', action: 'force', forceTo: 'flex' }), 'Fast: forced to flex'],
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
  it('is when the first of the rules runs out', () => {
    const policy = rules(
      { serviceTier: 'priority', action: 'block', until: '2026-03-01T11:00:00Z' },
      { serviceTier: 'priority', action: 'block', until: '2026-03-01T14:00:00Z' },
      { serviceTier: 'flex', action: 'block', until: '2026-03-01T13:00:00Z' },
    );
    expect(nextTrayChange(policy, now)).toBe(Date.parse('2026-03-01T13:00:00Z'));
    expect(nextTrayChange(DEFAULT_POLICY, now)).toBeNull();
  });
});
