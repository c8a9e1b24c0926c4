import type { AccountState, Notice, Status } from '../../shared/control.ts';
import { type FastState, type FastWish, fastState } from '../../shared/fast-switch.ts';
import { judge, type Policy, type Rule } from '../../shared/policy.ts';
import { sayTier } from '../../shared/tier.ts';
import { clockTime, cut, line, type RecentTurn, spendLine, tierWay, turnLine } from './tray-words.ts';
import type { UpdateState } from './update-state.ts';

/** The five faces of the tray icon; they differ in shape, so that they can be told apart without colour. */
export const TRAY_ICONS = ['running', 'warning', 'error', 'paused', 'update'] as const;

/** One of {@link TRAY_ICONS}. */
export type TrayIcon = (typeof TRAY_ICONS)[number];

/** What an entry of the menu does. */
export type TrayAction =
  | { readonly do: 'copy-base-url' }
  | { readonly do: 'open-window'; readonly page?: string }
  | { readonly do: 'fast'; readonly wish: FastWish }
  | { readonly do: 'account'; readonly id: string }
  | { readonly do: 'pause'; readonly minutes: number | null }
  | { readonly do: 'resume' }
  | { readonly do: 'use-port'; readonly port: number }
  | { readonly do: 'check-updates' }
  | { readonly do: 'install-update' }
  | { readonly do: 'quit' }
  | { readonly do: 'quit-now' };

/** One line of the tray menu. */
export type TrayEntry =
  | { readonly type: 'text'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'choice'; readonly label: string; readonly checked: boolean; readonly action: TrayAction }
  | { readonly type: 'menu'; readonly label: string; readonly entries: readonly TrayEntry[] }
  | { readonly type: 'separator' };

/** What the tray shows of an account. */
type TrayAccount = Pick<AccountState, 'id' | 'enabled' | 'sandbox' | 'priority' | 'resting'>;

/** What the tray is made from. */
export interface TrayInput {
  readonly status: Pick<Status, 'baseUrl' | 'port' | 'sandbox' | 'lostRows' | 'paused' | 'openTurns'> & {
    readonly notices: readonly Pick<Notice, 'message'>[];
    readonly accounts: readonly TrayAccount[];
    readonly budgets: readonly Pick<Status['budgets'][number], 'id' | 'percent' | 'inForce'>[];
    readonly spend: { readonly day: Status['spend']['day'] };
  };
  readonly policy: Policy;
  /** The last turns, the newest first. */
  readonly recent: readonly RecentTurn[];
  readonly update: UpdateState;
  /** A port that could be had instead of the taken one; null while none is looked for or needed. */
  readonly freePort: number | null;
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

/** Windows cuts a tooltip off after this many characters. */
const TOOLTIP_LIMIT = 127;

/** A budget is worth a word beside the icon from here on. */
const BUDGET_WARNING_PERCENT = 80;

const RECENT_TURNS = 5;
const SEPARATOR: TrayEntry = { type: 'separator' };

/** Says what the tray shows in a state: icon, tooltip and menu are one thing and change together. */
export function trayView(input: TrayInput): TrayView {
  const { status, policy, now } = input;
  if (input.stopping) return stoppingView(status.openTurns);
  const state = stateLine(status);
  const fast = fastLine(policy, now);
  const troubles = troublesOf(status);
  const tooltip = [state, fast, ...troubles, spendLine(status.spend.day)].join('\n');
  return {
    icon: iconOf(input, troubles),
    tooltip: cut(tooltip, TOOLTIP_LIMIT),
    entries: [
      text(state),
      ...addressEntries(input),
      text(spendLine(status.spend.day)),
      ...lastTurn(input.recent),
      ...(status.sandbox ? [text('Sandbox: no account yet')] : []),
      ...troubles.map((trouble) => text(line(`Attention: ${trouble}`))),
      SEPARATOR,
      { type: 'menu', label: fast, entries: fastEntries(fastState(policy, now), now) },
      ...accountMenu(status.accounts),
      ...pauseEntries(status.paused),
      ...recentMenu(input.recent),
      SEPARATOR,
      action('Open Tiergate', { do: 'open-window' }),
      action('Settings …', { do: 'open-window', page: 'settings' }),
      ...updateEntries(input.update),
      SEPARATOR,
      action('Quit Tiergate', { do: 'quit' }),
    ],
  };
}

function stoppingView(openTurns: number): TrayView {
  const turns = openTurns === 1 ? '1 open turn' : `${openTurns} open turns`;
  const label = openTurns === 0 ? 'Tiergate is stopping' : `Tiergate is stopping: waiting for ${turns}`;
  return {
    icon: 'paused',
    tooltip: label,
    entries: [text(label), ...(openTurns === 0 ? [] : [action('Do not wait: quit now', { do: 'quit-now' })])],
  };
}

function stateLine({ baseUrl, port, paused }: TrayInput['status']): string {
  if (baseUrl === null) return `Gateway off: port ${port} could not be used`;
  if (paused !== null)
    return `Gateway paused ${paused.until === null ? 'until resumed' : `until ${clockTime(paused.until)}`}`;
  return `Gateway on, ${new URL(baseUrl).host}`;
}

function iconOf({ status, update }: TrayInput, troubles: readonly string[]): TrayIcon {
  if (status.baseUrl === null) return 'error';
  if (status.paused !== null) return 'paused';
  if (troubles.length > 0) return 'warning';
  return update.kind === 'ready' ? 'update' : 'running';
}

function troublesOf({ notices, lostRows, budgets, accounts }: TrayInput['status']): string[] {
  return [
    ...notices.map(({ message }) => message),
    ...(lostRows === 0
      ? []
      : [lostRows === 1 ? '1 turn could not be recorded' : `${lostRows} turns could not be recorded`]),
    ...budgets
      .filter(({ percent }) => percent >= BUDGET_WARNING_PERCENT)
      .map(({ id, percent, inForce }) => `budget ${id}: ${Math.floor(percent)} % used${inForce ? ', in force' : ''}`),
    ...accounts.flatMap(({ id, enabled, resting }) => (enabled && resting !== null ? [`${id}: ${resting}`] : [])),
  ];
}

function addressEntries({ status: { baseUrl }, freePort }: TrayInput): TrayEntry[] {
  if (baseUrl !== null) return [action(`Copy ${baseUrl}`, { do: 'copy-base-url' })];
  return freePort === null ? [] : [action(`Use port ${freePort} instead`, { do: 'use-port', port: freePort })];
}

function lastTurn([last]: readonly RecentTurn[]): TrayEntry[] {
  return last === undefined ? [] : [text(line(`Last turn: ${tierWay(last)}, ${last.tool}`))];
}

function fastEntries(state: FastState, now: number): TrayEntry[] {
  const until = 'until' in state && state.until !== null ? `, until ${clockTime(state.until)}` : '';
  const choice = (label: string, checked: boolean, wish: FastWish): TrayEntry => ({
    type: 'choice',
    label,
    checked,
    action: { do: 'fast', wish },
  });
  const none = state.kind === 'none';
  // Which of the two times was chosen shows by what is left of it.
  const short = none && state.until !== null && state.until - now <= 15 * 60_000;
  return [
    choice('By the policy', state.kind === 'policy', { kind: 'policy' }),
    choice(`No Fast for 15 minutes${short ? until : ''}`, short, { kind: 'none', minutes: 15 }),
    choice(`No Fast for 1 hour${!short && none ? until : ''}`, none && !short && state.until !== null, {
      kind: 'none',
      minutes: 60,
    }),
    choice('No Fast until resumed', none && state.until === null, { kind: 'none', minutes: null }),
    choice(`Fast allowed for 1 hour${state.kind === 'allowed' ? until : ''}`, state.kind === 'allowed', {
      kind: 'allowed',
      minutes: 60,
    }),
  ];
}

/** The account that is asked first; with one account there is nothing to choose. */
function accountMenu(accounts: readonly TrayAccount[]): TrayEntry[] {
  const usable = accounts.filter(({ enabled, sandbox }) => enabled && !sandbox);
  if (usable.length < 2) return [];
  const first = usable.reduce((best, one) => (one.priority < best.priority ? one : best));
  return [
    {
      type: 'menu',
      label: line(`Account first asked: ${first.id}`),
      entries: usable.map(({ id, resting }) => ({
        type: 'choice',
        label: line(resting === null ? id : `${id} (${resting})`),
        checked: id === first.id,
        action: { do: 'account', id },
      })),
    },
  ];
}

function pauseEntries(paused: Status['paused']): TrayEntry[] {
  if (paused !== null) return [action('Resume the gateway', { do: 'resume' })];
  return [
    {
      type: 'menu',
      label: 'Pause the gateway',
      entries: [
        action('For 15 minutes', { do: 'pause', minutes: 15 }),
        action('For 1 hour', { do: 'pause', minutes: 60 }),
        action('Until resumed', { do: 'pause', minutes: null }),
      ],
    },
  ];
}

function recentMenu(recent: readonly RecentTurn[]): TrayEntry[] {
  if (recent.length === 0) return [];
  const entries = recent
    .slice(0, RECENT_TURNS)
    .map((turn) => action(turnLine(turn), { do: 'open-window', page: 'turns' }));
  return [{ type: 'menu', label: 'Recent turns', entries }];
}

/** Only the action that fits the state. */
function updateEntries(update: UpdateState): TrayEntry[] {
  switch (update.kind) {
    case 'off':
      return [];
    case 'idle':
      return [action('Check for updates', { do: 'check-updates' })];
    case 'checking':
      return [text('Looking for updates …')];
    case 'loading':
      return [text(`Version ${update.version}: ${Math.floor(update.percent)} % loaded`)];
    case 'ready':
      return [action(`Restart to update to ${update.version}`, { do: 'install-update' })];
    case 'waiting':
      return [text(`Version ${update.version}: restarts when no turn is open`)];
    case 'failed':
      return [text(line(`No update: ${update.reason}`)), action('Check for updates again', { do: 'check-updates' })];
  }
}

function text(label: string): TrayEntry {
  return { type: 'text', label };
}

function action(label: string, what: TrayAction): TrayEntry {
  return { type: 'action', label, action: what };
}

/** What becomes of Fast, as far as one line can say it. */
function fastLine(policy: Policy, now: number): string {
  const rules = policy.rules.filter((rule) => concernsFast(rule, now));
  const first = rules[0];
  // One rule for every model, account and tool settles it; anything narrower is a matter for the window.
  const settled =
    first === undefined || (first.scope === 'all' && first.tools.length === 0 && first.models.length === 0);
  if (!settled) return 'Fast: by rule, see the window';
  const { action: verdict, forceTo } = judge(policy, {
    tier: sayTier('priority'),
    model: '',
    kind: 'apikey',
    tool: '',
    now,
  });
  switch (verdict) {
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

/** When the view changes by itself, because a rule or the pause runs out; null when it does not. */
export function nextTrayChange({
  policy,
  status,
  now,
}: Pick<TrayInput, 'policy' | 'now'> & {
  readonly status: Pick<Status, 'paused'>;
}): number | null {
  const ends = policy.rules.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]));
  const pauseEnd = status.paused?.until ?? null;
  const coming = [...ends, ...(pauseEnd === null ? [] : [pauseEnd])].filter((end) => end > now);
  return coming.length === 0 ? null : Math.min(...coming);
}
