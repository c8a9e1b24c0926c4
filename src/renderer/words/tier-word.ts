import i18next from 'i18next';
import type { RuleTier } from '../../shared/policy.ts';
import { isTier, type Tier } from '../../shared/tier.ts';
import type { Turn } from '../../shared/turn.ts';

/** A tier's name as people say it. */
export function tierName(tier: Tier): string {
  return i18next.t(`words:tiers.${tier}`);
}

/** What a rule for this tier looks at, to follow "Turns asking for". */
export function ruleTierName(tier: RuleTier): string {
  return isTier(tier) ? tierName(tier) : i18next.t(`words:ruleTiers.${tier}`);
}

/** One of the four tiers that a turn has. */
export type TierRole = 'requested' | 'sent' | 'served' | 'billed';

/** What a tier of a turn is to it: "Sent". */
export function roleName(role: TierRole): string {
  return i18next.t(`words:roles.${role}`);
}

/** One of a turn's four tiers: a name, the known absence of one, or nothing known. */
export type TierFigure =
  | { readonly kind: 'named'; readonly name: string; readonly doubt: string | null }
  | { readonly kind: 'none'; readonly word: string; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** A turn's tiers as the list shows them; billed is null where it says nothing new. */
export interface TurnTiers {
  readonly requested: TierFigure;
  readonly sent: TierFigure;
  readonly served: TierFigure;
  readonly billed: TierFigure | null;
}

/** Tells what is known of a turn's tiers; an absent tier and an unknown one never look the same. */
export function tiersOf(turn: Turn): TurnTiers {
  const { tiers, models, verdict, account, servedTrust } = turn;
  // Of a request that could be read the model is known, also where no account could take it.
  const unread = verdict === null && models.requested === null;
  const held = verdict === 'block' || account === null;
  return {
    requested:
      tiers.requested === null && unread ? unknown('unread') : named(tiers.requested, none('tierNone', 'noTier')),
    sent: named(tiers.sent, held ? none('tierNotSent', 'nothingSent') : none('tierNone', 'withoutTier')),
    served: named(
      tiers.served,
      unknown(held ? 'nothingSent' : 'notSaid'),
      servedTrust === 'unverifiable' ? i18next.t('words:why.unproven') : null,
    ),
    billed: tiers.billed === tiers.served ? null : billedOf(turn),
  };
}

/** What is priced. */
export function billedOf({ tiers }: Turn): TierFigure {
  return named(tiers.billed, unknown('billedUnknown'));
}

/** The tier that left with one turn of a session. */
export function sentTierOf(tier: string | null): TierFigure {
  return named(tier, none('tierNone', 'withoutTier'));
}

function named(name: string | null, otherwise: TierFigure, doubt: string | null = null): TierFigure {
  return name === null ? otherwise : { kind: 'named', name, doubt };
}

type Why = 'noTier' | 'withoutTier' | 'nothingSent' | 'unread' | 'notSaid' | 'billedUnknown';

function none(word: 'tierNone' | 'tierNotSent', why: Why): TierFigure {
  return { kind: 'none', word: i18next.t(`words:${word}`), why: i18next.t(`words:why.${why}`) };
}

function unknown(why: Why): TierFigure {
  return { kind: 'unknown', why: i18next.t(`words:why.${why}`) };
}

/** A tier's name as people say it; one outside the list as it was sent. */
export function tierNameOf(tier: string): string {
  return isTier(tier) ? tierName(tier) : tier;
}
