import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import type { ControlClient } from '../shared/control.ts';
import { callKey } from './call-key.ts';
import { createNews } from './push-news.ts';
import { createTurnFeed, type TurnFeed } from './turn-feed.ts';

/** Milliseconds for which news is gathered before anything is asked again; sums on the screen are at most that old. */
const GATHER = 400;

/** Whether pushes arrive: not yet, yes, or no more until the carrier is back. */
export type Connection = 'opening' | 'open' | 'lost';

interface Gateway {
  readonly client: ControlClient;
  readonly feed: TurnFeed;
  readonly connection: Connection;
  /** Feeds another list of turns with what arrives; returns the function that ends that. */
  readonly follow: (feed: TurnFeed) => () => void;
}

const GatewayContext = createContext<Gateway | null>(null);

/** Gives the window its gateway: the client, the live turns, and every push put where it belongs. */
export function GatewayProvider({
  client,
  children,
}: {
  readonly client: ControlClient;
  readonly children: ReactNode;
}) {
  const [queries] = useState(createQueries);
  const [feed] = useState(() => createTurnFeed(client));
  const [feeds] = useState(() => new Set([feed]));
  const [connection, setConnection] = useState<Connection>('opening');

  useEffect(() => {
    void feed.catchUp();
    const news = createNews(
      (names) => {
        for (const name of names) void queries.invalidateQueries({ queryKey: callKey(name) });
      },
      (work) => setTimeout(work, GATHER),
    );
    return client.subscribe(
      (push) => {
        news(push.type);
        switch (push.type) {
          case 'turns':
            for (const each of feeds) each.add(push.turns);
            break;
          case 'status':
            queries.setQueryData(callKey('status.get', {}), push.status);
            break;
          case 'policy':
            queries.setQueryData(callKey('policy.get', {}), push.policy);
            break;
          case 'settings':
          case 'budget':
            // Budgets stand in the status too; this one is for notifications.
            break;
        }
      },
      (connected) => {
        setConnection(connected ? 'open' : 'lost');
        // Back again: what was pushed meanwhile was missed. Gone: asking tells a restart from a session that is over.
        void queries.invalidateQueries(connected ? {} : { queryKey: callKey('status.get') });
        if (connected) for (const each of feeds) void each.catchUp();
      },
    );
  }, [client, feed, feeds, queries]);

  const follow = useCallback(
    (other: TurnFeed) => {
      feeds.add(other);
      return () => {
        feeds.delete(other);
      };
    },
    [feeds],
  );

  return (
    <QueryClientProvider client={queries}>
      <GatewayContext value={{ client, feed, connection, follow }}>{children}</GatewayContext>
    </QueryClientProvider>
  );
}

/** The window's gateway. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (gateway === null) throw new Error('useGateway outside of GatewayProvider');
  return gateway;
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Pushes keep answers fresh, and the gateway is on this machine: being offline says nothing about it.
      queries: {
        networkMode: 'always',
        staleTime: Infinity,
        // Answers to questions about filters and ranges would pile up in a window left open for days.
        gcTime: 300_000,
        retry: false,
        refetchOnWindowFocus: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
