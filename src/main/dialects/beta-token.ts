import { fold, trimLeniently } from '../../shared/fold.ts';

/** The token that goes up where the policy makes a turn of Messages fast. */
export const FAST_BETA = 'fast-mode-2026-02-01';

/** The wish for fast mode as a token; any date of the preview and any letter case, since a newer one asks for the same. */
export function isFastBeta(token: string): boolean {
  return /^fast-mode-\d{4}-\d{2}-\d{2}$/.test(fold(trimLeniently(token)));
}

/** The tokens of a list that do not ask for fast mode, for what is sent before anything can be judged; null where none is left. */
export function withoutFastBeta(beta: string | null): string | null {
  const kept = (beta ?? '').split(',').filter((token) => token.trim() !== '' && !isFastBeta(token.trim()));
  return kept.length === 0 ? null : kept.join(',');
}
