import type { Edit } from '../envelope/edit.ts';
import type { Occurrence } from '../envelope/scan.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = new Set([91, 123]);
const CLOSE = new Set([93, 125]);

interface Item {
  readonly start: number;
  /** After its last byte; what follows is its comma, if it has one. */
  readonly end: number;
  /** The comma before it, or -1 for the first. */
  readonly comma: number;
}

/**
 * Cuts items out of an array, those that begin at these offsets. One that still has a kept one before it goes with the
 * comma before it, the others with the comma after.
 */
export function removeItems(
  bytes: Buffer,
  { valueStart, valueEnd }: Pick<Occurrence, 'valueStart' | 'valueEnd'>,
  going: ReadonlySet<number>,
): Edit[] {
  if (going.size === 0) return [];
  const items = itemsOf(bytes, valueStart, valueEnd);
  let kept = 0;
  return items.flatMap((item, index): Edit[] => {
    if (!going.has(item.start)) {
      kept += 1;
      return [];
    }
    if (kept > 0) return [{ start: item.comma, end: item.end, text: '' }];
    const next = items[index + 1];
    return [{ start: item.start, end: next === undefined ? item.end : next.comma + 1, text: '' }];
  });
}

/** The items of an array that is known to be JSON. */
function itemsOf(bytes: Buffer, start: number, end: number): Item[] {
  const items: Item[] = [];
  let comma = -1;
  let first = -1;
  let last = -1;
  let depth = 0;
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === COMMA && depth === 0) {
      items.push({ start: first, end: last + 1, comma });
      comma = at;
      first = -1;
      continue;
    }
    if (byte > 32) {
      if (first === -1) first = at;
      last = at;
    }
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      last = at;
    } else if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte)) depth -= 1;
  }
  if (first !== -1) items.push({ start: first, end: last + 1, comma });
  return items;
}

function stringEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
