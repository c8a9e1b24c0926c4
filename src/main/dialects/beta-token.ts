import { fold, trimLeniently } from '../../shared/fold.ts';

/** The token that goes up where the policy makes a turn of Messages fast. */
export const FAST_BETA = 'fast-mode-2026-02-01';

/** The wish for fast mode as a token; any date of the preview and any letter case, since a newer one asks for the same. */
export function isFastBeta(token: string): boolean {
  return /^fast-mode-\d{4}-\d{2}-\d{2}$/.test(fold(trimLeniently(token)));
}
