import type { DatabaseSync } from 'node:sqlite';
import type { Turn } from '../../shared/turn.ts';
import { turnOf } from './row.ts';
import { prepareSpend } from './spend.ts';

/** A page of turns, going on from a row's number. */
interface TurnPage {
  readonly order: 'newest' | 'oldest';
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Everything the ledger can be asked; each runs in the reader's own thread. */
export interface Queries {
  page(request: TurnPage): { turns: Turn[]; more: boolean };
  spend: ReturnType<typeof prepareSpend>;
}

/** Prepares the questions once. */
export function prepareQueries(database: DatabaseSync): Queries {
  const newest = database.prepare('SELECT * FROM turn WHERE seq < ? ORDER BY seq DESC LIMIT ?');
  const oldest = database.prepare('SELECT * FROM turn WHERE seq > ? ORDER BY seq ASC LIMIT ?');
  return {
    spend: prepareSpend(database),
    page: ({ order, after, limit }) => {
      const rows =
        order === 'newest'
          ? newest.all(after ?? Number.MAX_SAFE_INTEGER, limit + 1)
          : oldest.all(after ?? 0, limit + 1);
      return { turns: rows.slice(0, limit).map(turnOf), more: rows.length > limit };
    },
  };
}
