import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { CallName, CallOutput } from '../shared/control.ts';
import { callKey } from './call-key.ts';
import { useGateway } from './gateway.tsx';
import { slicesOf } from './time-slices.ts';

/** So many steps show how far it is without asking for each day alone. */
const STEPS = 24;

/** What repricing has found so far. */
export interface Repriced {
  readonly turns: number;
  readonly changed: number;
  readonly found: number;
  /** In picodollars. */
  readonly difference: bigint;
}

/** How far repricing is: only looking, or also keeping what it finds. */
export type RepriceState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'looking' | 'keeping'; readonly done: number; readonly steps: number; readonly sums: Repriced }
  | { readonly phase: 'looked' | 'kept'; readonly sums: Repriced }
  | { readonly phase: 'failed'; readonly error: unknown };

const NOTHING: Repriced = { turns: 0, changed: 0, found: 0, difference: 0n };

/** What shows money of recorded turns. */
const STALE: readonly CallName[] = ['bill.sums', 'prices.unpriced', 'policy.hits', 'turns.count', 'turns.facets'];

/** Prices recorded turns again, piece by piece, so that one sees how far it is. */
export function useReprice(): { readonly state: RepriceState; readonly run: (keep: boolean) => Promise<void> } {
  const { client, feed } = useGateway();
  const queries = useQueryClient();
  const [state, setState] = useState<RepriceState>({ phase: 'idle' });
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const run = async (keep: boolean): Promise<void> => {
    let sums = NOTHING;
    const phase = keep ? 'keeping' : 'looking';
    setState({ phase, done: 0, steps: 1, sums });
    try {
      const { groups } = await client.call('bill.sums', { by: ['day'] });
      const slices = slicesOf(
        groups.map(({ key }) => Number(key[0])),
        STEPS,
      );
      for (const [done, slice] of slices.entries()) {
        // Closing the dialog ends it at the next piece; what was kept until then is whole.
        if (gone.current) break;
        setState({ phase, done, steps: slices.length, sums });
        sums = plus(sums, await client.call('prices.reprice', { ...slice, apply: keep }));
      }
      setState({ phase: keep ? 'kept' : 'looked', sums });
    } catch (error) {
      setState({ phase: 'failed', error });
    }
    if (!keep) return;
    for (const name of STALE) void queries.invalidateQueries({ queryKey: callKey(name) });
    void feed.restart();
  };
  return { state, run };
}

function plus(sums: Repriced, { turns, changed, found, difference }: CallOutput<'prices.reprice'>): Repriced {
  return {
    turns: sums.turns + turns,
    changed: sums.changed + changed,
    found: sums.found + found,
    difference: sums.difference + BigInt(difference),
  };
}
