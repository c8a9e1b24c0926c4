/** What of an account decides whether it is asked before others. */
export interface Candidate {
  readonly id: string;
  /** Lower is asked first. */
  readonly priority: number;
  /** Turns under way, those that wait, and how many there may be; 0 is as many as come. */
  readonly open: number;
  readonly waiting: number;
  readonly limit: number;
  /** The share of faults among its turns, from 0 to 1, newer ones counting more. */
  readonly errors: number;
  /** Milliseconds to the first token, newer turns counting more; null while none is known. */
  readonly firstToken: number | null;
}

/** What each term of a score weighs (spec C.6). */
const WEIGHTS = { priority: 1, load: 1, queue: 0.7, errors: 0.8, firstToken: 0.5 } as const;

/** How many of the best are drawn from. */
const TOP = 7;

/** How many may wait for one account before its queue counts as full. */
const QUEUE = 100;

/** How much a new sample counts against all before it. */
const ALPHA = 0.2;

/** A moving average that forgets; null begins with the first sample. */
export function ewma(before: number | null, sample: number): number {
  return before === null ? sample : before + ALPHA * (sample - before);
}

/** The scores of some accounts, in their order; higher is better. */
export function scoresOf(candidates: readonly Candidate[]): number[] {
  const priorities = rangeOf(candidates.map(({ priority }) => priority));
  const firstTokens = rangeOf(candidates.flatMap(({ firstToken }) => (firstToken === null ? [] : [firstToken])));
  return candidates.map(({ priority, open, waiting, limit, errors, firstToken }) => {
    const load = limit === 0 ? 0 : Math.min(open / limit, 1);
    return (
      WEIGHTS.priority * lowness(priority, priorities) +
      WEIGHTS.load * (1 - load) +
      WEIGHTS.queue * (1 - Math.min(waiting / QUEUE, 1)) +
      WEIGHTS.errors * (1 - Math.min(Math.max(errors, 0), 1)) +
      WEIGHTS.firstToken * (firstToken === null ? 0.5 : lowness(firstToken, firstTokens))
    );
  });
}

/**
 * The order in which accounts are asked: the lowest priority number first, and among equals a draw weighted by score, the
 * same for the same seed, so that the turns of one conversation stay together and those of several spread.
 */
export function orderCandidates(candidates: readonly Candidate[], seed: string): number[] {
  if (candidates.length < 2) return candidates.map((_, index) => index);
  const scores = scoresOf(candidates);
  const ranked = candidates
    .map((candidate, index) => ({ candidate, index, score: scores[index] ?? 0 }))
    .sort(
      (a, b) =>
        a.candidate.priority - b.candidate.priority ||
        b.score - a.score ||
        a.candidate.open - b.candidate.open ||
        (a.candidate.id < b.candidate.id ? -1 : 1),
    );
  const next = draws(seed);
  const order: number[] = [];
  for (let start = 0; start < ranked.length;) {
    const { priority } = ranked[start]?.candidate ?? { priority: 0 };
    let end = start;
    while (end < ranked.length && ranked[end]?.candidate.priority === priority) end += 1;
    order.push(...drawn(ranked.slice(start, Math.min(end, start + TOP)), next));
    order.push(...ranked.slice(start + TOP, end).map(({ index }) => index));
    start = end;
  }
  return order;
}

/** Draws without putting back; the weight is the distance to the worst, and one more. */
function drawn(ranked: readonly { readonly index: number; readonly score: number }[], next: () => number): number[] {
  const left = [...ranked];
  const lowest = Math.min(...left.map(({ score }) => score));
  const order: number[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { score }) => sum + score - lowest + 1, 0);
    let point = next() * total;
    let chosen = left.length - 1;
    for (const [place, { score }] of left.entries()) {
      point -= score - lowest + 1;
      if (point < 0) {
        chosen = place;
        break;
      }
    }
    order.push(...left.splice(chosen, 1).map(({ index }) => index));
  }
  return order;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

function rangeOf(values: readonly number[]): Range {
  return { least: Math.min(...values), most: Math.max(...values) };
}

function lowness(value: number, { least, most }: Range): number {
  return most <= least ? 1 : 1 - (value - least) / (most - least);
}

/** Numbers from 0 up to 1 that look random and are the same for the same text: FNV-1a, then xorshift. */
function draws(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1)
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193) >>> 0;
  if (state === 0) state = 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}
