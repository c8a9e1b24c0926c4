import { inChinese } from '../../shared/chinese.ts';
import type { Language } from '../../shared/language.ts';
import { fillPlaces, type PlaceValues } from '../../shared/sentences.ts';
import chinese from './locales/zh.json' with { type: 'json' };

/** Every word of tray, notifications and dialogs, by code; `{name}` stands for what is particular to the case. */
export const DESKTOP_WORDS = {
  // Tiers, money and turns.
  tier_auto: 'Auto',
  tier_default: 'Standard',
  tier_flex: 'Flex',
  tier_priority: 'Fast',
  tier_scale: 'Scale',
  tier_ultrafast: 'Ultrafast',
  tier_none: 'no tier',
  tier_untold: 'not told',
  model_none: 'no model',
  money_least: 'under $0.01',
  turns_one: '1 turn',
  turns_many: '{count} turns',
  today_none: 'No turn today',
  today_unpriced: 'Today: cost not known, {turns}',
  today: 'Today: {cost}, {turns}',
  today_partly: 'Today: {cost}, {turns}, {unpriced} without a price',
  way_blocked: '{tier} blocked',
  turn_failed: 'failed: {reason}',

  // What the tray says.
  gateway_on: 'Gateway on, {host}',
  gateway_off: 'Gateway off: port {port} could not be used',
  gateway_paused: 'Gateway paused until resumed',
  gateway_paused_until: 'Gateway paused until {time}',
  stopping: 'Tiergate is stopping',
  stopping_one: 'Tiergate is stopping: waiting for 1 open turn',
  stopping_many: 'Tiergate is stopping: waiting for {count} open turns',
  quit_now: 'Do not wait: quit now',
  attention: 'Attention: {trouble}',
  lost_one: '1 turn could not be recorded',
  lost_many: '{count} turns could not be recorded',
  budget_used: 'budget {id}: {percent} % used',
  budget_in_force: 'budget {id}: {percent} % used, in force',
  account_resting: '{id}: {resting}',
  sandbox: 'Sandbox: no account yet',
  copy_address: 'Copy {address}',
  use_port: 'Use port {port} instead',
  last_turn: 'Last turn: {way}, {tool}',
  fast_passes: 'Fast: passes',
  fast_filtered: 'Fast: filtered to Standard',
  fast_forced: 'Fast: forced to {tier}',
  fast_forced_other: 'Fast: forced to another tier',
  fast_blocked: 'Fast: blocked',
  fast_by_rule: 'Fast: by rule, see the window',
  fast_policy: 'By the policy',
  fast_none_short: 'No Fast for 15 minutes',
  fast_none_hour: 'No Fast for 1 hour',
  fast_none_open: 'No Fast until resumed',
  fast_allowed: 'Fast allowed for 1 hour',
  until: '{what}, until {time}',
  first_account: 'Account first asked: {id}',
  account_and: '{id} ({resting})',
  resume: 'Resume the gateway',
  pause: 'Pause the gateway',
  pause_short: 'For 15 minutes',
  pause_hour: 'For 1 hour',
  pause_open: 'Until resumed',
  recent: 'Recent turns',
  open: 'Open Tiergate',
  settings: 'Settings …',
  quit: 'Quit Tiergate',
  update_check: 'Check for updates',
  update_checking: 'Looking for updates …',
  update_loading: 'Version {version}: {percent} % loaded',
  update_ready: 'Restart to update to {version}',
  update_waiting: 'Version {version}: restarts when no turn is open',
  update_failed: 'No update: {reason}',
  update_again: 'Check for updates again',

  // Notifications.
  note_blocked: 'The policy blocked {tool}',
  note_blocked_text: 'A turn asked for {tier}; rule {rule} does not allow that.',
  note_blocked_more: '{text} {count} more were blocked since the last word.',
  note_allow: 'Allow Fast for 1 hour',
  note_slower: '{account} ran Fast as Standard',
  note_slower_text:
    '{tool} sent Fast, and the provider served and bills Standard: it limits how quickly Fast may grow.',
  note_needed: 'Tiergate needs you',
  note_account: 'Account {id} cannot be used',
  note_update: 'Tiergate {version} is ready',
  note_update_text: 'It is put in place when Tiergate restarts, and never in the middle of a turn.',
  note_update_now: 'Restart now',
  trouble_breaker: 'It failed too often: {reason}.',
  trouble_missing: 'The key {key} is missing: {problem}',
  trouble_not_found: 'it was not found',
  trouble_quota: 'The quota of key {key} is used up.',
  trouble_refused: 'The provider refuses the key {key}.',
  note_budget: 'Budget {id}: {percent} % used',
  note_budget_tool: 'Budget {id} of {tool}: {percent} % used',
  note_spent: '{spent} of {limit} until {end}.',
  note_spent_filter: '{spent} of {limit} until {end}. Fast is filtered until then.',
  note_spent_block: '{spent} of {limit} until {end}. New turns are refused until then.',
  note_none: 'No Fast until tomorrow',

  // What the app asks by itself.
  quit_question: 'Quit Tiergate?',
  quit_do: 'Quit',
  cancel: 'Cancel',
  quit_turn: '1 turn is under way; Tiergate waits for its end.',
  quit_turns: '{count} turns are under way; Tiergate waits for their end.',
  quit_tool: '{tools} still points at this gateway and will get no answer.',
  quit_tools: '{tools} still point at this gateway and will get no answer.',
  more: '{count} more',
  close_title: 'Tiergate goes on without its window',
  close_text:
    'Your tools still reach their providers through it. The icon beside the clock, or starting Tiergate again, brings the window back.',
  close_keep: 'Keep running',
  link_text: 'A link outside of Tiergate asks for this. Do it only if you opened that link yourself.',
  link_do: 'Do it',
  ok: 'OK',
  link_none: 'Keep Fast on this machine for {minutes} minutes?',
  link_none_open: 'Keep Fast on this machine until it is resumed?',
  link_allow: 'Allow Fast for {minutes} minutes? It costs a multiple of Standard.',
  link_policy: 'Let the policy alone decide about Fast?',
  link_pause: 'Refuse new turns of all tools for {minutes} minutes?',
  link_pause_open: 'Refuse new turns of all tools until it is resumed?',
  link_resume: 'Take new turns again?',
} as const;

type DesktopWord = keyof typeof DESKTOP_WORDS;

/** How the desktop speaks a language. */
export interface Speech {
  /** By which times and lists are written. */
  readonly locale: 'en' | 'zh-CN';
  /** One of the desktop's own words. */
  readonly say: <Code extends DesktopWord>(code: Code, ...values: PlaceValues<(typeof DESKTOP_WORDS)[Code]>) => string;
  /** What the rest of main has said, which speaks English. */
  readonly tell: (said: string) => string;
}

const SPEECHES: Readonly<Record<Language, Speech>> = {
  en: { locale: 'en', say: (code, ...[values]) => fillPlaces(DESKTOP_WORDS[code], values ?? {}), tell: (said) => said },
  zh: { locale: 'zh-CN', say: (code, ...[values]) => fillPlaces(chinese[code], values ?? {}), tell: inChinese },
};

/** The desktop's speech in a language. */
export function speechOf(language: Language): Speech {
  return SPEECHES[language];
}
