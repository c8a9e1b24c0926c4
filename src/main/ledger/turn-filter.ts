import type { TurnFilter } from '../../shared/calls/turn.ts';
import { type Digest, NAME_LENGTHS } from './digest/digest.ts';
import { FACT_COLUMNS, type KindFacts, type TurnFacts, factsOf } from './digest/facts.ts';

/** From so many characters on, a text is looked for at the beginning of ids as well. */
const SHORTEST_ID_TEXT = 8;

/** Ids that begin alike are looked through up to this many. */
const MOST_IDS = 1000;

/** Which turns a filter means. */
export interface Chosen {
  /** The kinds that match as a whole; null is all of them. */
  readonly kinds: ReadonlySet<number> | null;
  /** Turns that match by themselves, in the order of the ledger; none of them is of such a kind. */
  readonly rows: readonly TurnFacts[];
  /** Milliseconds since the epoch, of the turn's start. */
  readonly from: number;
  readonly until: number;
}

/** Finds out which turns a filter means; the digest has caught up. */
export function choose(digest: Digest, filter: TurnFilter): Chosen {
  const { from = -Infinity, until = Infinity } = filter;
  const text = (filter.text ?? '').trim().toLowerCase();
  const matching = digest.kinds.all.filter((kind) => kindMatches(filter, kind));
  const withText = text === '' ? matching : matching.filter((kind) => kindSays(kind, text));
  const kinds = new Set(withText.map(({ number }) => number));
  const inTime = ({ startedAt }: TurnFacts): boolean => startedAt >= from && startedAt < until;
  if (filter.session !== undefined) {
    const rows = inSession(digest, filter.session).filter(
      (turn) =>
        inTime(turn) &&
        kindMatches(filter, turn.kind) &&
        (text === '' || kindSays(turn.kind, text) || namesBegin(turn, text)),
    );
    return { kinds: new Set(), rows, from, until };
  }
  const rows =
    text.length < SHORTEST_ID_TEXT
      ? []
      : byName(digest, text).filter(
          (turn) =>
            inTime(turn) && namesBegin(turn, text) && kindMatches(filter, turn.kind) && !kindSays(turn.kind, text),
        );
  return { kinds: kinds.size === digest.kinds.all.length ? null : kinds, rows, from, until };
}

function kindMatches(filter: TurnFilter, kind: KindFacts): boolean {
  const within = (list: readonly string[] | undefined, value: string | null): boolean =>
    list === undefined || list.length === 0 || (value !== null && list.includes(value));
  return (
    within(filter.tools, kind.tool) &&
    within(filter.accounts, kind.account) &&
    within(filter.models, kind.model) &&
    within(filter.tiers, kind.tier ?? 'unknown') &&
    within(filter.verdicts, kind.verdict) &&
    (filter.status === undefined || filter.status === kind.outcome) &&
    (filter.rule === undefined || filter.rule === kind.rule)
  );
}

function kindSays(kind: KindFacts, text: string): boolean {
  const { tool, account, model, modelRequested, modelServed, rule, route, error } = kind;
  return [tool, account, model, modelRequested, modelServed, rule, route, error].some(
    (value) => value?.toLowerCase().includes(text) ?? false,
  );
}

function namesBegin({ id, responseId, session }: TurnFacts, text: string): boolean {
  return [id, responseId, session].some((name) => name?.toLowerCase().startsWith(text) ?? false);
}

function inSession(digest: Digest, session: string): TurnFacts[] {
  return digest.database
    .prepare(`${SELECT} WHERE t.seq IN (SELECT seq FROM session WHERE session = ?) ORDER BY t.seq`)
    .all(session)
    .map(factsOf);
}

const SELECT = `SELECT ${FACT_COLUMNS} FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq`;

function byName(digest: Digest, text: string): TurnFacts[] {
  const [id, responseId] = [text.slice(0, NAME_LENGTHS.id), text.slice(0, NAME_LENGTHS.responseId)];
  // What sorts last among all that begin so.
  const end = '\u{10ffff}';
  return digest.database
    .prepare(
      `${SELECT} WHERE t.seq IN (
         SELECT seq FROM (SELECT seq FROM name WHERE key >= ? AND key < ? LIMIT ?)
         UNION SELECT seq FROM (SELECT seq FROM name WHERE key >= ? AND key < ? LIMIT ?)
         UNION SELECT seq FROM (SELECT seq FROM session WHERE session >= ? AND session < ? LIMIT ?)
       ) ORDER BY t.seq`,
    )
    .all(id, id + end, MOST_IDS, responseId, responseId + end, MOST_IDS, text, text + end, MOST_IDS)
    .map(factsOf);
}
