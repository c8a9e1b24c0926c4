import type { Account } from '../../shared/account.ts';

/** The accounts that must change, so that this one is asked before all others and those keep their order. */
export function askFirst(accounts: readonly Account[], id: string): Account[] {
  const chosen = accounts.find((account) => account.id === id);
  if (chosen === undefined) return [];
  const others = accounts.filter((account) => account !== chosen);
  const lowest = Math.min(...others.map(({ priority }) => priority));
  if (chosen.priority < lowest) return [];
  // Below zero there is nothing, so the others make room.
  return lowest > 0
    ? [{ ...chosen, priority: lowest - 1 }]
    : [...others.map((other) => ({ ...other, priority: other.priority + 1 })), { ...chosen, priority: 0 }];
}
