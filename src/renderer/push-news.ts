import type { CallName, Push } from '../shared/control.ts';

/** Whose answers a push makes old, besides what it brings itself. */
const STALE_AFTER: Readonly<Record<Push['type'], readonly CallName[]>> = {
  turns: ['bill.sums', 'turns.count', 'turns.facets', 'policy.hits', 'prices.unpriced'],
  status: [],
  policy: ['policy.history', 'policy.try', 'policy.simulate'],
  settings: ['settings.get', 'account.list', 'tool.list', 'prices.list', 'key.list', 'bill.sums'],
  budget: [],
};

/** Gathers what has become old, so that a busy gateway is asked once a while and not once a turn. */
export function createNews(
  refresh: (names: readonly CallName[]) => void,
  after: (work: () => void) => unknown,
): (type: Push['type']) => void {
  const waiting = new Set<CallName>();
  return (type) => {
    const due = waiting.size > 0;
    for (const name of STALE_AFTER[type]) waiting.add(name);
    if (due || waiting.size === 0) return;
    after(() => {
      const names = [...waiting];
      waiting.clear();
      refresh(names);
    });
  };
}
