import i18next from 'i18next';
import type { Action, Rule } from '../../shared/policy.ts';
import { listOf, momentOf } from './figure.ts';
import { ruleTierName, tierName } from './tier-word.ts';

/** An action's name where one is chosen. */
export function actionName(action: Action): string {
  return i18next.t(`words:actions.${action}`);
}

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
    lead: i18next.t('words:rule.lead'),
    tier: ruleTierName(rule.serviceTier),
    does: actionWords(rule.action, rule),
    limits: [...modelLimit(rule), ...scopeLimit(rule), ...toolLimit(rule)],
    observes: rule.observeOnly,
    until: end === null ? null : { text: momentOf(end), over: end <= now },
  };
}

/** The same as one line of text, for a label. */
export function ruleSentence(rule: Rule, now: number): string {
  const { lead, tier, does, limits, until } = ruleWords(rule, now);
  const when =
    until === null ? [] : [i18next.t(until.over ? 'words:rule.ended' : 'words:rule.until', { time: until.text })];
  return [`${lead} ${tier} ${does}`, ...limits, ...when].join(i18next.t('words:joiner'));
}

function actionWords(action: Action, { forceTo, observeOnly }: Pick<Rule, 'forceTo' | 'observeOnly'>): string {
  const tier = forceTo === undefined ? i18next.t('words:rule.noTarget') : tierName(forceTo);
  switch (action) {
    case 'pass':
      return i18next.t(observeOnly ? 'words:rule.wouldPass' : 'words:rule.pass');
    case 'filter':
      return i18next.t(observeOnly ? 'words:rule.wouldFilter' : 'words:rule.filter');
    case 'force':
      return i18next.t(observeOnly ? 'words:rule.wouldForce' : 'words:rule.force', { tier });
    case 'block':
      return i18next.t(observeOnly ? 'words:rule.wouldBlock' : 'words:rule.block');
  }
}

function modelLimit(rule: Rule): string[] {
  if (rule.models.length === 0) return [];
  const fallback = actionWords(rule.fallbackAction, rule);
  return [i18next.t('words:rule.models', { models: listOf(rule.models), fallback })];
}

function scopeLimit({ scope }: Rule): string[] {
  return scope === 'all' ? [] : [i18next.t(`words:rule.${scope}`)];
}

function toolLimit({ tools }: Rule): string[] {
  return tools.length === 0 ? [] : [i18next.t('words:rule.tools', { tools: listOf(tools) })];
}
