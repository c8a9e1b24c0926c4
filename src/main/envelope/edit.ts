import type { Envelope, Occurrence } from './scan.ts';

/** Bytes to put in the place of others; start and end are offsets in the original. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** JSON text. */
  readonly text: string;
}

/** Puts another value in the place of a member's value. */
export function replaceValue(occurrence: Occurrence, value: string | boolean): Edit {
  return { start: occurrence.valueStart, end: occurrence.valueEnd, text: JSON.stringify(value) };
}

/**
 * Cuts members out, each with one of its commas. A member that still has a kept one before it in its object takes the
 * comma before it, the others take the comma after, so that any set of members can go at once.
 */
export function removeMembers(occurrences: readonly Occurrence[]): Edit[] {
  // In order, so that one pass counts: a body of a few kilobytes may unpack to a member that is there a million times.
  const ordered =
    occurrences.length < 2
      ? occurrences
      : [...occurrences].sort((a, b) => a.objectStart - b.objectStart || a.ordinal - b.ordinal);
  let object = -1;
  let goingBefore = 0;
  let last = -1;
  return ordered.map((member) => {
    if (member.objectStart !== object) goingBefore = 0;
    else if (member.ordinal !== last) goingBefore += 1;
    object = member.objectStart;
    last = member.ordinal;
    if (goingBefore < member.ordinal) return { start: member.commaBefore, end: member.valueEnd, text: '' };
    const end = member.commaAfter === -1 ? member.valueEnd : member.commaAfter + 1;
    return { start: member.keyStart, end, text: '' };
  });
}

/** Adds a member at the end of the document's object. */
export function insertMember({ lastMemberEnd, memberCount }: Envelope, name: string, value: string | boolean): Edit {
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return { start: lastMemberEnd, end: lastMemberEnd, text: memberCount === 0 ? member : `,${member}` };
}

/**
 * The edited document in pieces: views of the original, with what is put in between them. The original stays as it is,
 * because another account may need other edits of it, and nothing of it is copied.
 */
export function editedPieces(original: Buffer, edits: readonly Edit[]): readonly Buffer[] {
  if (edits.length === 0) return [original];
  const ordered = edits.length === 1 ? edits : [...edits].sort((a, b) => a.start - b.start);
  const pieces: Buffer[] = [];
  let read = 0;
  for (const { start, end, text } of ordered) {
    if (start > read) pieces.push(original.subarray(read, start));
    if (text !== '') pieces.push(Buffer.from(text));
    read = end;
  }
  if (read < original.length) pieces.push(original.subarray(read));
  return pieces;
}

/** Pieces as one; a single one as it is. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

/** Makes the edited copy. */
export function applyEdits(original: Buffer, edits: readonly Edit[]): Buffer {
  return joined(editedPieces(original, edits));
}
