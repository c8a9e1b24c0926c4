import { emptyTally, sumsOf } from './digest/tally.ts';
import type { LedgerReader } from './reader.ts';

/** What may be asked about turns, whoever asks. */
export type TurnQuestions = Pick<
  LedgerReader,
  'page' | 'count' | 'get' | 'facets' | 'sums' | 'unpriced' | 'ruleHits' | 'reprice'
>;

/** The answers where no turn was ever recorded. */
export const NO_LEDGER: TurnQuestions = {
  page: () => Promise.resolve({ turns: [], more: false }),
  count: () => Promise.resolve(0),
  get: () => Promise.resolve({ turn: null, neighbours: [] }),
  facets: () => Promise.resolve({ tools: [], accounts: [], models: [], tiers: [] }),
  sums: () => Promise.resolve({ total: sumsOf(emptyTally()), groups: [] }),
  unpriced: () => Promise.resolve([]),
  ruleHits: () => Promise.resolve([]),
  reprice: () => Promise.resolve({ turns: 0, changed: 0, found: 0, difference: '0' }),
};
