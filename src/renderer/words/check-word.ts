import i18next from 'i18next';
import type { Check } from '../../shared/calls/app.ts';
import { ERRORS } from '../../shared/errors.ts';
import checks from '../locales/zh/checks.json';
import { errorWords } from './error-word.ts';

/** One sentence of the doctor, and how it is said in Chinese. */
interface Sentence {
  readonly english: RegExp;
  /** The names of what is particular, in the order of the English sentence. */
  readonly names: readonly string[];
  readonly chinese: string;
}

const PLACE = /\{(\w+)\}/g;

const SENTENCES: readonly Sentence[] = Object.entries(checks).map(([english, chinese]) => ({
  english: new RegExp(`^${english.split(PLACE).map(asPattern).join('')}$`, 's'),
  names: [...english.matchAll(PLACE)].map(([, name = '']) => name),
  chinese,
}));

/** Splitting by a group gives text and names in turn; a name stands for anything. */
function asPattern(part: string, index: number): string {
  return index % 2 === 1 ? '(.+?)' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** What a check found and what to do, in the language that is spoken; the gateway speaks English and sends whole sentences. */
export function checkWords({ detail, next }: Pick<Check, 'detail' | 'next'>): Pick<Check, 'detail' | 'next'> {
  return i18next.language === 'zh' ? { detail: inChinese(detail), next: inChinese(next) } : { detail, next };
}

function inChinese(text: string): string {
  for (const { english, names, chinese } of SENTENCES) {
    const found = english.exec(text);
    if (found === null) continue;
    const values = new Map(names.map((name, index) => [name, inChinese(found[index + 1] ?? '')]));
    return chinese.replaceAll(PLACE, (_, name: string) => values.get(name) ?? '');
  }
  return fromCatalogue(text);
}

/** The doctor also says what the catalogue says. */
function fromCatalogue(text: string): string {
  for (const [code, { next }] of Object.entries(ERRORS)) {
    const words = errorWords(code, text);
    if (words === null) continue;
    if (text === next) return words.next;
    if (words.message !== text) return words.message;
  }
  return text;
}
