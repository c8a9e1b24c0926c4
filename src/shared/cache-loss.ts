import type { Turn } from './turn.ts';

/** What decides whether a turn lost the cache of the one before it in its session. */
export type CacheFacts = Pick<Turn, 'sentAt' | 'account' | 'models' | 'tiers' | 'tokens'>;

/**
 * Tokens that were read from the cache in one turn, and were no more in the next of its session, because it ran in another
 * tier: each tier has a cache of its own. A prompt that has become shorter than what was cached is a new one and has lost
 * nothing, and a cache that still gives half of it was not lost either.
 */
export function cacheLost(before: CacheFacts, after: CacheFacts): number {
  if (before.sentAt === null || after.sentAt === null || before.tiers.sent === after.tiers.sent) return 0;
  if (before.account !== after.account || before.models.upstream !== after.models.upstream) return 0;
  const { cached: had } = before.tokens;
  const { cached: has, input } = after.tokens;
  if (had === null || has === null || input === null || input < had || has * 2 >= had) return 0;
  return had - has;
}
