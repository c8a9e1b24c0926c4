import { z } from 'zod';
import { matchesModel, matchesModelLeniently } from './model.ts';
import { TIERS, type Tier, type TierClass, type TierSaid, TierSchema } from './tier.ts';
import { say } from './sentences.ts';

/** What a rule does with a turn: let it pass, make it run at Standard, make it run at `forceTo`, or refuse it. */
export const ACTIONS = ['pass', 'filter', 'force', 'block'] as const;

/** One of {@link ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/** What a rule looks at: a tier, no tier, a string outside the list, or any tier that was sent. */
export const RULE_TIERS = [...TIERS, 'missing', 'unknown', 'all'] as const;

/** One of {@link RULE_TIERS}. */
export type RuleTier = (typeof RULE_TIERS)[number];

/** Which kind of account a rule is about. */
export const SCOPES = ['all', 'apikey', 'oauth'] as const;

/** How an account signs in: with a key, or with a login. */
export type AccountKind = 'apikey' | 'oauth';

const text = z.string().trim().min(1).max(1000);
const pattern = z.string().refine((value) => value.trim() !== '', say('rule_blank_model'));

const RuleFields = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, say('letters_rule'))
    .optional(),
  enabled: z.boolean().default(true),
  serviceTier: z.preprocess((value) => (value === 'fast' ? 'priority' : value), z.enum(RULE_TIERS)),
  action: z.enum(ACTIONS),
  forceTo: z.preprocess((value) => (value === 'fast' ? 'priority' : value), TierSchema).optional(),
  scope: z.enum(SCOPES).default('all'),
  models: z.array(pattern).default([]),
  fallbackAction: z.enum(ACTIONS).default('pass'),
  errorMessage: text.optional(),
  fallbackErrorMessage: text.optional(),
  tools: z.array(text).default([]),
  observeOnly: z.boolean().default(false),
  until: z.iso.datetime({ offset: true }).optional(),
});

const RuleInput = RuleFields.superRefine((rule, context) => {
  const forces = rule.action === 'force' || rule.fallbackAction === 'force';
  if (forces && rule.forceTo === undefined) {
    context.addIssue({ code: 'custom', path: ['forceTo'], message: say('rule_force_missing') });
  }
  if (!forces && rule.forceTo !== undefined) {
    context.addIssue({ code: 'custom', path: ['forceTo'], message: say('rule_force_idle') });
  }
});

/** One rule of a policy, complete and valid. */
export type Rule = Omit<z.output<typeof RuleFields>, 'id'> & { readonly id: string };

/** Something that holds over every rule while it is there, such as a budget that is used up. */
export interface Limit {
  /** What the ledger names as the rule that decided. */
  readonly id: string;
  /** Whose turns; null is everybody's. */
  readonly tool: string | null;
  /** No tier dearer than Standard, or nothing at all. */
  readonly action: 'filter' | 'block';
  /** The text for the person, when the action is block. */
  readonly message: string;
}

/** Ordered rules; the first that matches decides. */
export interface Policy {
  readonly rules: readonly Rule[];
  /** No document can hold these: the gateway adds them to the policy that the door judges by. */
  readonly limits?: readonly Limit[];
}

/** A policy document as people write it; parsing fills in what may be left out, rule ids included. */
export const PolicySchema = z.strictObject({ rules: z.array(RuleInput) }).transform(({ rules }, context): Policy => {
  const taken = new Set<string>();
  rules.forEach(({ id }, index) => {
    if (id === undefined) return;
    if (taken.has(id))
      context.addIssue({ code: 'custom', path: ['rules', index, 'id'], message: say('rule_id_twice', { id }) });
    taken.add(id);
  });
  return { rules: rules.map((rule) => ({ ...rule, id: rule.id ?? freeId(taken) })) };
});

function freeId(taken: Set<string>): string {
  let number = 1;
  while (taken.has(`rule-${number}`)) number += 1;
  taken.add(`rule-${number}`);
  return `rule-${number}`;
}

/** What applies where nobody has chosen: the two dearer tiers never leave the machine. */
export const DEFAULT_POLICY: Policy = PolicySchema.parse({
  rules: [
    { id: 'no-fast', serviceTier: 'priority', action: 'filter' },
    { id: 'no-ultrafast', serviceTier: 'ultrafast', action: 'filter' },
  ],
});

/** What a policy is asked about one turn and one account it may be sent to. */
export interface PolicyQuestion {
  readonly tier: TierSaid;
  /** The upstream-view model: what is left after the account's mapping. */
  readonly model: string;
  readonly kind: AccountKind;
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What an observe-only rule would have done. */
export interface Observation {
  readonly rule: string;
  readonly action: Action;
}

/** The policy's answer for one turn. */
export interface Verdict {
  readonly action: Action;
  /** The deciding rule's id; null when no rule matched. */
  readonly rule: string | null;
  /** Set when the action is force. */
  readonly forceTo?: Tier;
  /** The text for the person, when the action is block. */
  readonly message?: string;
  readonly observed: readonly Observation[];
}

/** Judges one tier: the first enabled, unexpired rule that matches scope, tool and tier decides, or nothing does; a limit can only make that stricter. */
export function judge(policy: Policy, question: PolicyQuestion): Verdict {
  const limits = policy.limits?.filter(({ tool }) => tool === null || tool === question.tool) ?? [];
  const closed = limits.find(({ action }) => action === 'block');
  if (closed !== undefined) return { action: 'block', rule: closed.id, message: closed.message, observed: [] };
  const verdict = judgeByRules(policy, question);
  const [capped] = limits;
  return capped !== undefined && mayBuySpeed(verdict, question.tier)
    ? { action: 'filter', rule: capped.id, observed: verdict.observed }
    : verdict;
}

/** Tiers that cost no more than Standard, or were paid for beforehand. */
const NO_DEARER: ReadonlySet<TierClass> = new Set(['default', 'flex', 'scale']);

/** True where a turn may run at a dearer tier: also without a tier, because the project's own setting may be Fast. */
function mayBuySpeed({ action, forceTo }: Verdict, { exact, lenient }: TierSaid): boolean {
  if (action === 'force') return forceTo === undefined || !NO_DEARER.has(forceTo);
  return action === 'pass' && !(NO_DEARER.has(exact) && NO_DEARER.has(lenient));
}

function judgeByRules(policy: Policy, question: PolicyQuestion): Verdict {
  const observed: Observation[] = [];
  for (const rule of policy.rules) {
    if (!isInForce(rule, question)) continue;
    const outcome = outcomeOf(rule, question);
    if (outcome === null) continue;
    if (rule.observeOnly) {
      observed.push({ rule: rule.id, action: outcome.action });
      continue;
    }
    return {
      action: outcome.action,
      rule: rule.id,
      observed,
      ...(outcome.action === 'force' && rule.forceTo !== undefined ? { forceTo: rule.forceTo } : {}),
      ...(outcome.action === 'block' ? { message: outcome.message ?? blockMessage(question) } : {}),
    };
  }
  return { action: 'pass', rule: null, observed };
}

function isInForce(rule: Rule, { kind, tool, now }: PolicyQuestion): boolean {
  if (!rule.enabled) return false;
  if (rule.until !== undefined && Date.parse(rule.until) <= now) return false;
  if (rule.scope !== 'all' && rule.scope !== kind) return false;
  return rule.tools.length === 0 || rule.tools.includes(tool);
}

interface Outcome {
  readonly action: Action;
  readonly message: string | undefined;
}

/**
 * What a rule in force does with this tier and model; null when it does not match. Filter and block also count the loose
 * readings of tier and model, because some upstream may read that loosely. Pass and force need both readings to agree, so
 * that an odd spelling can never buy a dearer tier; but where a force only matches loosely, the turn runs at Standard,
 * since what it asks for is not to leave either.
 */
function outcomeOf(rule: Rule, { tier, model }: PolicyQuestion): Outcome | null {
  const exactTier = matchesTier(rule.serviceTier, tier.exact);
  const looseTier = matchesTier(rule.serviceTier, tier.lenient);
  if (!exactTier && !looseTier) return null;
  const main: Outcome = { action: rule.action, message: rule.errorMessage };
  const fallback: Outcome = { action: rule.fallbackAction, message: rule.fallbackErrorMessage };
  const exactModel = rule.models.length === 0 || rule.models.some((one) => matchesModel(one, model));
  // The stricter outcome holds for a model that only some readers take for one of the rule's.
  const countsLoosely = main.action === 'force' ? !restricts(fallback) : restricts(main);
  const isMain = exactModel || (countsLoosely && rule.models.some((one) => matchesModelLeniently(one, model)));
  const chosen = isMain ? main : fallback;
  const agree = exactTier && looseTier && exactModel === isMain;
  if (agree || restricts(chosen)) return chosen;
  return chosen.action === 'force' ? { action: 'filter', message: undefined } : null;
}

function restricts({ action }: Outcome): boolean {
  return action === 'filter' || action === 'block';
}

function matchesTier(wanted: RuleTier, tier: TierClass): boolean {
  if (wanted === 'all') return tier !== 'missing' && tier !== 'none';
  return wanted === tier;
}

function blockMessage({ tier, model }: PolicyQuestion): string {
  const named = tier.exact === 'unknown' ? tier.lenient : tier.exact;
  const shown = named === 'unknown' ? (tier.text ?? '').slice(0, 64) : named;
  return `openai service_tier=${shown} is not allowed for model ${model}`;
}
