import type { TurnFilter } from '../shared/calls/turn.ts';
import type { ControlClient } from '../shared/control.ts';
import type { Turn } from '../shared/turn.ts';

/** How many turns one question to the ledger asks for. */
const PAGE = 100;
/** How many turns the list keeps before anybody asks for older ones, so that a window left open for days stays light. */
const KEEP = 500;
/** The most the list ever holds: what is scrolled further away is let go at the other end and read again on the way back. */
const HOLD = 2000;
/** The most that is fetched to close a gap; beyond it the list begins anew. */
const GAP = 1000;

/** What the list of turns shows: a stretch of the ledger without holes, newest first. */
export interface TurnFeedState {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly turns: readonly Turn[];
  /** True when the ledger holds older turns than the last one here. */
  readonly more: boolean;
  /** How many newer turns were let go; 0 while the list follows what arrives. */
  readonly above: number;
  readonly error: unknown;
  readonly older: { readonly busy: boolean; readonly error: unknown };
}

/** The live list of turns: grown by pushes at its head, and by asking at both ends. */
export interface TurnFeed {
  readonly state: () => TurnFeedState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes in turns that were pushed; a filtered list asks the ledger which of them it is about. */
  readonly add: (turns: readonly Turn[]) => void;
  /** Reads the newest turns, or what was missed since the last one known; called on each new connection. */
  readonly catchUp: () => Promise<void>;
  readonly loadOlder: () => Promise<void>;
  /** Reads back newer turns that were let go. */
  readonly loadNewer: () => Promise<void>;
  /** Goes back to the newest turns. */
  readonly restart: () => Promise<void>;
}

/** Puts turns into a list by `seq`, newest first; what is there already is replaced. */
export function mergeTurns(list: readonly Turn[], incoming: readonly Turn[]): readonly Turn[] {
  if (incoming.length === 0) return list;
  const fresh = new Map(incoming.map((turn) => [turn.seq, turn]));
  return [...list.filter(({ seq }) => !fresh.has(seq)), ...fresh.values()].sort((a, b) => b.seq - a.seq);
}

/** Makes the list over a client of the contract. */
export function createTurnFeed(client: Pick<ControlClient, 'call'>, filter: TurnFilter = {}): TurnFeed {
  const filtered = Object.keys(filter).length > 0;
  const listeners = new Set<() => void>();
  let state: TurnFeedState = {
    phase: 'loading',
    turns: [],
    more: false,
    above: 0,
    error: null,
    older: { busy: false, error: null },
  };
  let keep = KEEP;
  // False until the first page is there; pushes may come before it.
  let begun = false;
  // The last turn known before the gap; it stays until the gap is closed, also when closing it fails.
  let gapAfter: number | null = null;
  let queue = Promise.resolve();
  let asking = false;
  let newsWaits = false;

  const set = (change: Partial<TurnFeedState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const page = (request: { readonly order?: 'newest' | 'oldest'; readonly after?: number; readonly limit: number }) =>
    client.call('turns.page', { ...request, filter });

  const take = (list: readonly Turn[], incoming: readonly Turn[], more: boolean): void => {
    const merged = mergeTurns(list, incoming);
    set({ turns: merged.slice(0, keep), more: more || merged.length > keep });
  };

  const readNewest = async (): Promise<void> => {
    const newest = await page({ limit: PAGE });
    take(state.turns, newest.turns, begun ? state.more : newest.more);
  };

  const closeGap = async (after: number): Promise<void> => {
    const missed = await page({ order: 'oldest', after, limit: GAP });
    if (!missed.more) take(state.turns, missed.turns, state.more);
    else await beginAnew();
  };

  const beginAnew = async (): Promise<void> => {
    const newest = await page({ limit: PAGE });
    keep = KEEP;
    set({ above: 0 });
    take([], newest.turns, newest.more);
  };

  const follow = async (): Promise<void> => {
    // A list that was scrolled away from its head reads on from there when it is scrolled back.
    if (state.above > 0) return;
    try {
      await (gapAfter === null ? readNewest() : closeGap(gapAfter));
      gapAfter = null;
      begun = true;
      set({ phase: 'ready', error: null });
    } catch (error) {
      // What is on the screen stays there; only a list that never began has nothing better to show than the failure.
      set(begun ? { error } : { phase: 'failed', error });
    }
  };

  const catchUp = (): Promise<void> => {
    if (begun) gapAfter ??= state.turns[0]?.seq ?? null;
    if (state.phase === 'failed') set({ phase: 'loading', error: null });
    queue = queue.then(follow);
    return queue;
  };

  /** Many pushes may come while one question is under way; they are answered by the next. */
  const askForNews = async (): Promise<void> => {
    newsWaits = true;
    if (asking) return;
    asking = true;
    while (newsWaits) {
      newsWaits = false;
      await catchUp();
    }
    asking = false;
  };

  /** Asks at one end, unless that is being done. */
  const grow = async (work: () => Promise<Partial<TurnFeedState>>): Promise<void> => {
    if (state.older.busy || state.turns.length === 0) return;
    set({ older: { busy: true, error: null } });
    try {
      set({ ...(await work()), older: { busy: false, error: null } });
    } catch (error) {
      set({ older: { busy: false, error } });
    }
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    add(turns) {
      if (state.above > 0) set({ above: state.above + (filtered ? 0 : turns.length) });
      else if (filtered) void askForNews();
      else take(state.turns, turns, state.more);
    },
    catchUp,
    loadOlder: () =>
      grow(async () => {
        const last = state.turns.at(-1);
        if (last === undefined) return {};
        const { turns, more } = await page({ after: last.seq, limit: PAGE });
        // Pushes may have trimmed the end meanwhile; the page would then leave a hole.
        if (state.turns.at(-1)?.seq !== last.seq) return {};
        keep = Math.min(HOLD, Math.max(keep, state.turns.length + turns.length + PAGE));
        const all = [...state.turns, ...turns];
        const over = Math.max(0, all.length - HOLD);
        return { turns: all.slice(over), above: state.above + over, more };
      }),
    loadNewer: () =>
      grow(async () => {
        const first = state.turns[0];
        if (first === undefined || state.above === 0) return {};
        const { turns, more } = await page({ order: 'oldest', after: first.seq, limit: PAGE });
        const all = [...turns.toReversed(), ...state.turns];
        return {
          turns: all.slice(0, HOLD),
          more: state.more || all.length > HOLD,
          above: more ? Math.max(1, state.above - turns.length) : 0,
        };
      }),
    restart: () => {
      queue = queue.then(beginAnew).catch((error: unknown) => set({ error }));
      return queue;
    },
  };
}
