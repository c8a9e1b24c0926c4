import { ERRORS } from './errors.ts';
import chineseErrors from './locales/zh/errors.json' with { type: 'json' };
import chineseSentences from './locales/zh/sentences.json' with { type: 'json' };
import { SENTENCES, fillPlaces } from './sentences.ts';

/** An entry of the catalogue of failures in words. */
export interface ErrorWords {
  readonly message: string;
  readonly cause: string;
  readonly next: string;
}

/** A text of the lists, by which it is known again, and how it is said in Chinese. */
interface Template {
  readonly english: RegExp;
  /** The names of what is particular, in the order of the English text. */
  readonly names: readonly string[];
  readonly chinese: string;
  /** How many letters stand firm. */
  readonly firm: number;
}

const PLACE = /\{(\w+)\}/g;

/** A longer text is no sentence of ours, and reading it by each of them would take time. */
const LONGEST = 2000;

const CHINESE_ERRORS: Readonly<Record<string, ErrorWords>> = chineseErrors;

/** Whoever fixes more letters is asked first: what fits it, and a shorter one too, is meant by it. */
const TEMPLATES: readonly Template[] = [
  ...Object.entries(SENTENCES).map(([code, text]) =>
    templateOf(text, (chineseSentences as Readonly<Record<string, string>>)[code] ?? text),
  ),
  ...Object.entries(ERRORS).flatMap(([code, { message, next }]) => {
    const words = CHINESE_ERRORS[code];
    return words === undefined ? [] : [templateOf(message, words.message), templateOf(next, words.next)];
  }),
]
  .filter(({ firm }) => firm > 0)
  .sort((one, other) => other.firm - one.firm);

function templateOf(text: string, chinese: string): Template {
  return {
    english: new RegExp(`^${text.split(PLACE).map(asPattern).join('')}$`, 's'),
    names: [...text.matchAll(PLACE)].map(([, name = '']) => name),
    chinese,
    firm: text.replaceAll(PLACE, '').length,
  };
}

/** Splitting by a group gives text and names in turn; a name stands for anything. */
function asPattern(part: string, index: number): string {
  return index % 2 === 1 ? '(.*?)' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** What main said in English, in Chinese; what stands on none of its lists stays as it is. */
export function inChinese(text: string): string {
  if (text.length > LONGEST) return text;
  return whole(text) ?? row(text) ?? placed(text) ?? text;
}

/** An entry of the catalogue in Chinese, with what main said was particular; null for a code that is not in it. */
export function errorInChinese(code: string, said: string): ErrorWords | null {
  const words = Object.hasOwn(CHINESE_ERRORS, code) ? CHINESE_ERRORS[code] : undefined;
  const english = (ERRORS as Readonly<Record<string, ErrorWords>>)[code];
  if (words === undefined || english === undefined) return null;
  return { ...words, message: read(templateOf(english.message, words.message), said) ?? inChinese(said) };
}

function whole(text: string): string | null {
  for (const template of TEMPLATES) {
    const words = read(template, text);
    if (words !== null) return words;
  }
  return null;
}

function read({ english, names, chinese }: Template, text: string): string | null {
  const found = english.exec(text);
  if (found === null) return null;
  return fillPlaces(chinese, Object.fromEntries(names.map((name, index) => [name, inChinese(found[index + 1] ?? '')])));
}

/** Several in a row, as main joins them. */
function row(text: string): string | null {
  const parts = text.split('; ');
  if (parts.length === 1) return null;
  const spoken = parts.map((part) => whole(part) ?? placed(part));
  return spoken.every((part) => part === null)
    ? null
    : spoken.map((part, index) => part ?? parts[index] ?? '').join('\uff1b');
}

/** One that says first where it is about: `policy.rules[0].action: …`. */
function placed(text: string): string | null {
  const [, path, problem = ''] = /^(\S+): (.+)$/s.exec(text) ?? [];
  const words = path === undefined ? null : whole(problem);
  return words === null ? null : `${path ?? ''}\uff1a${words}`;
}
