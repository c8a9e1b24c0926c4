import type { TurnFilter } from '../../shared/calls/turn.ts';
import type { Turn } from '../../shared/turn.ts';
import type { Digest } from './digest/digest.ts';
import { turnOf } from './row.ts';
import { type RepriceAnswer, type RepriceRequest, Repricing } from './repricing.ts';
import { prepareSpend } from './spend.ts';
import { type Facets, type RuleHits, TurnKinds, type Unpriced } from './turn-kinds.ts';
import { type TurnPage, TurnPages, isEmpty } from './turn-page.ts';
import { type SumsAnswer, type SumsRequest, TurnSums } from './turn-sums.ts';

/** Turns of a session shown on either side of one. */
const NEIGHBOURS = 10;

/** Everything the ledger can be asked; each runs in the reader's own thread. */
export interface Queries {
  page(request: TurnPage): { turns: Turn[]; more: boolean };
  count(request: { readonly filter: TurnFilter }): number;
  get(request: { readonly id: string }): { turn: Turn | null; neighbours: Turn[] };
  facets(request: null): Facets;
  sums(request: SumsRequest): SumsAnswer;
  unpriced(request: null): Unpriced[];
  ruleHits(request: { readonly from?: number | undefined }): RuleHits[];
  /** Pauses now and then, so that other questions get their turn. */
  reprice(request: RepriceRequest): Generator<void, RepriceAnswer>;
  spend: ReturnType<typeof prepareSpend>;
}

/** Prepares the questions once. */
export function prepareQueries(digest: Digest): Queries {
  const { database } = digest;
  const pages = new TurnPages(digest);
  const sums = new TurnSums(digest);
  const kinds = new TurnKinds(digest);
  const named = database.prepare('SELECT seq FROM name WHERE key = ?');
  const row = database.prepare('SELECT * FROM ledger.turn WHERE seq = ?');
  return {
    page: (request) => pages.page(request),
    count: ({ filter }) => sums.sums({ filter, by: [], zone: 'UTC' }).total.turns,
    get: ({ id }) => {
      const found = named
        .all(id.slice(0, 8).toLowerCase())
        .map(({ seq }) => row.get(Number(seq)))
        .find((candidate) => candidate?.['id'] === id);
      if (found === undefined) return { turn: null, neighbours: [] };
      const { seq, session } = turnOf(found);
      const at = { limit: NEIGHBOURS, ...(session === null ? {} : { filter: { session } }) };
      const [turn] = pages.page({ order: 'oldest', after: seq - 1, limit: 1 }).turns;
      if (session === null) return { turn: turn ?? null, neighbours: [] };
      return {
        turn: turn ?? null,
        neighbours: [
          ...pages.page({ ...at, order: 'newest', after: seq }).turns.toReversed(),
          ...pages.page({ ...at, order: 'oldest', after: seq }).turns,
        ],
      };
    },
    facets: () => kinds.facets(),
    sums: (request) => sums.sums(request),
    unpriced: () => kinds.unpriced(),
    ruleHits: (request) => kinds.ruleHits(request),
    reprice: (request) => new Repricing(digest).reprice(request),
    spend: prepareSpend(database),
  };
}

/** Whether an answer comes from the digest, which has to catch up with the ledger first. */
export function needsDigest(query: keyof Queries, request: unknown): boolean {
  if (query === 'page') return !isEmpty((request as TurnPage).filter);
  return query !== 'spend';
}
