import { createRequire } from 'node:module';
import { DIAL_TIMEOUT_MS } from '../../../src/main/upstream/dial.ts';
import { fingerprint } from '../../../src/main/secrets/secret.ts';
import type { Attempt, Turn } from '../../../src/shared/turn.ts';
import { type TestGateway, accountAt, startGateway } from '../../fakes/gateway.ts';
import { FakeTimers } from '../../fakes/timers.ts';
import { UpstreamSockets } from '../../fakes/upstream-socket.ts';
import { type Upstream, startUpstream } from '../../fakes/upstream.ts';
import { BEGAN, type Strike } from './fault.ts';

/** The keys in the order in which a turn would ask them: two accounts with two keys each. */
export const WAYS = ['A1', 'A2', 'B1', 'B2'] as const;

/** The name of one key: its account's letter and its place there. */
export type WayName = (typeof WAYS)[number];

/** A provider with both its halves. */
export interface Provider {
  readonly upstream: Upstream;
  readonly sockets: UpstreamSockets;
}

/** A gateway before two providers, on a clock of its own. */
export interface Stage {
  readonly gateway: TestGateway;
  readonly timers: FakeTimers;
  readonly providers: Readonly<Record<'A' | 'B', Provider>>;
  readonly ways: readonly WayName[];
  /** Rows written since this was last asked. */
  newRows(): Promise<Turn[]>;
  /** As if nothing had ever failed. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const keyOf = (way: WayName): string => `sk-fake-provider-key-00${way}`;
const NAMES = new Map(WAYS.map((way) => [fingerprint(keyOf(way)), way]));

/** Which key an attempt, a row or a request was made with. */
export function wayOf({ keyFingerprint }: Pick<Attempt, 'keyFingerprint'>): string {
  return NAMES.get(keyFingerprint ?? '') ?? '–';
}

/** A port that was given up may be another test's in the next moment; this one is never given out. */
const NOBODY = 'http://127.0.0.1:1/v1';

/** Starts a stage with these ways; an account in `dead` has nobody who listens. */
export async function startStage(ways: readonly WayName[], dead: readonly string[] = []): Promise<Stage> {
  const timers = new FakeTimers();
  const providers = { A: await startProvider(), B: await startProvider() };
  const letters = (['A', 'B'] as const).filter((letter) => ways.some((way) => way.startsWith(letter)));
  const accounts = letters.map((letter, priority) =>
    accountAt(dead.includes(letter) ? NOBODY : providers[letter].upstream.baseUrl, {
      id: letter,
      priority,
      keys: ways.filter((way) => way.startsWith(letter)).map((way) => ({ env: way })),
    }),
  );
  const environment = Object.fromEntries(ways.map((way) => [way, keyOf(way)]));
  const gateway = await startGateway(
    { accounts },
    { environment, after: timers.after, now: () => BEGAN + timers.now() },
  );
  let seen = 0;
  const newRows = async (): Promise<Turn[]> => {
    const { turns } = await gateway.client.call('turns.page', { order: 'newest', limit: 10 });
    const rows = turns.filter(({ seq }) => seq > seen).toReversed();
    seen = rows.at(-1)?.seq ?? seen;
    return rows;
  };
  return {
    gateway,
    timers,
    providers,
    ways,
    newRows,
    reset: async () => {
      for (const id of letters) await gateway.client.call('account.reset', { id });
      for (const { upstream, sockets } of Object.values(providers)) {
        upstream.reset();
        sockets.reset();
      }
      await newRows();
    },
    close: async () => {
      await gateway.close();
      for (const { upstream, sockets } of Object.values(providers)) {
        sockets.close();
        await upstream.close();
      }
    },
  };
}

async function startProvider(): Promise<Provider> {
  const upstream = await startUpstream({ keys: WAYS.map(keyOf) });
  return { upstream, sockets: new UpstreamSockets(upstream) };
}

/** Prepares what an upstream does to the next request, or to the next handshake and its turn. */
export function prepare({ upstream, sockets }: Provider, strike: Strike): void {
  switch (strike.kind) {
    case 'script':
      upstream.next(strike.script);
      return;
    case 'silence':
      upstream.next({ kind: 'stall', until: new Promise(() => undefined) });
      return;
    case 'refusal':
      sockets.next(strike.refusal);
      return;
    case 'events':
      sockets.next(null);
      sockets.script = () => strike.events;
      return;
    case 'dead':
      return;
  }
}

/** Lets so much time pass that whoever waits for the answer after `before` others of `provider` gives it up. */
export async function passSilence(
  { timers }: Stage,
  { upstream, sockets }: Provider,
  strike: Strike,
  before: number,
): Promise<void> {
  if (strike.kind === 'silence') {
    await upstream.requested(before + 1);
    HTTP_TIMERS.tick(0);
    HTTP_TIMERS.tick(3_600_000);
  } else if (strike.kind === 'refusal' && strike.refusal.kind === 'silence') {
    await sockets.dialled(before + 1);
    timers.pass(DIAL_TIMEOUT_MS);
  }
}

/** The HTTP client keeps a clock of its own for its timeouts, and lets its tests put it forward. */
const HTTP_TIMERS = createRequire(import.meta.url)('undici/lib/util/timers.js') as { tick(milliseconds: number): void };
