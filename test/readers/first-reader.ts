import type { Seen } from './seen.ts';

/**
 * What a reader sees that jumps to the first match and checks nothing, as gjson does: it begins at the first brace whatever
 * stands before it, takes the first of two names, and reads on through missing colons, comments and a missing end.
 */
export function firstSees(bytes: Uint8Array, path: readonly string[]): Seen {
  // One character per byte: offsets stay simple, and what is found is decoded at the end.
  const text = Buffer.from(bytes).toString('latin1');
  const start = text.search(/[{[]/);
  if (start === -1 || text[start] === '[') return null;
  return new Seeker(text).object(start + 1, path).found ?? null;
}

interface Step {
  readonly next: number;
  /** The text found; null when the member is there and is no string. */
  readonly found?: string | null;
}

interface Token extends Step {
  readonly text: string;
}

class Seeker {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** From after an opening brace: the first member of that name, or the offset after the object. */
  object(start: number, [name, ...deeper]: readonly string[]): Step {
    let at = start;
    while (at < this.#text.length) {
      const mark = this.#text.slice(at).search(/["}]/);
      if (mark === -1) break;
      at += mark + 1;
      if (this.#text[at - 1] === '}') return { next: at };
      const key = this.#string(at);
      if (key === null) break;
      at = key.next;
      const step = this.#value(at, resolve(key.text) === name, deeper);
      if (step.found !== undefined) return step;
      at = step.next;
    }
    return { next: this.#text.length };
  }

  /** Skips whatever cannot begin a value, then the value; hands it on when the name was the one looked for. */
  #value(start: number, matches: boolean, deeper: readonly string[]): Step {
    const wanted = matches && deeper.length === 0;
    const mark = this.#text.slice(start).search(/["{[ntf+\-0-9iIN]/);
    if (mark === -1) return { next: this.#text.length };
    const at = start + mark;
    const first = this.#text.charAt(at);
    if (first === '"') {
      const value = this.#string(at + 1);
      if (value === null) return { next: this.#text.length };
      return wanted ? { next: value.next, found: resolve(value.text) } : { next: value.next };
    }
    if (first === '{' && matches && !wanted) return this.object(at + 1, deeper);
    if (wanted) return { next: at, found: null };
    if (first === '{' || first === '[') return { next: this.#squash(at) };
    const rest = this.#text.slice(at + 1);
    // Words end at the first byte that is no small letter; numbers at a blank, a comma or a closing bracket.
    const end =
      /[tf]/.test(first) || (first === 'n' && rest.startsWith('u'))
        ? rest.search(/[^a-z]/)
        : rest.search(/[^\x21-\x2b\x2d-\x5c\x5e-\x7c\x7e-\xff]/);
    return { next: end === -1 ? this.#text.length : at + 1 + end };
  }

  /** From after an opening quote. */
  #string(start: number): Token | null {
    for (let at = start; at < this.#text.length; at += 1) {
      const letter = this.#text.charAt(at);
      if (letter === '\\') at += 1;
      else if (letter === '"') return { next: at + 1, text: this.#text.slice(start, at) };
    }
    return null;
  }

  /** Steps over a container by counting brackets of any kind. */
  #squash(start: number): number {
    let depth = 0;
    for (let at = start; at < this.#text.length; at += 1) {
      const letter = this.#text.charAt(at);
      if (letter === '"') {
        const string = this.#string(at + 1);
        if (string === null) break;
        at = string.next - 1;
      } else if (letter === '{' || letter === '[') depth += 1;
      else if (letter === '}' || letter === ']') {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    return this.#text.length;
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  '"': '"',
};

/** Resolves escapes up to the first that makes no sense; what follows that is dropped. */
function resolve(latin1: string): string {
  const raw = Buffer.from(latin1, 'latin1').toString('utf8');
  let text = '';
  for (let at = 0; at < raw.length; at += 1) {
    const letter = raw.charAt(at);
    // Without an escape the text is taken as it is; only in an escaped one does a control character end it.
    if (letter < ' ' && raw.includes('\\')) break;
    if (letter !== '\\') {
      text += letter;
      continue;
    }
    at += 1;
    const escaped = raw.charAt(at);
    if (escaped === 'u') {
      const code = Number.parseInt(raw.slice(at + 1, at + 5), 16);
      if (Number.isNaN(code)) break;
      text += String.fromCharCode(code);
      at += 4;
    } else {
      const meant = SIMPLE[escaped];
      if (meant === undefined) break;
      text += meant;
    }
  }
  return text.toWellFormed();
}
