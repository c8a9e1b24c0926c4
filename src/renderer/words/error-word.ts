import i18next from 'i18next';
import { ERRORS } from '../../shared/errors.ts';
import chinese from '../locales/zh/errors.json';

/** An entry of the catalogue in the language that is spoken. */
export interface ErrorWords {
  readonly message: string;
  readonly cause: string;
  readonly next: string;
}

const ENGLISH: Readonly<Record<string, ErrorWords>> = ERRORS;
const CHINESE: Readonly<Record<string, ErrorWords>> = chinese;

/** A failure of the catalogue in words, from its code and what the gateway said; null for a code that it does not know. */
export function errorWords(code: string, said: string): ErrorWords | null {
  if (!Object.hasOwn(ENGLISH, code)) return null;
  const english = ENGLISH[code];
  const spoken = i18next.language === 'zh' ? CHINESE[code] : english;
  if (english === undefined || spoken === undefined) return null;
  const detail = detailIn(english.message, said);
  return { ...spoken, message: detail === null ? said : spoken.message.replace('{detail}', () => detail) };
}

/** What was particular to the case; the gateway speaks English and sends the whole sentence. Null where it is another sentence. */
function detailIn(template: string, said: string): string | null {
  const [head = '', tail] = template.split('{detail}');
  if (tail === undefined) return said === template ? '' : null;
  const fits = said.length >= head.length + tail.length && said.startsWith(head) && said.endsWith(tail);
  return fits ? said.slice(head.length, said.length - tail.length) : null;
}
