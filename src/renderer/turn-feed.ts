import type { ControlClient } from '../shared/control.ts';
import type { Turn } from '../shared/turn.ts';

/** How many turns one question to the ledger asks for. */
const PAGE = 100;
/** How many turns the list keeps before anybody asks for older ones, so that a window left open for days stays light. */
const KEEP = 500;
/** The most that is fetched to close a gap; beyond it the list begins anew. */
const GAP = 1000;

/** What the list of turns shows. */
export interface TurnFeedState {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Newest first. */
  readonly turns: readonly Turn[];
  /** True when the ledger holds older turns than the last one here. */
  readonly more: boolean;
  readonly error: unknown;
  readonly older: { readonly busy: boolean; readonly error: unknown };
}

/** The live list of turns: a window onto the newest part of the ledger, grown by pushes and by asking for older ones. */
export interface TurnFeed {
  readonly state: () => TurnFeedState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes in turns that were pushed. */
  readonly add: (turns: readonly Turn[]) => void;
  /** Reads the newest turns, or what was missed since the last one known; called on each new connection. */
  readonly catchUp: () => Promise<void>;
  readonly loadOlder: () => Promise<void>;
}

/** Puts turns into a list by `seq`, newest first; what is there already is replaced. */
export function mergeTurns(list: readonly Turn[], incoming: readonly Turn[]): readonly Turn[] {
  if (incoming.length === 0) return list;
  const fresh = new Map(incoming.map((turn) => [turn.seq, turn]));
  return [...list.filter(({ seq }) => !fresh.has(seq)), ...fresh.values()].sort((a, b) => b.seq - a.seq);
}

/** Makes the list over a client of the contract. */
export function createTurnFeed(client: Pick<ControlClient, 'call'>): TurnFeed {
  const listeners = new Set<() => void>();
  let state: TurnFeedState = {
    phase: 'loading',
    turns: [],
    more: false,
    error: null,
    older: { busy: false, error: null },
  };
  let keep = KEEP;
  // False until the first page is there; pushes may come before it.
  let begun = false;
  // The last turn known before the gap; it stays until the gap is closed, also when closing it fails.
  let gapAfter: number | null = null;
  let queue = Promise.resolve();

  const set = (change: Partial<TurnFeedState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  const take = (list: readonly Turn[], incoming: readonly Turn[], more: boolean): void => {
    const merged = mergeTurns(list, incoming);
    set({ turns: merged.slice(0, keep), more: more || merged.length > keep });
  };

  const readNewest = async (): Promise<void> => {
    const page = await client.call('turns.page', { limit: PAGE });
    take(state.turns, page.turns, begun ? state.more : page.more);
  };

  const closeGap = async (after: number): Promise<void> => {
    const missed = await client.call('turns.page', { order: 'oldest', after, limit: GAP });
    if (!missed.more) {
      take(state.turns, missed.turns, state.more);
      return;
    }
    const newest = await client.call('turns.page', { limit: PAGE });
    take([], newest.turns, newest.more);
  };

  const follow = async (): Promise<void> => {
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

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    add: (turns) => take(state.turns, turns, state.more),
    catchUp() {
      if (begun) gapAfter ??= state.turns[0]?.seq ?? null;
      if (state.phase === 'failed') set({ phase: 'loading', error: null });
      queue = queue.then(follow);
      return queue;
    },
    async loadOlder() {
      const last = state.turns.at(-1);
      if (last === undefined || state.older.busy) return;
      set({ older: { busy: true, error: null } });
      try {
        const page = await client.call('turns.page', { after: last.seq, limit: PAGE });
        set({ older: { busy: false, error: null } });
        // Pushes may have trimmed the end meanwhile; the page would then leave a hole.
        if (state.turns.at(-1)?.seq !== last.seq) return;
        keep = Math.max(keep, state.turns.length + page.turns.length + PAGE);
        take(state.turns, page.turns, page.more);
      } catch (error) {
        set({ older: { busy: false, error } });
      }
    },
  };
}
