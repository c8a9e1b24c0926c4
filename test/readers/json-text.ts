/** A JSON value as it is written: members in order, duplicates kept, names with their escapes resolved. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: [name: string, value: JsonNode][] }
  | { readonly kind: 'array'; readonly items: JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number' | 'boolean' | 'null' };

/** A value and the offset after it. */
export interface JsonPrefix {
  readonly node: JsonNode;
  readonly end: number;
}

/**
 * Reads the JSON value a text begins with; null where the text breaks the grammar. Written for the tests and sharing
 * nothing with the gateway's own scanner, so that the two cannot be wrong in the same way.
 */
export function jsonPrefix(text: string, maxDepth = Infinity): JsonPrefix | null {
  return new Walker(text, maxDepth).read();
}

/** The same where nothing but blanks may follow the value. */
export function jsonText(text: string, maxDepth = Infinity): JsonNode | null {
  const prefix = jsonPrefix(text, maxDepth);
  return prefix !== null && /^[ \t\r\n]*$/.test(text.slice(prefix.end)) ? prefix.node : null;
}

interface Frame {
  readonly node: Extract<JsonNode, { kind: 'object' | 'array' }>;
  name: string;
}

class Walker {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #open: Frame[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  read(): JsonPrefix | null {
    for (;;) {
      const begun = this.#begin();
      if (begun === null) return null;
      if (begun === 'opened') continue;
      const whole = this.#finish(begun);
      if (whole === null) return null;
      if (whole !== 'more') return { node: whole, end: this.#at };
    }
  }

  /** A scalar, an empty container, or the opening of a container that has something in it. */
  #begin(): JsonNode | 'opened' | null {
    this.#blanks();
    const first = this.#text[this.#at];
    if (first !== '{' && first !== '[') return this.#scalar();
    this.#at += 1;
    this.#blanks();
    const node: Frame['node'] = first === '{' ? { kind: 'object', members: [] } : { kind: 'array', items: [] };
    if (this.#open.length >= this.#maxDepth) return null;
    if (this.#text[this.#at] === (first === '{' ? '}' : ']')) {
      this.#at += 1;
      return node;
    }
    const frame: Frame = { node, name: '' };
    this.#open.push(frame);
    return this.#nameOf(frame) ? 'opened' : null;
  }

  /** Puts a finished value where it belongs and closes what ends with it. */
  #finish(value: JsonNode): JsonNode | 'more' | null {
    let node = value;
    for (;;) {
      const frame = this.#open.at(-1);
      if (frame === undefined) return node;
      if (frame.node.kind === 'object') frame.node.members.push([frame.name, node]);
      else frame.node.items.push(node);
      this.#blanks();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === ',') return this.#nameOf(frame) ? 'more' : null;
      if (next !== (frame.node.kind === 'object' ? '}' : ']')) return null;
      node = frame.node;
      this.#open.pop();
    }
  }

  /** In an object, the next member's name and colon; in an array there is nothing to read. */
  #nameOf(frame: Frame): boolean {
    if (frame.node.kind === 'array') return true;
    this.#blanks();
    const name = this.#text[this.#at] === '"' ? this.#string() : null;
    if (name === null) return false;
    frame.name = name;
    this.#blanks();
    this.#at += 1;
    return this.#text[this.#at - 1] === ':';
  }

  #scalar(): JsonNode | null {
    const first = this.#text[this.#at];
    if (first === '"') {
      const text = this.#string();
      return text === null ? null : { kind: 'string', text };
    }
    for (const [word, kind] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return { kind };
    }
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text);
    if (number === null) return null;
    this.#at += number[0].length;
    return { kind: 'number' };
  }

  #string(): string | null {
    let text = '';
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const letter = this.#text.charAt(at);
      if (letter === '"') {
        this.#at = at + 1;
        return text;
      }
      if (letter < ' ') return null;
      if (letter !== '\\') {
        text += letter;
        continue;
      }
      at += 1;
      const escaped = this.#text.charAt(at);
      if (escaped === 'u') {
        const digits = this.#text.slice(at + 1, at + 5);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) return null;
        text += String.fromCharCode(Number.parseInt(digits, 16));
        at += 4;
      } else {
        const meant = ESCAPES[escaped];
        if (meant === undefined) return null;
        text += meant;
      }
    }
    return null;
  }

  #blanks(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = [
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['null', 'null'],
] as const;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
