import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { TurnFilter } from '../shared/calls/turn.ts';
import type { Status } from '../shared/control.ts';
import type { Policy } from '../shared/policy.ts';
import { useGateway } from './gateway.tsx';
import { useAnswer } from './call.ts';
import { createTurnFeed, type TurnFeed, type TurnFeedState } from './turn-feed.ts';

/** What the gateway is and how it does, kept fresh by pushes. */
export function useStatus(): UseQueryResult<Status> {
  return useAnswer('status.get', {});
}

/** The policy in force, kept fresh by pushes. */
export function usePolicy(): UseQueryResult<Policy> {
  return useAnswer('policy.get', {});
}

/** The live list of all turns and what may be asked of it. */
export function useTurns(): TurnFeedState & Pick<TurnFeed, 'catchUp'> {
  const { feed } = useGateway();
  return { ...useSyncExternalStore(feed.subscribe, feed.state), catchUp: feed.catchUp };
}

/** A live list of the turns that pass a filter; the list is made anew when the filter is another value. */
export function useFilteredTurns(
  filter: TurnFilter,
): Omit<TurnFeed, 'state' | 'subscribe'> & { readonly list: TurnFeedState } {
  const { client, feed: all, follow } = useGateway();
  const feed = useMemo(
    () => (Object.keys(filter).length === 0 ? all : createTurnFeed(client, filter)),
    [all, client, filter],
  );
  useEffect(() => {
    if (feed === all) return undefined;
    void feed.catchUp();
    return follow(feed);
  }, [all, feed, follow]);
  const list = useSyncExternalStore(feed.subscribe, feed.state);
  return { ...feed, list };
}
