import { isFault, scan } from '../envelope/scan.ts';
import { type Edit, applyEdits } from '../envelope/edit.ts';
import { watch } from '../envelope/watch.ts';

const WATCHED = watch({ input: { '[]': { type: true, encrypted_content: true } } });

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = new Set([91, 123]);
const CLOSE = new Set([93, 125]);

/**
 * A Responses body without the items that only the upstream that made them can decrypt; the same buffer where there are
 * none. Whole items go, since a reasoning item without its content means nothing to an upstream that stores nothing.
 */
export function withoutEncryptedItems(bytes: Buffer): Buffer {
  const envelope = scan(bytes, WATCHED);
  if (isFault(envelope)) return bytes;
  const going = new Set(
    envelope.occurrences
      .filter(({ path, kind }) => path === 'input.[].encrypted_content' && kind === 'string')
      .map(({ objectStart }) => objectStart),
  );
  const input = envelope.occurrences.find(({ path, kind }) => path === 'input' && kind === 'array');
  if (going.size === 0 || input === undefined) return bytes;
  const items = itemsOf(bytes, input.valueStart, input.valueEnd);
  return applyEdits(bytes, removals(items, going));
}

interface Item {
  readonly start: number;
  /** After its last byte; what follows is its comma, if it has one. */
  readonly end: number;
  /** The comma before it, or -1 for the first. */
  readonly comma: number;
}

/** An item that still has a kept one before it goes with the comma before it, the others with the comma after. */
function removals(items: readonly Item[], going: ReadonlySet<number>): Edit[] {
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
