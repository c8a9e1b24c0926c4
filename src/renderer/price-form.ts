import { type PriceOverride, PriceOverrideSchema } from '../shared/price-override.ts';
import { PRICED_TIERS, type PricedTier } from './price-lines.ts';

/** The parts of a price, in the order in which they are typed. */
export const PRICE_PARTS = ['input', 'cached', 'cacheWrite', 'cacheWriteHour', 'output'] as const;

/** One of {@link PRICE_PARTS}. */
export type PricePart = (typeof PRICE_PARTS)[number];

/** A person's own price as it is typed; empty is not known. */
export interface PriceForm {
  readonly model: string;
  /** Empty is every account. */
  readonly account: string;
  readonly tiers: Readonly<Record<PricedTier, Readonly<Record<PricePart, string>>>>;
}

/** What is wrong with a form. */
export type PriceProblem = 'modelMissing' | 'modelLong' | 'taken' | 'noTier' | 'rateBad' | 'rateMissing';

const RATE = /^\d{1,7}(?:\.\d{1,9})?$/;
const NOTHING = { input: '', cached: '', cacheWrite: '', cacheWriteHour: '', output: '' };

/** What the form begins with. */
export function priceFormOf(override: PriceOverride | null, model = ''): PriceForm {
  const tiers = Object.fromEntries(
    PRICED_TIERS.map((tier) => [tier, { ...NOTHING, ...override?.tiers[tier] }]),
  ) as unknown as PriceForm['tiers'];
  return { model: override?.model ?? model, account: override?.account ?? '', tiers };
}

/** What is wrong, by where it stands: `model`, `tiers`, or a tier and a part such as `fast.input`. */
export function priceProblems(
  form: PriceForm,
  others: readonly PriceOverride[],
): Readonly<Record<string, PriceProblem>> {
  const problems: Record<string, PriceProblem> = {};
  const model = form.model.trim();
  if (model === '') problems['model'] = 'modelMissing';
  else if (model.length > 256) problems['model'] = 'modelLong';
  else if (others.some((one) => one.model === model && (one.account ?? '') === form.account))
    problems['model'] = 'taken';
  const used = PRICED_TIERS.filter((tier) => PRICE_PARTS.some((part) => form.tiers[tier][part].trim() !== ''));
  if (used.length === 0) problems['tiers'] = 'noTier';
  for (const tier of used) {
    for (const part of PRICE_PARTS) {
      const text = form.tiers[tier][part].trim();
      if (text === '' && (part === 'input' || part === 'output')) problems[`${tier}.${part}`] = 'rateMissing';
      if (text !== '' && !RATE.test(text)) problems[`${tier}.${part}`] = 'rateBad';
    }
  }
  return problems;
}

/** The override that a form without problems means. */
export function priceOf(form: PriceForm): PriceOverride {
  const tiers = PRICED_TIERS.flatMap((tier) => {
    const parts = PRICE_PARTS.map((part) => [part, form.tiers[tier][part].trim()] as const).filter(
      ([, text]) => text !== '',
    );
    return parts.length === 0 ? [] : [[tier, Object.fromEntries(parts)]];
  });
  return PriceOverrideSchema.parse({
    model: form.model.trim(),
    ...(form.account === '' ? {} : { account: form.account }),
    tiers: Object.fromEntries(tiers) as PriceOverride['tiers'],
  });
}

/** True where two overrides are of the same model and account. */
export function isSamePlace(one: PriceOverride, other: PriceOverride | null): boolean {
  return other !== null && one.model === other.model && one.account === other.account;
}
