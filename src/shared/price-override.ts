import { z } from 'zod';
import { say } from './sentences.ts';

const Rate = z.string().regex(/^\d{1,7}(?:\.\d{1,9})?$/, say('letters_rate'));

const Rates = z.strictObject({
  input: Rate,
  cached: Rate.optional(),
  cacheWrite: Rate.optional(),
  cacheWriteHour: Rate.optional(),
  output: Rate,
});

/** Prices that the user knows better than the table, for one model, everywhere or on one account. */
export const PriceOverrideSchema = z.strictObject({
  /** The upstream's model. */
  model: z.string().min(1).max(256),
  account: z.string().min(1).optional(),
  /** By tier; a tier that is not there is not known. */
  tiers: z.partialRecord(z.enum(['standard', 'fast', 'flex', 'ultrafast', 'batch']), Rates),
});

/** Prices that the user knows better than the table. */
export type PriceOverride = z.output<typeof PriceOverrideSchema>;
