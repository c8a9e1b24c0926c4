import { type Envelope, isFault, scan, textOf } from '../envelope/scan.ts';
import type { WatchNode } from '../envelope/watch.ts';
import { type AnswerFacts, type AnswerReader, NOTHING_SAID } from './dialect.ts';

/** A whole JSON answer larger than this is passed on without its usage being read. */
const MAX_BODY = 16 * 1024 * 1024;

const OPEN_OBJECT = 123;

/** The side view of a whole JSON answer: its chunks are kept by reference until it ends, up to a limit, and read then. */
export class BodyReader implements AnswerReader {
  readonly #watched: WatchNode;
  readonly #read: (members: AnswerMembers) => AnswerFacts;
  #chunks: Buffer[] = [];
  #size = 0;
  readonly started = false;
  readonly mayEnd = true;
  complete = false;
  facts = NOTHING_SAID;

  constructor(watched: WatchNode, read: (members: AnswerMembers) => AnswerFacts) {
    this.#watched = watched;
    this.#read = read;
  }

  push(chunk: Buffer): void {
    // Speech, or a list: nothing of it would be read, so nothing is kept.
    if (this.#size === 0 && (chunk.find((byte) => byte > 32) ?? OPEN_OBJECT) !== OPEN_OBJECT) this.#size = MAX_BODY;
    this.#size += chunk.length;
    if (this.#size <= MAX_BODY) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  end(): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length === 0) return;
    const [first] = chunks;
    const members = readMembers(
      chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks),
      this.#watched,
    );
    if (members === null) return;
    this.complete = true;
    this.facts = this.#read(members);
  }
}

/** Reads single members out of an answer without building the rest of it. */
export interface AnswerMembers {
  text(path: string): string | null;
  json(path: string): unknown;
}

/** Looks into an answer or an event; null when it is not one JSON object. */
export function readMembers(bytes: Buffer, watched: WatchNode): AnswerMembers | null {
  const envelope = scan(bytes, watched);
  if (isFault(envelope)) return null;
  return {
    text: (path) => {
      const member = last(envelope, path);
      return member === undefined ? null : textOf(bytes, member);
    },
    json: (path) => {
      const member = last(envelope, path);
      return member === undefined
        ? null
        : (JSON.parse(bytes.toString('utf8', member.valueStart, member.valueEnd)) as unknown);
    },
  };
}

/** Most readers let the last of equal names win; an answer is not judged, so the gateway does as they do. */
function last({ occurrences }: Envelope, path: string): Envelope['occurrences'][number] | undefined {
  return occurrences.findLast((occurrence) => occurrence.path === path && occurrence.exact);
}
