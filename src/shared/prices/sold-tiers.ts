import type { Tier } from '../tier.ts';
import { PRICE_TABLE } from './table.ts';

const NONE: readonly Tier[] = [];
let sold: ReadonlyMap<string, readonly Tier[]> | null = null;

/** The tiers dearer than Standard that OpenAI sells a model at; none for a model without a price. */
export function dearTiersOf(model: string): readonly Tier[] {
  sold ??= new Map(
    PRICE_TABLE.rows
      .filter(({ provider }) => provider === 'openai')
      .map((row) => [
        row.model,
        [
          ...(row.tiers.fast === undefined ? [] : ['priority' as const]),
          ...(row.tiers.ultrafast === undefined ? [] : ['ultrafast' as const]),
        ],
      ]),
  );
  return sold.get(model) ?? NONE;
}
