import i18next from 'i18next';
import { inChinese } from '../../shared/chinese.ts';

/** What the gateway said, in the language that is spoken; it speaks English and sends whole sentences. */
export function sentenceWords(text: string): string {
  return i18next.language === 'zh' ? inChinese(text) : text;
}
