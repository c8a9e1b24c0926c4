import type { Notice, Status } from '../../shared/control.ts';
import { judge, type Policy, type Rule } from '../../shared/policy.ts';
import { sayTier } from '../../shared/tier.ts';

/** The four faces of the tray icon; they differ in shape, so that they can be told apart without colour. */
export const TRAY_ICONS = ['running', 'warning', 'error', 'paused'] as const;

/** One of {@link TRAY_ICONS}. */
export type TrayIcon = (typeof TRAY_ICONS)[number];

/** What an entry of the menu does. */
export type TrayAction = 'copy-base-url' | 'open-window' | 'quit';

/** One line of the tray menu. */
export type TrayEntry =
  | { readonly type: 'text'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'separator' };

/** What the tray is made from. */
export interface TrayInput {
  /** Only what the tray shows, so that other changes do not redraw it. */
  readonly status: Pick<Status, 'baseUrl' | 'port' | 'sandbox' | 'lostRows'> & {
    readonly notices: readonly Pick<Notice, 'message'>[];
  };
  readonly policy: Policy;
  /** True from the wish to quit until the last open turn has ended. */
  readonly stopping: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Everything the tray shows. */
export interface TrayView {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly entries: readonly TrayEntry[];
}

/** Longer lines would widen the menu beyond small screens. */
const LINE_LIMIT = 80;

/** Windows cuts a tooltip off after this many characters. */
const TOOLTIP_LIMIT = 127;

/** Says what the tray shows in a state: icon, tooltip and menu are one thing and change together. */
export function trayView({ status, policy, stopping, now }: TrayInput): TrayView {
  if (stopping) {
    const line = 'Tiergate is stopping: open turns may end';
    return { icon: 'paused', tooltip: line, entries: [{ type: 'text', label: line }] };
  }
  const { baseUrl, port, notices } = status;
  const state =
    baseUrl === null ? `Gateway off: port ${port} could not be used` : `Gateway on, ${new URL(baseUrl).host}`;
  const fast = fastLine(policy, now);
  const troubles = [...notices.map(({ message }) => message), ...lostRows(status.lostRows)];
  const entries: TrayEntry[] = [
    { type: 'text', label: state },
    ...(baseUrl === null ? [] : [{ type: 'action', label: `Copy ${baseUrl}`, action: 'copy-base-url' } as const]),
    { type: 'text', label: fast },
    ...(status.sandbox ? [{ type: 'text', label: 'Sandbox: no account yet' } as const] : []),
    ...troubles.map((trouble) => ({ type: 'text', label: cut(`Attention: ${trouble}`, LINE_LIMIT) }) as const),
    { type: 'separator' },
    { type: 'action', label: 'Open Tiergate', action: 'open-window' },
    { type: 'separator' },
    { type: 'action', label: 'Quit Tiergate', action: 'quit' },
  ];
  const icon = baseUrl === null ? 'error' : troubles.length > 0 ? 'warning' : 'running';
  return { icon, tooltip: cut([state, fast, ...troubles].join('\n'), TOOLTIP_LIMIT), entries };
}

function lostRows(count: number): string[] {
  if (count === 0) return [];
  return [count === 1 ? '1 turn could not be recorded' : `${count} turns could not be recorded`];
}

function cut(text: string, limit: number): string {
  // Never half of a pair of surrogates, which would be drawn as a broken character.
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What becomes of Fast, as far as one line can say it. */
function fastLine(policy: Policy, now: number): string {
  const rules = policy.rules.filter((rule) => concernsFast(rule, now));
  const first = rules[0];
  // One rule for every model, account and tool settles it; anything narrower is a matter for the window.
  const settled =
    first === undefined || (first.scope === 'all' && first.tools.length === 0 && first.models.length === 0);
  if (!settled) return 'Fast: by rule, see the window';
  const { action, forceTo } = judge(policy, { tier: sayTier('priority'), model: '', kind: 'apikey', tool: '', now });
  switch (action) {
    case 'pass':
      return 'Fast: passes';
    case 'filter':
      return 'Fast: filtered to Standard';
    case 'force':
      return `Fast: forced to ${forceTo ?? 'another tier'}`;
    case 'block':
      return 'Fast: blocked';
  }
}

function concernsFast(rule: Rule, now: number): boolean {
  if (!rule.enabled || rule.observeOnly || (rule.until !== undefined && Date.parse(rule.until) <= now)) return false;
  return rule.serviceTier === 'priority' || rule.serviceTier === 'all';
}

/** When the view changes by itself, because a rule that concerns it runs out; null when it does not. */
export function nextTrayChange(policy: Policy, now: number): number | null {
  const ends = policy.rules.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]));
  const coming = ends.filter((end) => end > now);
  return coming.length === 0 ? null : Math.min(...coming);
}
