import { type EscapedView, resolveEscapes } from './escaped-view.ts';
import { spellings } from './key-spellings.ts';

/** What stands in the place of a key. */
const MASK = '[key removed]';

/** Shorter values would be found everywhere: they are taken out only where a word before them says what they are. */
const SHORTEST = 8;

/** How many keys of tools' own are looked for; more would make every log line and error slow. */
const MOST_BROUGHT = 64;

/** Texts are escaped within texts: a URL in a JSON string in a log line. */
const DEEPEST = 3;

const CREDENTIAL = String.raw`(?:bearer|basic|key|token|secret|password|authorization|credential)s?["'\\\s:=]{1,8}`;
/** The end of a text that may turn out to be a word for a credential and the beginning of a short key. */
const OPEN_CREDENTIAL = new RegExp(String.raw`[a-z]*[-_]?${CREDENTIAL}[^\s"'\\]{0,${SHORTEST}}$|[a-z]{1,16}$`, 'i');

/** How far back the word for a credential and what follows it can reach. */
const LONGEST_OPEN = 64;

/** A part of a text, from its first letter to the one after its last. */
type Range = readonly [start: number, end: number];

/** A text as one of its readers would see it; without offsets it is the text itself. */
interface View extends Omit<EscapedView, 'starts'> {
  readonly starts: readonly number[] | null;
}

/** Takes keys out of what is about to be logged, answered or written. */
export class Redactor {
  readonly #keys = new Set<string>();
  /** Those that tools have brought, the newest last. */
  readonly #brought = new Set<string>();
  #values: readonly string[] = [];
  #short: RegExp | null = null;
  readonly #shortKeys = new Set<string>();

  /** Looks for one more key from now on; a key that was replaced may still be on its way, so none is forgotten. */
  protect(key: string): void {
    if (key === '' || this.#keys.has(key)) return;
    this.#keys.add(key);
    if (!this.#brought.has(key)) this.#look(key);
  }

  /** Looks for a key that a tool has brought, as long as it is among the last: a tool may bring another with every turn. */
  protectBrought(key: string): void {
    if (key === '') return;
    const isKnown = this.#keys.has(key) || this.#brought.has(key);
    // Used anew, it is the newest.
    this.#brought.delete(key);
    this.#brought.add(key);
    if (!isKnown) this.#look(key);
    const [oldest] = this.#brought;
    if (this.#brought.size > MOST_BROUGHT && oldest !== undefined) {
      this.#brought.delete(oldest);
      this.#values = [];
      this.#shortKeys.clear();
      this.#short = null;
      for (const one of new Set([...this.#keys, ...this.#brought])) this.#look(one);
    }
  }

  #look(key: string): void {
    if (key.length >= SHORTEST) {
      // Longest first, so that a key that contains another is taken out whole.
      this.#values = [...new Set([...this.#values, ...spellings(key)])].sort((a, b) => b.length - a.length);
    } else {
      this.#shortKeys.add(key);
      const any = [...this.#shortKeys].sort((a, b) => b.length - a.length).map(escapePattern);
      this.#short = new RegExp(String.raw`(?<=${CREDENTIAL})(?:${any.join('|')})(?![\w-])`, 'gi');
    }
  }

  /** The text without any key; the same string when there is none in it. */
  text(text: string): string {
    return mask(text, this.#find(text));
  }

  /** The bytes without any key; the same buffer when there is none in it. */
  bytes(bytes: Buffer): Buffer {
    const text = bytes.toString('latin1');
    const ranges = this.#find(text);
    return ranges.length === 0 ? bytes : Buffer.from(mask(text, ranges), 'latin1');
  }

  /**
   * For bytes that come in pieces, cut anywhere: a piece is let go up to where a key may have begun. With `sameLength` a key
   * is covered letter by letter, for bytes whose length was told before.
   */
  stream(sameLength = false): RedactedStream {
    return new RedactedStream((text, last) => {
      const ranges = this.#find(text);
      const safe = last ? text.length : this.#safeEnd(text);
      // What was found is taken out whole, even where another key seems to begin within it.
      const end = ranges.find(([from, to]) => from < safe && safe < to)?.[1] ?? safe;
      return {
        clean: mask(
          text.slice(0, end),
          ranges.filter(([from]) => from < end),
          sameLength,
        ),
        rest: text.slice(end),
      };
    });
  }

  /** Where keys stand, in order; parts that overlap are one. */
  #find(text: string): readonly Range[] {
    if (this.#values.length === 0 && this.#short === null) return [];
    const found: Range[] = [];
    for (const { text: view, starts } of views(text)) {
      const place = (at: number): number => starts?.[at] ?? at;
      for (const value of this.#values)
        for (let at = view.indexOf(value); at !== -1; at = view.indexOf(value, at + value.length))
          found.push([place(at), place(at + value.length)]);
      if (this.#short !== null)
        for (const { index, 0: key } of view.matchAll(this.#short))
          found.push([place(index), place(index + key.length)]);
    }
    return merged(found);
  }

  /** Up to where nothing that has begun could still become a key. */
  #safeEnd(text: string): number {
    let safe = text.length;
    for (const { text: view, starts, whole } of views(text)) {
      const place = (at: number): number => starts?.[at] ?? at;
      const known = view.slice(0, whole);
      safe = Math.min(safe, place(this.#openKeyAt(known)));
      const open = this.#short === null ? -1 : known.slice(-LONGEST_OPEN).search(OPEN_CREDENTIAL);
      if (open !== -1) safe = Math.min(safe, place(Math.max(0, known.length - LONGEST_OPEN) + open));
    }
    return safe;
  }

  /** Where the longest end of a text begins that is also the beginning of a key. */
  #openKeyAt(text: string): number {
    let openAt = text.length;
    for (const value of this.#values) {
      const first = value[0] ?? '';
      const from = Math.max(0, text.length - value.length + 1);
      for (let at = text.indexOf(first, from); at !== -1 && at < openAt; at = text.indexOf(first, at + 1))
        if (value.startsWith(text.slice(at))) openAt = at;
    }
    return openAt;
  }
}

/** Cleans bytes that come in pieces. */
export class RedactedStream {
  readonly #step: (text: string, last: boolean) => { readonly clean: string; readonly rest: string };
  #held = '';

  constructor(step: (text: string, last: boolean) => { readonly clean: string; readonly rest: string }) {
    this.#step = step;
  }

  /** What can be let go now; empty while it may all be the beginning of a key. */
  push(chunk: Buffer): Buffer {
    return this.#take(this.#held + chunk.toString('latin1'), false);
  }

  /** What was held back. */
  end(): Buffer {
    return this.#take(this.#held, true);
  }

  #take(text: string, last: boolean): Buffer {
    const { clean, rest } = this.#step(text, last);
    this.#held = rest;
    return Buffer.from(clean, 'latin1');
  }
}

/** The text as it is, then with its escapes resolved, and theirs. */
function* views(text: string): Generator<View> {
  let view: View = { text, starts: null, whole: text.length };
  yield view;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const inner = resolveEscapes(view.text);
    if (inner === null) return;
    const { starts } = view;
    view = { ...inner, starts: starts === null ? inner.starts : inner.starts.map((at): number => starts[at] ?? at) };
    yield view;
    // Nothing was resolved, so a further look would find the same.
    if (inner.text.length === inner.starts.at(-1)) return;
  }
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = result.at(-1);
    if (before !== undefined && start < before[1]) result[result.length - 1] = [before[0], Math.max(before[1], end)];
    else result.push([start, end]);
  }
  return result;
}

function mask(text: string, ranges: readonly Range[], sameLength = false): string {
  if (ranges.length === 0) return text;
  let clean = '';
  let read = 0;
  for (const [start, end] of ranges) {
    clean += text.slice(read, start) + (sameLength ? '*'.repeat(end - start) : MASK);
    read = end;
  }
  return clean + text.slice(read);
}

/** The text as a pattern that means nothing but itself. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
