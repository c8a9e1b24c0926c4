import type { PriceRow } from '../shared/calls/bill.ts';
import type { PriceOverride } from '../shared/price-override.ts';

/** The tiers that have a price, cheapest habits first. */
export const PRICED_TIERS = ['standard', 'fast', 'flex', 'ultrafast', 'batch'] as const;

/** One of {@link PRICED_TIERS}. */
export type PricedTier = (typeof PRICED_TIERS)[number];

/** What a million tokens cost, in dollars as plain decimals; null is not known. */
interface LineRates {
  readonly input: string | null;
  readonly cached: string | null;
  readonly cacheWrite: string | null;
  readonly cacheWriteHour: string | null;
  readonly output: string | null;
}

/** One line of the table on the screen: a model at a tier, from a day on. */
export interface PriceLine {
  readonly key: string;
  readonly provider: string;
  readonly model: string;
  readonly tier: PricedTier;
  /** Beyond so many input tokens; null is for requests of any length, or up to there. */
  readonly above: number | null;
  readonly since: string;
  readonly source: string;
  readonly overridden: boolean;
  readonly rates: LineRates;
}

/** The table as lines: one for each model, tier and length. */
export function priceLines(rows: readonly PriceRow[]): PriceLine[] {
  return rows.flatMap(({ provider, model, effectiveFrom: since, source, overridden, tiers, longContext }) => {
    const line = (tier: PricedTier, above: number | null): PriceLine[] => {
      const rates = (above === null ? tiers : longContext?.tiers)?.[tier];
      if (rates === undefined) return [];
      const key = [provider, model, since, tier, above ?? ''].join('|');
      return [{ key, provider, model, tier, above, since, source, overridden, rates: perMillionOf(rates) }];
    };
    return PRICED_TIERS.flatMap((tier) => [
      ...line(tier, null),
      ...(longContext === null ? [] : line(tier, longContext.above)),
    ]);
  });
}

/** The lines whose model or provider has each of the words in it. */
export function findLines(lines: readonly PriceLine[], text: string): readonly PriceLine[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter(({ model, provider, tier }) => {
    const place = `${provider} ${model} ${tier}`.toLowerCase();
    return words.every((word) => place.includes(word));
  });
}

/** What the table says of a model on a day (`2026-11-24`), as an override that can be edited; null where it says nothing. */
export function overrideFrom(rows: readonly PriceRow[], model: string, day: string): PriceOverride | null {
  // Of several providers of one model the first is the official one; of its rows the last that has begun counts.
  const [first, ...others] = rows.filter((one) => one.model === model);
  if (first === undefined) return null;
  const row = others
    .filter(({ provider, effectiveFrom }) => provider === first.provider && effectiveFrom <= day)
    .reduce((newest, one) => (one.effectiveFrom > newest.effectiveFrom ? one : newest), first);
  const tiers = PRICED_TIERS.flatMap((tier) => {
    const rates = row.tiers[tier];
    if (rates === undefined) return [];
    const { input, output, ...cache } = perMillionOf(rates);
    if (input === null || output === null) return [];
    return [
      [tier, { input, output, ...Object.fromEntries(Object.entries(cache).filter(([, rate]) => rate !== null)) }],
    ];
  });
  return { model, tiers: Object.fromEntries(tiers) as PriceOverride['tiers'] };
}

/** Picodollars a token as dollars for a million tokens, exactly: `1250000` is `1.25`. */
export function perMillion(picodollars: string): string {
  const [whole = '', fraction = ''] = picodollars.split('.');
  const digits = whole.padStart(7, '0');
  const rest = `${digits.slice(-6)}${fraction}`.replace(/0+$/, '');
  return `${digits.slice(0, -6)}${rest === '' ? '' : `.${rest}`}`;
}

function perMillionOf({ input, cached, cacheWrite, cacheWriteHour, output }: LineRates): LineRates {
  const shown = (rate: string | null): string | null => (rate === null ? null : perMillion(rate));
  return {
    input: shown(input),
    cached: shown(cached),
    cacheWrite: shown(cacheWrite),
    cacheWriteHour: shown(cacheWriteHour),
    output: shown(output),
  };
}
