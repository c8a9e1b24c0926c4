import { type Envelope, isFault, scan, textOf } from '../envelope/scan.ts';
import type { WatchNode } from '../envelope/watch.ts';

/** A whole JSON answer larger than this is passed on without its usage being read. */
const MAX_BODY = 16 * 1024 * 1024;

/** Keeps the chunks of a whole JSON answer by reference until it ends, up to a limit. */
export class BodyCollector {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= MAX_BODY) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** The body, or null when it was too large to keep. */
  take(): Buffer | null {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#size === 0 || this.#size > MAX_BODY) return null;
    return chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks);
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
