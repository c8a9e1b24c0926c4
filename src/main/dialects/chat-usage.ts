import { type Edit, insertMember } from '../envelope/edit.ts';
import type { Envelope } from '../envelope/scan.ts';
import { readMembers } from './answer-body.ts';
import { membersAt } from './member.ts';
import { watch } from '../envelope/watch.ts';

const OPTIONS = 'stream_options';
const INCLUDE = `${OPTIONS}.include_usage`;

/**
 * What makes a Chat stream end with its usage; empty where the tool asked for that itself, or wrote the options in a way
 * that only the upstream can judge.
 */
export function usageEdits(bytes: Buffer, envelope: Envelope): Edit[] {
  const [options, ...twins] = membersAt(envelope, OPTIONS);
  if (options === undefined) return [{ ...insertMember(envelope, OPTIONS, ''), text: addedMember(envelope) }];
  if (twins.length > 0 || !options.exact) return [];
  const start = options.valueStart;
  if (options.kind === 'null') return [{ start, end: options.valueEnd, text: '{"include_usage":true}' }];
  if (options.kind !== 'object') return [];
  const [include, ...others] = membersAt(envelope, INCLUDE);
  if (include === undefined) {
    const empty = bytes.toString('latin1', start + 1, options.valueEnd - 1).trim() === '';
    return [{ start: start + 1, end: start + 1, text: `"include_usage":true${empty ? '' : ','}` }];
  }
  // Of the values a flag can have, only `true` begins with t.
  const asks = include.kind === 'boolean' && bytes[include.valueStart] === 116;
  const flag = include.kind === 'boolean' || include.kind === 'null';
  if (others.length > 0 || !include.exact || asks || !flag) return [];
  return [{ start: include.valueStart, end: include.valueEnd, text: 'true' }];
}

function addedMember({ memberCount }: Envelope): string {
  return `${memberCount === 0 ? '' : ','}"${OPTIONS}":{"include_usage":true}`;
}

/** A longer event is no usage chunk, and is not held back. */
const MAX_HELD = 64 * 1024;

const NO_CHOICES = Buffer.from('"choices":');
const CHUNK = watch({ choices: true, usage: true });

/** Keeps the one chunk from a tool that it did not ask for: the usage at the end of a Chat stream. Everything else passes as it came. */
export class UsageFilter {
  #held: Buffer = Buffer.alloc(0);
  /** True inside an event too long to be looked at. */
  #passing = false;

  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const out: Buffer[] = [];
    let start = 0;
    for (let end = eventEnd(bytes, start); end !== -1; end = eventEnd(bytes, start)) {
      const event = bytes.subarray(start, end);
      if (this.#passing || !isUsage(event)) out.push(event);
      this.#passing = false;
      start = end;
    }
    const rest = bytes.subarray(start);
    if (this.#passing || rest.length > MAX_HELD) {
      this.#passing = true;
      // An event's end may be cut by the end of this piece.
      const safe = Math.max(0, rest.length - 3);
      out.push(rest.subarray(0, safe));
      this.#held = Buffer.from(rest.subarray(safe));
    } else {
      this.#held = Buffer.from(rest);
    }
    return out.length === 1 && out[0] !== undefined ? out[0] : Buffer.concat(out);
  }

  /** What was held back when the stream ended. */
  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return isUsage(rest) ? rest.subarray(0, 0) : rest;
  }
}

/** Where the event that begins here ends, its empty line included; -1 while it is not whole. */
function eventEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(10, from); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** True for an event without a choice whose usage is more than nothing. */
function isUsage(event: Buffer): boolean {
  if (event.indexOf(NO_CHOICES) === -1) return false;
  const data = /^data: ?(.*?)\r?$/m.exec(event.toString('utf8'))?.[1];
  const members = data === undefined ? null : readMembers(Buffer.from(data), CHUNK);
  if (members === null) return false;
  const choices = members.json('choices');
  return Array.isArray(choices) && choices.length === 0 && members.json('usage') !== null;
}
