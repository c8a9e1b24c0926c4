import type { Envelope, Occurrence } from './scan.ts';

/** Bytes to put in the place of others; start and end are offsets in the original. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** JSON text. */
  readonly text: string;
}

/** Puts another value in the place of a member's value. */
export function replaceValue(occurrence: Occurrence, value: string): Edit {
  return { start: occurrence.valueStart, end: occurrence.valueEnd, text: JSON.stringify(value) };
}

/**
 * Cuts members out, each with one of its commas. A member that still has a kept one before it in its object takes the
 * comma before it, the others take the comma after, so that any set of members can go at once.
 */
export function removeMembers(occurrences: readonly Occurrence[]): Edit[] {
  if (occurrences.length === 0) return [];
  return occurrences.map((member) => {
    const goingBefore = occurrences.filter(
      ({ objectStart, ordinal }) => objectStart === member.objectStart && ordinal < member.ordinal,
    ).length;
    if (goingBefore < member.ordinal) return { start: member.commaBefore, end: member.valueEnd, text: '' };
    const end = member.commaAfter === -1 ? member.valueEnd : member.commaAfter + 1;
    return { start: member.keyStart, end, text: '' };
  });
}

/** Adds a member at the end of the document's object. */
export function insertMember({ lastMemberEnd, memberCount }: Envelope, name: string, value: string): Edit {
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return { start: lastMemberEnd, end: lastMemberEnd, text: memberCount === 0 ? member : `,${member}` };
}

/** Makes the edited copy; the original stays as it is, because another account may need other edits of it. */
export function applyEdits(original: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return original;
  const ordered = edits.map(({ start, end, text }) => ({
    start,
    end,
    bytes: text === '' ? NOTHING : Buffer.from(text),
  }));
  if (ordered.length > 1) ordered.sort((a, b) => a.start - b.start);
  const growth = ordered.reduce((sum, { start, end, bytes }) => sum + bytes.length - (end - start), 0);
  const result = Buffer.allocUnsafe(original.length + growth);
  let read = 0;
  let written = 0;
  for (const { start, end, bytes } of ordered) {
    written += original.copy(result, written, read, start);
    written += bytes.copy(result, written);
    read = end;
  }
  original.copy(result, written, read);
  return result;
}

const NOTHING = Buffer.alloc(0);
