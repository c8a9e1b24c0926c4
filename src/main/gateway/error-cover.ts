import type { NewTurn } from '../../shared/turn.ts';
import type { RedactedStream } from '../secrets/redact.ts';

const WORD = 'error';
/** What is searched for: Node looks for a word's first letter, and `e` is the most frequent of all, six times as dear. */
const RARE_PART = 'rror';
const E = 101;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
/** The first letter of `null`. */
const N = 110;

/** As much of the last piece as a word for an error, or the end of an event, can reach back. */
const TAIL = 16;

/**
 * Covers provider keys in what a good answer says went wrong, since careless upstreams quote them there too. Only events
 * that speak of an error are looked into; all others pass as they came, for the price of one search for a word.
 */
export class ErrorCover {
  readonly #stream: () => RedactedStream;
  readonly #events: boolean;
  /** Set within an event that speaks of an error. */
  #inside: RedactedStream | null = null;
  #tail = '';

  /** Of an answer that is no stream of events, everything from the word on is looked into. */
  constructor(stream: () => RedactedStream, events: boolean) {
    this.#stream = stream;
    this.#events = events;
  }

  /** What can be let go, as long as what came; what may be the beginning of a key waits, until `last`. */
  push(bytes: Buffer | undefined, last: boolean): Buffer | undefined {
    if (bytes === undefined) return last ? this.#finish([]) : undefined;
    if (this.#inside === null && !this.#speaksAtBorder(bytes) && this.#markIn(bytes, 0) === -1) {
      this.#remember(bytes);
      return bytes;
    }
    const out: Buffer[] = [];
    let at = 0;
    if (this.#inside === null && this.#speaksAtBorder(bytes)) this.#inside = this.#stream();
    while (at < bytes.length) {
      if (this.#inside === null) {
        const mark = this.#markIn(bytes, at);
        const start = mark === -1 ? bytes.length : this.#eventStart(bytes, at, mark);
        out.push(bytes.subarray(at, start));
        if (mark !== -1) this.#inside = this.#stream();
        at = start;
      } else {
        const end = this.#eventEnd(bytes, at);
        out.push(this.#inside.push(bytes.subarray(at, end ?? bytes.length)));
        at = end ?? bytes.length;
        if (end === null) break;
        out.push(this.#inside.end());
        this.#inside = null;
      }
    }
    this.#remember(bytes);
    return last ? this.#finish(out) : joined(out);
  }

  #finish(out: Buffer[]): Buffer | undefined {
    if (this.#inside !== null) out.push(this.#inside.end());
    this.#inside = null;
    return joined(out);
  }

  #remember(bytes: Buffer): void {
    this.#tail =
      bytes.length >= TAIL
        ? bytes.toString('latin1', bytes.length - TAIL)
        : (this.#tail + bytes.toString('latin1')).slice(-TAIL);
  }

  /** Whether the word begins in the last piece and ends in this one; a piece that ends with an event's end has no such beginning. */
  #speaksAtBorder(bytes: Buffer): boolean {
    if (this.#tail === '' || this.#tail.endsWith('\n')) return false;
    const border = Buffer.from(this.#tail + bytes.toString('latin1', 0, TAIL), 'latin1');
    const mark = this.#markIn(border, 0);
    // A word that begins with this piece has what makes it one, its quote or `event:`, in the last.
    return mark !== -1 && mark <= this.#tail.length;
  }

  /** Where an event says that it is about an error; -1 where none does. */
  #markIn(bytes: Buffer, from: number): number {
    for (
      let part = bytes.indexOf(RARE_PART, from + 1);
      part !== -1;
      part = bytes.indexOf(RARE_PART, part + RARE_PART.length)
    ) {
      const at = part - 1;
      if (bytes[at] !== E) continue;
      if (isQuoted(bytes, at) ? isSaid(bytes, at) : this.#events && isName(bytes, at)) return at;
    }
    return -1;
  }

  #eventStart(bytes: Buffer, from: number, mark: number): number {
    if (!this.#events) return from;
    const start = Math.max(bytes.lastIndexOf('\n\n', mark) + 2, bytes.lastIndexOf('\n\r\n', mark) + 3);
    return Math.max(from, start < 4 ? 0 : start);
  }

  /** Behind the empty line that ends the event; null where that has not come. */
  #eventEnd(bytes: Buffer, from: number): number | null {
    if (!this.#events) return null;
    if (from === 0) {
      const start = bytes.toString('latin1', 0, 2);
      if (this.#tail.endsWith('\n') && start.startsWith('\n')) return 1;
      if (this.#tail.endsWith('\n') && start === '\r\n') return 2;
      if (this.#tail.endsWith('\n\r') && start.startsWith('\n')) return 1;
    }
    const ends = [
      [bytes.indexOf('\n\n', from), 2],
      [bytes.indexOf('\n\r\n', from), 3],
    ].flatMap(([at = -1, length = 0]) => (at === -1 ? [] : [at + length]));
    return ends.length === 0 ? null : Math.min(...ends);
  }
}

function joined(pieces: readonly Buffer[]): Buffer | undefined {
  const all = pieces.filter(({ length }) => length > 0);
  return all.length <= 1 ? all[0] : Buffer.concat(all);
}

/** A whole string of the document, not a part of some text within one. */
function isQuoted(bytes: Buffer, at: number): boolean {
  return bytes[at - 1] === QUOTE && bytes[at - 2] !== BACKSLASH && bytes[at + WORD.length] === QUOTE;
}

/** `"error": null` says that there is none, and stands in every good answer. */
function isSaid(bytes: Buffer, at: number): boolean {
  const next = afterBlanks(bytes, at + WORD.length + 1);
  return bytes[next] !== COLON || bytes[afterBlanks(bytes, next + 1)] !== N;
}

function isName(bytes: Buffer, at: number): boolean {
  return /(?:^|\n)event: ?$/.test(bytes.toString('latin1', Math.max(0, at - 8), at));
}

function afterBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 10 || bytes[at] === 13) at += 1;
  return at;
}

/** A row without the key that an upstream may give for an error's code. */
export function coveredRow(turn: NewTurn, redact: (text: string) => string): NewTurn {
  if (turn.error === null && turn.attempts.length === 0) return turn;
  return {
    ...turn,
    error: turn.error === null ? null : redact(turn.error),
    attempts: turn.attempts.map((one) => (one.error === null ? one : { ...one, error: redact(one.error) })),
  };
}
