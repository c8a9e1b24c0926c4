import { Pieces } from '../envelope/pieces.ts';

/** What a reader of server-sent events wants to see; everything else passes as bytes. */
export interface SseInterest {
  /** Longer event names are never wanted, so they are not even made into text. */
  readonly longestName: number;
  /** Whether payloads under this event name are wanted; null when the event has no name. */
  wants(event: string | null): boolean;
  /** One payload. False when it is not whole, because the event goes on in another data line. */
  payload(data: Buffer): boolean;
  /** A payload that was wanted and is too large to be looked at. */
  overlong?(event: string | null): void;
}

/** A payload larger than this is not looked at: the side view of a stream stays bounded. */
const MAX_PAYLOAD = 16 * 1024 * 1024;

/** What one more line costs to keep, in bytes, whatever stands in it. */
const LINE_COST = 64;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const EVENT = Buffer.from('event:');
const DATA = Buffer.from('data:');

/** Walks a stream of server-sent events line by line, in chunks cut anywhere, and hands on the few payloads that are wanted. */
export class SseWalker {
  readonly #interest: SseInterest;
  #event: string | null = null;
  #wanted: boolean;
  /** The beginning of a line whose end has not come yet. */
  readonly #carry = new Pieces();
  /** True once that line is known to be wanted whole. */
  #keeping = false;
  /** True while the rest of a line that nobody wants is still to come. */
  #skipping = false;
  /** The data lines of an event whose payload was not whole in its first. */
  #lines: Buffer[] = [];
  #held = 0;

  constructor(interest: SseInterest) {
    this.#interest = interest;
    this.#wanted = interest.wants(null);
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      if (this.#skipping) this.#skipping = false;
      else if (this.#carry.size > 0) this.#carriedLine(chunk.subarray(start, end));
      else this.#line(chunk, start, end);
      start = end + 1;
    }
    if (start < chunk.length && !this.#skipping) this.#keep(chunk.subarray(start));
  }

  /** A last event without its empty line still counts. */
  end(): void {
    if (this.#carry.size > 0) this.#carriedLine(Buffer.alloc(0));
    this.#endEvent();
  }

  #keep(part: Buffer): void {
    this.#carry.push(part);
    if (this.#keeping) {
      if (this.#carry.size <= MAX_PAYLOAD) return;
      this.#interest.overlong?.(this.#event);
    } else {
      // From its first bytes on it is plain what kind of line this is: one that nobody wants need not be kept.
      if (this.#carry.size < EVENT.length) return;
      const start = this.#carry.whole();
      this.#keeping =
        startsWith(start, 0, start.length, EVENT) || (this.#wanted && startsWith(start, 0, start.length, DATA));
      if (this.#keeping) return;
    }
    this.#drop();
    this.#skipping = true;
  }

  #carriedLine(rest: Buffer): void {
    this.#carry.push(rest);
    const line = this.#carry.whole();
    this.#drop();
    this.#line(line, 0, line.length);
  }

  #drop(): void {
    this.#keeping = false;
    this.#carry.clear();
  }

  #line(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    if (end === start) {
      this.#event = null;
      this.#wanted = this.#interest.wants(null);
      this.#endEvent();
    } else if (startsWith(bytes, start, end, DATA)) {
      if (this.#wanted) this.#payload(bytes.subarray(afterBlank(bytes, start + DATA.length, end), end));
    } else if (startsWith(bytes, start, end, EVENT)) {
      const from = afterBlank(bytes, start + EVENT.length, end);
      const name = end - from > this.#interest.longestName ? '' : bytes.toString('latin1', from, end);
      // The name that an event has without one.
      this.#event = name === 'message' ? null : name;
      this.#wanted = this.#event !== '' && this.#interest.wants(this.#event);
    }
  }

  /** Nearly every payload is one line; the others are put together once, at the end of their event. */
  #payload(data: Buffer): void {
    if (this.#lines.length === 0 && this.#interest.payload(data)) return;
    // Empty lines cost memory too.
    this.#held += data.length + LINE_COST;
    if (this.#held <= MAX_PAYLOAD) this.#lines.push(data);
  }

  #endEvent(): void {
    if (this.#lines.length > 1 && this.#held <= MAX_PAYLOAD) {
      this.#interest.payload(
        Buffer.concat(this.#lines.flatMap((line, index) => (index === 0 ? [line] : [NEW_LINE, line]))),
      );
    }
    this.#lines = [];
    this.#held = 0;
  }
}

const NEW_LINE = Buffer.from('\n');

function startsWith(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start < word.length) return false;
  for (let index = 0; index < word.length; index += 1) if (bytes[start + index] !== word[index]) return false;
  return true;
}

/** One blank after the colon belongs to the syntax. */
function afterBlank(bytes: Buffer, start: number, end: number): number {
  return start < end && bytes[start] === 32 ? start + 1 : start;
}
