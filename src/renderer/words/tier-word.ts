import type { RuleTier } from '../../shared/policy.ts';
import type { Tier } from '../../shared/tier.ts';
import type { Turn } from '../../shared/turn.ts';

/** The tiers' names as people say them. */
export const TIER_NAMES: Readonly<Record<Tier, string>> = {
  auto: 'Auto',
  default: 'Standard (default)',
  flex: 'Flex',
  priority: 'Fast (priority)',
  scale: 'Scale',
  ultrafast: 'Ultrafast',
};

/** What a rule for this tier looks at, to follow "Turns asking for". */
export const RULE_TIER_NAMES: Readonly<Record<RuleTier, string>> = {
  ...TIER_NAMES,
  missing: 'no tier',
  unknown: 'a tier outside the list',
  all: 'any tier',
};

/** One of a turn's four tiers: a name, the known absence of one, or nothing known. */
export type TierFigure =
  | { readonly kind: 'named'; readonly name: string; readonly doubt: string | null }
  | { readonly kind: 'none'; readonly word: 'none' | 'not sent'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** A turn's tiers as the list shows them; billed is null where it says nothing new. */
export interface TurnTiers {
  readonly requested: TierFigure;
  readonly sent: TierFigure;
  readonly served: TierFigure;
  readonly billed: TierFigure | null;
}

/** Tells what is known of a turn's tiers; an absent tier and an unknown one never look the same. */
export function tiersOf({ tiers, verdict, account, servedTrust }: Turn): TurnTiers {
  const unread = verdict === null;
  const held = verdict === 'block' || account === null;
  const nothingLeft = 'nothing was sent';
  return {
    requested:
      tiers.requested === null && unread
        ? unknown('the request could not be read')
        : named(tiers.requested, none('none', 'the tool sent no tier')),
    sent: named(tiers.sent, held ? none('not sent', nothingLeft) : none('none', 'sent without a tier')),
    served: named(
      tiers.served,
      unknown(held ? nothingLeft : 'the upstream did not say'),
      servedTrust === 'unverifiable' ? 'not proven: a login’s upstream always answers default' : null,
    ),
    billed: tiers.billed === tiers.served ? null : named(tiers.billed, unknown('what is priced cannot be told')),
  };
}

/** The tier that left with one turn of a session. */
export function sentTierOf(tier: string | null): TierFigure {
  return named(tier, none('none', 'sent without a tier'));
}

function named(name: string | null, otherwise: TierFigure, doubt: string | null = null): TierFigure {
  return name === null ? otherwise : { kind: 'named', name, doubt };
}

function none(word: 'none' | 'not sent', why: string): TierFigure {
  return { kind: 'none', word, why };
}

function unknown(why: string): TierFigure {
  return { kind: 'unknown', why };
}
