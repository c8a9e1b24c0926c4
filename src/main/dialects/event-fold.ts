type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [name: string]: Json;
}

/** Members of a delta whose texts follow each other; the others say what kind of text it is. */
const TEXTS: ReadonlySet<string> = new Set([
  'delta',
  'content',
  'text',
  'thinking',
  'partial_json',
  'arguments',
  'input',
  'refusal',
  'reasoning',
  'reasoning_content',
  'transcript',
]);

/** Members that differ from event to event and say nothing. */
const NOISE: ReadonlySet<string> = new Set(['sequence_number', 'obfuscation', 'event_id']);

/** Sound is no text, and its pieces cannot be joined. */
const SOUND = /audio\.delta$/;

/** Events deeper than this are kept as they are. */
const DEEPEST = 8;

/** What joining two values gives; undefined where they do not belong together. */
type Joined = Json | undefined;

/**
 * The events of one answer, a line each, with deltas that follow each other made one: an answer of a thousand pieces is
 * then little longer than its text. Bounded: from the limit on it takes nothing more.
 */
export class EventFold {
  readonly #limit: number;
  /** As they came; only joined ones are written anew. */
  readonly #lines: string[] = [];
  #size = 0;
  /** The last event, which the next may continue. */
  #last: JsonObject | null = null;
  #isJoined = false;
  #full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True once something had no room. */
  get full(): boolean {
    return this.#full;
  }

  /** How much is held, about. */
  get size(): number {
    return this.#size;
  }

  /** Takes one event's data. False when it begins like an object and is none, so that more of it may come. */
  push(data: Buffer): boolean {
    if (this.#full) return true;
    const room = this.#limit - this.#size;
    if (data.length > room) {
      // Not worth being taken apart; four bytes more, so that the text can be cut after a whole letter.
      this.#begin(data.toString('utf8', 0, room + 4), null);
      this.#full = true;
      return true;
    }
    const text = data.toString().trim();
    const event = parse(text);
    if (event === null && text.startsWith('{')) return false;
    if (event !== null && typeof event['type'] === 'string' && SOUND.test(event['type'])) return true;
    const joined = event === null || this.#last === null ? undefined : join(this.#last, event, '', false, 0);
    if (joined === undefined) this.#begin(text, event);
    else this.#continue(joined as JsonObject, event as JsonObject);
    return true;
  }

  /** Something was lost on the way, or is too large to be looked at. */
  stop(): void {
    this.#full = true;
  }

  /** All lines; one that did not fit is cut. */
  text(): string {
    this.#write();
    const whole = Buffer.from(this.#lines.join('\n'));
    this.#full ||= whole.length > this.#limit;
    return wholeLetters(whole, this.#limit).toString();
  }

  #begin(text: string, event: JsonObject | null): void {
    this.#write();
    this.#lines.push(text);
    this.#last = event;
    this.#grow(Buffer.byteLength(text) + 1);
  }

  #write(): void {
    if (this.#isJoined) this.#lines[this.#lines.length - 1] = JSON.stringify(this.#last);
    this.#isJoined = false;
  }

  #continue(joined: JsonObject, event: JsonObject): void {
    this.#last = joined;
    this.#isJoined = true;
    this.#grow(addedBy(event, '', false));
  }

  /** What goes over the limit is still held, once, so that the text can be cut exactly there. */
  #grow(bytes: number): void {
    this.#size += bytes;
    this.#full ||= this.#size > this.#limit;
  }
}

/** As many bytes of a text as have room, cut between two letters. */
export function wholeLetters(text: Buffer, room: number): Buffer {
  if (text.length <= room) return text;
  let end = room;
  // The bytes that go on a letter begin with the bits 10.
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return text.subarray(0, end);
}

function parse(text: string): JsonObject | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return null;
  }
}

function join(before: Json, next: Json, name: string, inDelta: boolean, depth: number): Joined {
  if (typeof before === 'string' && typeof next === 'string' && inDelta && TEXTS.has(name)) return before + next;
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null)
    return before === next ? before : undefined;
  if (depth > DEEPEST) return undefined;
  const names = Object.keys(before);
  if (Array.isArray(before) !== Array.isArray(next) || names.length !== Object.keys(next).length) return undefined;
  const joined: [string, Json][] = [];
  for (const member of names) {
    const a = (before as JsonObject)[member];
    const b = (next as JsonObject)[member];
    if (a === undefined || b === undefined) return undefined;
    const isDelta = inDelta || member === 'delta';
    const value = NOISE.has(member) ? a : join(a, b, member, isDelta, depth + 1);
    if (value === undefined) return undefined;
    joined.push([member, value]);
  }
  return Array.isArray(before) ? joined.map(([, value]) => value) : Object.fromEntries(joined);
}

/** How many bytes an event's text adds to the one before it. */
function addedBy(value: Json, name: string, inDelta: boolean): number {
  if (typeof value === 'string') return inDelta && TEXTS.has(name) ? Buffer.byteLength(value) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [member, inner]: [string, Json]) => sum + addedBy(inner, member, inDelta || member === 'delta'),
    0,
  );
}
