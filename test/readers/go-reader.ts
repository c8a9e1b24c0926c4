import { type JsonNode, jsonPrefix } from './json-text.ts';
import { REFUSED, type Seen } from './seen.ts';

/** Go gives up below this many open containers. */
const GO_DEPTH = 10_000;

/**
 * What a Go program sees that fills a struct with encoding/json's Decoder: names fold letter case (also U+017F and U+212A),
 * the last of two names wins, `null` changes nothing, equal objects are merged, what follows the value is not read, broken
 * UTF-8 and lone surrogates are repaired.
 */
export function goSees(bytes: Uint8Array, path: readonly string[]): Seen {
  const prefix = jsonPrefix(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), GO_DEPTH);
  if (prefix === null) return REFUSED;
  if (prefix.node.kind === 'null') return null;
  const field: Field = { text: null, mismatch: prefix.node.kind !== 'object' };
  fill(prefix.node, path, field);
  return field.mismatch ? REFUSED : field.text;
}

interface Field {
  text: string | null;
  mismatch: boolean;
}

function fill(node: JsonNode, [name, ...deeper]: readonly string[], field: Field): void {
  if (node.kind !== 'object' || name === undefined) return;
  for (const [key, value] of node.members) {
    if (foldName(key) !== foldName(name) || value.kind === 'null') continue;
    if (deeper.length > 0) {
      if (value.kind === 'object') fill(value, deeper, field);
      else field.mismatch = true;
    } else if (value.kind === 'string') field.text = value.text.toWellFormed();
    else field.mismatch = true;
  }
}

function foldName(name: string): string {
  return name
    .toWellFormed()
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase();
}
