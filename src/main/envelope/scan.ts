import { isUtf8 } from 'node:buffer';
import { fold } from '../../shared/fold.ts';
import type { WatchNode } from './watch.ts';

/** Deeper documents are refused: readers differ in where they give up, and tool schemas stay below a third of this. */
export const MAX_DEPTH = 256;

/** The kinds of JSON value. */
type ValueKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';

/** One place in the document where a watched name stands, in whatever spelling. All numbers are byte offsets. */
export interface Occurrence {
  /** The watched path: `service_tier`, `session.model`, `input.[].type`. */
  readonly path: string;
  /** The name as written, escapes resolved. */
  readonly name: string;
  /** False when the name is spelled in another letter case; some reader may fold it. */
  readonly exact: boolean;
  readonly kind: ValueKind;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The comma before the member, or -1 for the first of its object. */
  readonly commaBefore: number;
  /** The comma after the member, or -1 for the last of its object. */
  readonly commaAfter: number;
  /** The opening brace of the object it stands in. */
  readonly objectStart: number;
  /** Its place among the members of that object. */
  readonly ordinal: number;
}

/** The top level of a document, as far as it was asked for. */
export interface Envelope {
  /** Every occurrence of every watched name; the members of an object stand before the object itself. */
  readonly occurrences: readonly Occurrence[];
  /** Where the last member ends; the opening brace's end when there is none. */
  readonly lastMemberEnd: number;
  readonly memberCount: number;
}

/** Why bytes are not exactly one JSON object that every reader would read alike. */
export interface EnvelopeFault {
  readonly fault: 'encoding' | 'byte_order_mark' | 'not_an_object' | 'syntax' | 'trailing' | 'depth';
  /** The byte at which reading stopped. */
  readonly at: number;
}

/** What stands behind the last byte; a document has it nowhere. */
const END = 0;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** `" \ / b f n r t`, the characters that may follow a backslash by themselves. */
const SIMPLE_ESCAPES = new Uint8Array(256);
for (const character of '"\\/bfnrt') SIMPLE_ESCAPES[character.charCodeAt(0)] = 1;

/**
 * Reads a document once, from first to last byte, and reports every occurrence of the watched names. It accepts what RFC
 * 8259 calls a JSON text whose value is an object, in UTF-8, and nothing else: what one reader refuses and another repairs
 * is a way around the policy.
 */
export function scan(bytes: Buffer, root: WatchNode): Envelope | EnvelopeFault {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { fault: 'byte_order_mark', at: 0 };
  if (!isUtf8(bytes)) return { fault: 'encoding', at: 0 };
  return new Scanner(bytes).document(root);
}

/** True when the scan ended in a fault. */
export function isFault(result: Envelope | EnvelopeFault): result is EnvelopeFault {
  return 'fault' in result;
}

/** The text of a string occurrence; null when its value is of another kind. */
export function textOf(bytes: Buffer, occurrence: Occurrence): string | null {
  if (occurrence.kind !== 'string') return null;
  return decodeString(bytes, occurrence.valueStart, occurrence.valueEnd);
}

/** A single string cannot be hit by V8's confusion of escaped keys (nodejs/node#63785), which needs an object. */
function decodeString(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/**
 * The kinds of the open containers that nobody watches; a byte each, so that depth costs no objects. One for all scans, since
 * none begins before another has ended, and making it would take as long as reading a small body.
 */
const open = new Uint8Array(MAX_DEPTH);

/** Every method takes the offset to read at and returns the offset after what it read, or -1 after noting the fault. */
class Scanner {
  readonly #bytes: Buffer;
  readonly #occurrences: Occurrence[] = [];
  readonly #lastQuote: number;
  #fault: EnvelopeFault = { fault: 'syntax', at: 0 };
  #oddKey = false;
  #lastMemberEnd = 0;
  #memberCount = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#lastQuote = bytes.lastIndexOf(QUOTE);
  }

  document(root: WatchNode): Envelope | EnvelopeFault {
    const start = this.#blanks(0);
    if (this.#at(start) !== OPEN_OBJECT) return { fault: 'not_an_object', at: start };
    const end = this.#object(start, root, 0);
    if (end === -1) return this.#fault;
    const after = this.#blanks(end);
    if (after !== this.#bytes.length) return { fault: 'trailing', at: after };
    return { occurrences: this.#occurrences, lastMemberEnd: this.#lastMemberEnd, memberCount: this.#memberCount };
  }

  #object(objectStart: number, node: WatchNode, depth: number): number {
    if (depth >= MAX_DEPTH) return this.#stop('depth', objectStart);
    const bytes = this.#bytes;
    let position = this.#blanks(objectStart + 1);
    let lastMemberEnd = objectStart + 1;
    let ordinal = 0;
    let commaBefore = -1;
    if (this.#at(position) === CLOSE_OBJECT) {
      position += 1;
    } else {
      for (;;) {
        const keyStart = position;
        const keyEnd = this.#key(keyStart);
        if (keyEnd === -1) return -1;
        const odd = this.#oddKey;
        const child = odd ? this.#lookUpFolded(node, keyStart, keyEnd) : lookUp(bytes, node, keyStart, keyEnd);
        const valueStart = this.#colon(keyEnd);
        if (valueStart === -1) return -1;
        const valueEnd =
          child === null ? this.#skip(valueStart, depth + 1) : this.#watched(valueStart, child, depth + 1);
        if (valueEnd === -1) return -1;
        const after = this.#blanks(valueEnd);
        const next = this.#at(after);
        const closes = next === CLOSE_OBJECT;
        if (!closes && next !== COMMA) return this.#stop('syntax', after);
        if (child !== null) {
          // Compared byte by byte already, unless it has escapes or capitals.
          const name = odd ? decodeString(bytes, keyStart, keyEnd) : child.folded;
          this.#occurrences.push({
            path: child.path,
            name,
            exact: name === child.name,
            kind: kindOf(this.#at(valueStart)),
            keyStart,
            valueStart,
            valueEnd,
            commaBefore,
            commaAfter: closes ? -1 : after,
            objectStart,
            ordinal,
          });
        }
        ordinal += 1;
        lastMemberEnd = valueEnd;
        if (closes) {
          position = after + 1;
          break;
        }
        commaBefore = after;
        position = this.#blanks(after + 1);
      }
    }
    if (depth === 0) {
      this.#lastMemberEnd = lastMemberEnd;
      this.#memberCount = ordinal;
    }
    return position;
  }

  #array(start: number, item: WatchNode, depth: number): number {
    if (depth >= MAX_DEPTH) return this.#stop('depth', start);
    let position = this.#blanks(start + 1);
    if (this.#at(position) === CLOSE_ARRAY) return position + 1;
    for (;;) {
      const end = this.#watched(position, item, depth + 1);
      if (end === -1) return -1;
      const after = this.#blanks(end);
      const next = this.#at(after);
      if (next === CLOSE_ARRAY) return after + 1;
      if (next !== COMMA) return this.#stop('syntax', after);
      position = this.#blanks(after + 1);
    }
  }

  #watched(start: number, node: WatchNode, depth: number): number {
    const first = this.#at(start);
    if (first === OPEN_OBJECT && node.members.size > 0) return this.#object(start, node, depth);
    if (first === OPEN_ARRAY && node.items !== null) return this.#array(start, node.items, depth);
    return this.#skip(start, depth);
  }

  /** Reads a value that nobody looks into; iterative, so that depth never becomes recursion. */
  #skip(start: number, baseDepth: number): number {
    let depth = baseDepth;
    let position = start;
    for (;;) {
      const first = this.#at(position);
      if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
        if (depth >= MAX_DEPTH) return this.#stop('depth', position);
        open[depth] = first;
        depth += 1;
        position = this.#blanks(position + 1);
        if (first === OPEN_OBJECT && this.#at(position) !== CLOSE_OBJECT) {
          position = this.#name(position);
          if (position === -1) return -1;
          continue;
        }
        if (first === OPEN_ARRAY && this.#at(position) !== CLOSE_ARRAY) continue;
      } else {
        position = first === QUOTE ? this.#string(position) : this.#literal(position);
        if (position === -1) return -1;
        if (depth === baseDepth) return position;
        position = this.#blanks(position);
      }
      // A value has ended, or an empty container is about to: close what closes here, then go on to the next value.
      for (;;) {
        const inObject = open[depth - 1] === OPEN_OBJECT;
        const next = this.#at(position);
        if (next === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          depth -= 1;
          position += 1;
          if (depth === baseDepth) return position;
          position = this.#blanks(position);
          continue;
        }
        if (next !== COMMA) return this.#stop('syntax', position);
        position = this.#blanks(position + 1);
        if (inObject) {
          position = this.#name(position);
          if (position === -1) return -1;
        }
        break;
      }
    }
  }

  /** A member's name and colon. */
  #name(start: number): number {
    if (this.#at(start) !== QUOTE) return this.#stop('syntax', start);
    const end = this.#string(start);
    return end === -1 ? -1 : this.#colon(end);
  }

  #colon(start: number): number {
    const position = this.#blanks(start);
    if (this.#at(position) !== COLON) return this.#stop('syntax', position);
    return this.#blanks(position + 1);
  }

  /** A member's name in a watched object; notes whether it needs more than a comparison of bytes. */
  #key(start: number): number {
    if (this.#at(start) !== QUOTE) return this.#stop('syntax', start);
    const end = this.#string(start);
    let odd = false;
    for (let at = start + 1; at < end - 1; at += 1) {
      const byte = this.#at(at);
      if (byte === BACKSLASH || byte >= 0x80 || (byte >= 65 && byte <= 90)) {
        odd = true;
        break;
      }
    }
    this.#oddKey = odd;
    return end;
  }

  #lookUpFolded(node: WatchNode, keyStart: number, keyEnd: number): WatchNode | null {
    if (node.members.size === 0) return null;
    return node.members.get(fold(asCut(decodeString(this.#bytes, keyStart, keyEnd)))) ?? null;
  }

  /** The hot loop: nearly every byte of a body is inside a string. */
  #string(start: number): number {
    const bytes = this.#bytes;
    let position = start + 1;
    // A string ends at a quote, so the inner loop needs no other end: it stops at the last one if not before.
    while (position <= this.#lastQuote) {
      let byte = bytes[position] as number;
      // Small letters first, which most bytes are: they need one comparison and not three.
      while (byte > BACKSLASH || (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20))
        byte = bytes[++position] as number;
      if (byte === QUOTE) return position + 1;
      if (byte !== BACKSLASH) return this.#stop('syntax', position);
      const escaped = this.#at(position + 1);
      if (escaped === 117) {
        for (let at = position + 2; at < position + 6; at += 1)
          if (!isHex(this.#at(at))) return this.#stop('syntax', at);
        position += 6;
      } else if (SIMPLE_ESCAPES[escaped] === 1) {
        position += 2;
      } else {
        return this.#stop('syntax', position);
      }
    }
    return this.#stop('syntax', bytes.length);
  }

  #literal(start: number): number {
    switch (this.#at(start)) {
      case 116:
        return this.#word(start, TRUE);
      case 102:
        return this.#word(start, FALSE);
      case 110:
        return this.#word(start, NULL);
      default:
        return this.#number(start);
    }
  }

  #word(start: number, word: Uint8Array): number {
    for (let index = 0; index < word.length; index += 1) {
      if (this.#at(start + index) !== word[index]) return this.#stop('syntax', start + index);
    }
    return start + word.length;
  }

  #number(start: number): number {
    let position = this.#at(start) === 45 ? start + 1 : start;
    if (this.#at(position) === 48) {
      position += 1;
    } else {
      const digits = this.#digits(position);
      if (digits === -1) return -1;
      position = digits;
    }
    if (this.#at(position) === 46) {
      position = this.#digits(position + 1);
      if (position === -1) return -1;
    }
    const exponent = this.#at(position);
    if (exponent === 101 || exponent === 69) {
      const sign = this.#at(position + 1);
      position = this.#digits(sign === 43 || sign === 45 ? position + 2 : position + 1);
    }
    return position;
  }

  #digits(start: number): number {
    let position = start;
    while (isDigit(this.#at(position))) position += 1;
    return position === start ? this.#stop('syntax', start) : position;
  }

  #blanks(start: number): number {
    let position = start;
    for (;;) {
      const byte = this.#at(position);
      if (byte === 32 || byte === 10 || byte === 13 || byte === 9) position += 1;
      else return position;
    }
  }

  /** Never reads beyond the end: V8 compiles a place that has done so once five times slower, for good. */
  #at(position: number): number {
    return position < this.#bytes.length ? (this.#bytes[position] as number) : END;
  }

  #stop(fault: EnvelopeFault['fault'], at: number): -1 {
    this.#fault = { fault, at };
    return -1;
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** A name as readers written in C see it, for whom U+0000 ends it, and as those that drop half surrogates do. */
function asCut(name: string): string {
  const end = name.indexOf('\0');
  return (end === -1 ? name : name.slice(0, end)).replace(/\p{Cs}/gu, '');
}

/** Compares a name without escapes and capitals with the watched ones, byte by byte. */
function lookUp(bytes: Buffer, node: WatchNode, keyStart: number, keyEnd: number): WatchNode | null {
  const candidates = node.byLength.get(keyEnd - keyStart - 2);
  if (candidates === undefined) return null;
  next: for (const candidate of candidates) {
    const { bytes: name } = candidate;
    for (let index = 0; index < name.length; index += 1) if (bytes[keyStart + 1 + index] !== name[index]) continue next;
    return candidate;
  }
  return null;
}

function kindOf(first: number): ValueKind {
  switch (first) {
    case QUOTE:
      return 'string';
    case OPEN_OBJECT:
      return 'object';
    case OPEN_ARRAY:
      return 'array';
    case 110:
      return 'null';
    case 116:
    case 102:
      return 'boolean';
    default:
      return 'number';
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
}
