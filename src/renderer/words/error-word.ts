import i18next from 'i18next';
import { errorInChinese, type ErrorWords } from '../../shared/chinese.ts';
import { ERRORS } from '../../shared/errors.ts';

const ENGLISH: Readonly<Record<string, ErrorWords>> = ERRORS;

/** A failure of the catalogue in words, from its code and what the gateway said; null for a code that it does not know. */
export function errorWords(code: string, said: string): ErrorWords | null {
  if (i18next.language === 'zh') return errorInChinese(code, said);
  const words = Object.hasOwn(ENGLISH, code) ? ENGLISH[code] : undefined;
  return words === undefined ? null : { ...words, message: said };
}
