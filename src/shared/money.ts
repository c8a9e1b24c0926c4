import { z } from 'zod';

/** Picodollars (10⁻¹² USD) as decimal digits: sums outgrow what a number holds exactly. */
export const MoneySchema = z.string().regex(/^-?\d+$/);
