import type { Account } from '../../shared/account.ts';
import { tierRank } from '../../shared/tier.ts';

/** What a turn would cost by: the kind of account, and the tier that would be sent. */
export interface PricedWay {
  readonly account: Pick<Account, 'id' | 'kind' | 'provider' | 'allowDearer'>;
  readonly sentTier: string | null;
}

/**
 * True where a turn would be dearer on another account than where it went first: at a dearer tier, with money instead of
 * a plan that is paid already, or at a tier that cannot be compared. Unless the user has allowed it for that account.
 */
export function isDearer(first: PricedWay, other: PricedWay): boolean {
  if (other.account.allowDearer || first.account.id === other.account.id) return false;
  if (first.account.kind === 'oauth' && other.account.kind === 'apikey') return true;
  const before = tierRank(first.sentTier);
  const after = tierRank(other.sentTier);
  if (before === null || after === null) return first.sentTier !== other.sentTier;
  return after > before;
}
