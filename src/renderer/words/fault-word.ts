import i18next from 'i18next';
import { ControlError } from '../../shared/control.ts';
import { errorWords } from './error-word.ts';

/** A failure as the person reads it: what happened, why, and what to do. */
export interface FaultWords {
  readonly code: string;
  readonly message: string;
  /** Null where the catalogue does not know the code. */
  readonly cause: string | null;
  readonly next: string;
}

/** Puts any failure into words; one that did not come through the contract is a mismatch or a bug of the window. */
export function faultWords(error: unknown): FaultWords {
  if (error instanceof ControlError) {
    const words = errorWords(error.code, error.message);
    return { code: error.code, ...(words ?? { message: error.message, cause: null, next: error.next }) };
  }
  return {
    code: 'window_mismatch',
    message: i18next.t('mismatch.message'),
    cause: i18next.t('mismatch.cause'),
    next: i18next.t('mismatch.next'),
  };
}

/** True when the gateway no longer knows this window's session. */
export function isSessionOver(error: unknown): boolean {
  return error instanceof ControlError && error.code === 'session_token_invalid';
}
