import type { Account } from '../../shared/account.ts';
import type { TokenRates } from '../../shared/pricing.ts';
import { tierRank } from '../../shared/tier.ts';

/** What a turn would cost by: the kind of account, the model as it is called there, and the tier that would be sent. */
export interface PricedWay {
  readonly account: Pick<Account, 'id' | 'kind' | 'provider' | 'allowDearer'>;
  /** Null where no turn has named one yet. */
  readonly model: string | null;
  readonly sentTier: string | null;
}

/** Tells what tokens cost on a way; null is not known. */
export type RatesOf = (way: PricedWay) => TokenRates | null;

/**
 * True where a turn would be dearer on another account than where it went first: at a dearer tier, with money instead of
 * a plan that is paid already, at a tier that cannot be compared, or with a model whose tokens cost more. Unless the user
 * has allowed it for that account. A model without a price is compared by its tier alone: many that people run themselves
 * have none, and a turn would otherwise never move to them.
 */
export function isDearer(first: PricedWay, other: PricedWay, ratesOf: RatesOf): boolean {
  if (other.account.allowDearer || first.account.id === other.account.id) return false;
  if (first.account.kind === 'oauth' && other.account.kind === 'apikey') return true;
  const before = tierRank(first.sentTier);
  const after = tierRank(other.sentTier);
  if (before === null || after === null) {
    if (first.sentTier !== other.sentTier) return true;
  } else if (after > before) return true;
  return first.model !== other.model && costsMore(ratesOf(first), ratesOf(other));
}

/** The same before a turn is known: which tiers and models it will ask for cannot be compared, who pays can. */
export function costsMoneyInstead(first: PricedWay['account'], other: PricedWay['account']): boolean {
  const unnamed = { model: null, sentTier: null };
  return isDearer({ account: first, ...unnamed }, { account: other, ...unnamed }, () => null);
}

function costsMore(first: TokenRates | null, other: TokenRates | null): boolean {
  if (first === null || other === null || first.basis !== other.basis) return false;
  return other.input > first.input || other.output > first.output;
}
