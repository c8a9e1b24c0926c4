import type { PriceRow } from '../calls/bill.ts';
import type { PriceOverride } from '../price-override.ts';
import { PRICE_TIERS, type PriceTable, type TierRates } from './table.ts';

/** The table as the contract shows it. */
export function priceRows({ rows, sources }: PriceTable, overrides: readonly PriceOverride[]): PriceRow[] {
  const own = new Set(overrides.filter(({ account }) => account === undefined).map(({ model }) => model));
  return rows.map(({ provider, model, from, source, tiers, long }) => ({
    provider,
    model,
    effectiveFrom: from,
    source: sources[source]?.url ?? source,
    overridden: own.has(model),
    tiers: shown(tiers),
    longContext: long === undefined ? null : { above: long.above, tiers: shown(long.tiers) },
  }));
}

function shown(rates: TierRates): PriceRow['tiers'] {
  return Object.fromEntries(
    PRICE_TIERS.flatMap((tier) => {
      const known = rates[tier];
      if (known === undefined) return [];
      const [input, cached, cacheWrite, output, cacheWriteHour = null] = known;
      const text = (rate: number | null): string | null => (rate === null ? null : String(rate));
      return [
        [
          tier,
          {
            input: text(input),
            cached: text(cached),
            cacheWrite: text(cacheWrite),
            cacheWriteHour: text(cacheWriteHour),
            output: text(output),
          },
        ],
      ];
    }),
  );
}
