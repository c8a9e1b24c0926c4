import { type JsonNode, jsonPrefix } from './json-text.ts';
import { REFUSED, type Seen } from './seen.ts';

/** cJSON gives up below this many open containers. */
const C_DEPTH = 1000;

/**
 * What a C program sees that uses cJSON: names and texts end at their first U+0000, names are compared without regard to
 * ASCII letter case, the first of two wins, a byte order mark and whatever follows the value are skipped, and control
 * characters are blanks.
 */
export function cSees(bytes: Uint8Array, path: readonly string[]): Seen {
  const text = cText(new TextDecoder().decode(bytes));
  const prefix = jsonPrefix(Array.from(text, (letter) => (letter < ' ' ? ' ' : letter)).join(''), C_DEPTH);
  if (prefix === null) return REFUSED;
  let node: JsonNode | undefined = prefix.node;
  for (const name of path) {
    node = node?.kind === 'object' ? node.members.find(([key]) => nameOf(key) === name)?.[1] : undefined;
  }
  return node?.kind === 'string' ? cText(node.text) : null;
}

function nameOf(key: string): string {
  return cText(key).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function cText(text: string): string {
  return text.split('\0', 1)[0] ?? '';
}
