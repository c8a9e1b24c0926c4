import type { AccountState, Notice, Status } from '../../shared/control.ts';
import { type FastState, type FastWish, fastState } from '../../shared/fast-switch.ts';
import { judge, type Policy, type Rule } from '../../shared/policy.ts';
import type { Language } from '../../shared/language.ts';
import { sayTier } from '../../shared/tier.ts';
import { type Speech, speechOf } from './desktop-words.ts';
import { clockTime, cut, line, type RecentTurn, spendLine, tierWay, tierWord, turnLine } from './tray-words.ts';
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
  readonly language: Language;
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
  const speech = speechOf(input.language);
  const { say } = speech;
  if (input.stopping) return stoppingView(status.openTurns, speech);
  const state = stateLine(status, speech);
  const fast = fastLine(policy, now, speech);
  const troubles = troublesOf(status, speech);
  const tooltip = [state, fast, ...troubles, spendLine(status.spend.day, speech)].join('\n');
  return {
    icon: iconOf(input, troubles),
    tooltip: cut(tooltip, TOOLTIP_LIMIT),
    entries: [
      text(state),
      ...addressEntries(input, speech),
      text(spendLine(status.spend.day, speech)),
      ...lastTurn(input.recent, speech),
      ...(status.sandbox ? [text(say('sandbox'))] : []),
      ...troubles.map((trouble) => text(line(say('attention', { trouble })))),
      SEPARATOR,
      { type: 'menu', label: fast, entries: fastEntries(fastState(policy, now), now, speech) },
      ...accountMenu(status.accounts, speech),
      ...pauseEntries(status.paused, speech),
      ...recentMenu(input.recent, speech),
      SEPARATOR,
      action(say('open'), { do: 'open-window' }),
      action(say('settings'), { do: 'open-window', page: 'settings' }),
      ...updateEntries(input.update, speech),
      SEPARATOR,
      action(say('quit'), { do: 'quit' }),
    ],
  };
}

function stoppingView(openTurns: number, { say }: Speech): TrayView {
  const waiting = openTurns === 1 ? say('stopping_one') : say('stopping_many', { count: openTurns });
  const label = openTurns === 0 ? say('stopping') : waiting;
  return {
    icon: 'paused',
    tooltip: label,
    entries: [text(label), ...(openTurns === 0 ? [] : [action(say('quit_now'), { do: 'quit-now' })])],
  };
}

function stateLine({ baseUrl, port, paused }: TrayInput['status'], speech: Speech): string {
  const { say } = speech;
  if (baseUrl === null) return say('gateway_off', { port });
  if (paused === null) return say('gateway_on', { host: new URL(baseUrl).host });
  if (paused.until === null) return say('gateway_paused');
  return say('gateway_paused_until', { time: clockTime(paused.until, speech) });
}

function iconOf({ status, update }: TrayInput, troubles: readonly string[]): TrayIcon {
  if (status.baseUrl === null) return 'error';
  if (status.paused !== null) return 'paused';
  if (troubles.length > 0) return 'warning';
  return update.kind === 'ready' ? 'update' : 'running';
}

function troublesOf({ notices, lostRows, budgets, accounts }: TrayInput['status'], { say, tell }: Speech): string[] {
  return [
    ...notices.map(({ message }) => tell(message)),
    ...(lostRows === 0 ? [] : [lostRows === 1 ? say('lost_one') : say('lost_many', { count: lostRows })]),
    ...budgets
      .filter(({ percent }) => percent >= BUDGET_WARNING_PERCENT)
      .map(({ id, percent, inForce }) =>
        say(inForce ? 'budget_in_force' : 'budget_used', { id, percent: Math.floor(percent) }),
      ),
    ...accounts.flatMap(({ id, enabled, resting }) =>
      enabled && resting !== null ? [say('account_resting', { id, resting: tell(resting) })] : [],
    ),
  ];
}

function addressEntries({ status: { baseUrl }, freePort }: TrayInput, { say }: Speech): TrayEntry[] {
  if (baseUrl !== null) return [action(say('copy_address', { address: baseUrl }), { do: 'copy-base-url' })];
  return freePort === null ? [] : [action(say('use_port', { port: freePort }), { do: 'use-port', port: freePort })];
}

function lastTurn([last]: readonly RecentTurn[], speech: Speech): TrayEntry[] {
  return last === undefined
    ? []
    : [text(line(speech.say('last_turn', { way: tierWay(last, speech), tool: last.tool })))];
}

function fastEntries(state: FastState, now: number, speech: Speech): TrayEntry[] {
  const { say } = speech;
  const end = 'until' in state ? state.until : null;
  const untilEnd = (what: string, isChosen: boolean): string =>
    isChosen && end !== null ? say('until', { what, time: clockTime(end, speech) }) : what;
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
    choice(say('fast_policy'), state.kind === 'policy', { kind: 'policy' }),
    choice(untilEnd(say('fast_none_short'), short), short, { kind: 'none', minutes: 15 }),
    choice(untilEnd(say('fast_none_hour'), none && !short), none && !short && state.until !== null, {
      kind: 'none',
      minutes: 60,
    }),
    choice(say('fast_none_open'), none && state.until === null, { kind: 'none', minutes: null }),
    choice(untilEnd(say('fast_allowed'), state.kind === 'allowed'), state.kind === 'allowed', {
      kind: 'allowed',
      minutes: 60,
    }),
  ];
}

/** The account that is asked first; with one account there is nothing to choose. */
function accountMenu(accounts: readonly TrayAccount[], { say, tell }: Speech): TrayEntry[] {
  const usable = accounts.filter(({ enabled, sandbox }) => enabled && !sandbox);
  if (usable.length < 2) return [];
  const first = usable.reduce((best, one) => (one.priority < best.priority ? one : best));
  return [
    {
      type: 'menu',
      label: line(say('first_account', { id: first.id })),
      entries: usable.map(({ id, resting }) => ({
        type: 'choice',
        label: line(resting === null ? id : say('account_and', { id, resting: tell(resting) })),
        checked: id === first.id,
        action: { do: 'account', id },
      })),
    },
  ];
}

function pauseEntries(paused: Status['paused'], { say }: Speech): TrayEntry[] {
  if (paused !== null) return [action(say('resume'), { do: 'resume' })];
  return [
    {
      type: 'menu',
      label: say('pause'),
      entries: [
        action(say('pause_short'), { do: 'pause', minutes: 15 }),
        action(say('pause_hour'), { do: 'pause', minutes: 60 }),
        action(say('pause_open'), { do: 'pause', minutes: null }),
      ],
    },
  ];
}

function recentMenu(recent: readonly RecentTurn[], speech: Speech): TrayEntry[] {
  if (recent.length === 0) return [];
  const entries = recent
    .slice(0, RECENT_TURNS)
    .map((turn) => action(turnLine(turn, speech), { do: 'open-window', page: 'turns' }));
  return [{ type: 'menu', label: speech.say('recent'), entries }];
}

/** Only the action that fits the state. */
function updateEntries(update: UpdateState, { say }: Speech): TrayEntry[] {
  switch (update.kind) {
    case 'off':
      return [];
    case 'idle':
      return [action(say('update_check'), { do: 'check-updates' })];
    case 'checking':
      return [text(say('update_checking'))];
    case 'loading':
      return [text(say('update_loading', { version: update.version, percent: Math.floor(update.percent) }))];
    case 'ready':
      return [action(say('update_ready', { version: update.version }), { do: 'install-update' })];
    case 'waiting':
      return [text(say('update_waiting', { version: update.version }))];
    case 'failed':
      return [
        text(line(say('update_failed', { reason: update.reason }))),
        action(say('update_again'), { do: 'check-updates' }),
      ];
  }
}

function text(label: string): TrayEntry {
  return { type: 'text', label };
}

function action(label: string, what: TrayAction): TrayEntry {
  return { type: 'action', label, action: what };
}

/** What becomes of Fast, as far as one line can say it. */
function fastLine(policy: Policy, now: number, speech: Speech): string {
  const { say } = speech;
  const rules = policy.rules.filter((rule) => concernsFast(rule, now));
  const first = rules[0];
  // One rule for every model, account and tool settles it; anything narrower is a matter for the window.
  const settled =
    first === undefined || (first.scope === 'all' && first.tools.length === 0 && first.models.length === 0);
  if (!settled) return say('fast_by_rule');
  const { action: verdict, forceTo } = judge(policy, {
    tier: sayTier('priority'),
    model: '',
    kind: 'apikey',
    tool: '',
    now,
  });
  switch (verdict) {
    case 'pass':
      return say('fast_passes');
    case 'filter':
      return say('fast_filtered');
    case 'force':
      return forceTo === undefined ? say('fast_forced_other') : say('fast_forced', { tier: tierWord(forceTo, speech) });
    case 'block':
      return say('fast_blocked');
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
