import type { Action, Rule } from '../../shared/policy.ts';
import { momentOf } from './figure.ts';
import { RULE_TIER_NAMES, TIER_NAMES } from './tier-word.ts';

/** The actions' names where one is chosen. */
export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  pass: 'Pass',
  filter: 'Filter to Standard',
  force: 'Force a tier',
  block: 'Block',
};

/** A rule in words: what it is about, what it does, and every limit it has. */
export interface RuleWords {
  readonly lead: string;
  readonly tier: string;
  /** Follows the tier: `run at Standard`. */
  readonly does: string;
  /** Limits to some turns; empty means every model, account and tool. */
  readonly limits: readonly string[];
  readonly observes: boolean;
  /** When it ends or ended; null for a rule without end. */
  readonly until: { readonly text: string; readonly over: boolean } | null;
}

/** Puts a rule into words; `now` decides whether a temporary one is over. */
export function ruleWords(rule: Rule, now: number): RuleWords {
  const end = rule.until === undefined ? null : Date.parse(rule.until);
  return {
    lead: 'Turns asking for',
    tier: RULE_TIER_NAMES[rule.serviceTier],
    does: actionWords(rule.action, rule, rule.observeOnly),
    limits: [...modelLimit(rule), ...scopeLimit(rule), ...toolLimit(rule)],
    observes: rule.observeOnly,
    until: end === null ? null : { text: momentOf(end), over: end <= now },
  };
}

/** The same as one line of text, for a label. */
export function ruleSentence(rule: Rule, now: number): string {
  const { lead, tier, does, limits, until } = ruleWords(rule, now);
  const when = until === null ? [] : [`${until.over ? 'ended' : 'until'} ${until.text}`];
  return [`${lead} ${tier} ${does}`, ...limits, ...when].join(', ');
}

function actionWords(action: Action, { forceTo }: Pick<Rule, 'forceTo'>, observeOnly: boolean): string {
  const target = forceTo === undefined ? 'a tier not yet chosen' : TIER_NAMES[forceTo];
  switch (action) {
    case 'pass':
      return observeOnly ? 'would pass' : 'pass as they are';
    case 'filter':
      return observeOnly ? 'would run at Standard' : 'run at Standard';
    case 'force':
      return observeOnly ? `would be sent as ${target}` : `are sent as ${target}`;
    case 'block':
      return observeOnly ? 'would be refused' : 'are refused';
  }
}

function modelLimit(rule: Rule): string[] {
  if (rule.models.length === 0) return [];
  return [`for ${list(rule.models)} (other models ${actionWords(rule.fallbackAction, rule, rule.observeOnly)})`];
}

function scopeLimit({ scope }: Rule): string[] {
  switch (scope) {
    case 'all':
      return [];
    case 'apikey':
      return ['on accounts with a key'];
    case 'oauth':
      return ['on accounts with a login'];
  }
}

function toolLimit({ tools }: Rule): string[] {
  return tools.length === 0 ? [] : [`from ${list(tools)}`];
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
