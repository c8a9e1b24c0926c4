import { type JsonNode, jsonText } from './json-text.ts';
import { REFUSED, type Seen } from './seen.ts';

/** What a reader sees that repairs nothing: two equal names in one object, lone surrogates and broken UTF-8 are errors. */
export function strictSees(bytes: Uint8Array, path: readonly string[]): Seen {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return REFUSED;
  }
  const root = jsonText(text);
  if (root?.kind !== 'object' || !isClean(root)) return REFUSED;
  let node: JsonNode | undefined = root;
  for (const name of path) {
    node = node?.kind === 'object' ? node.members.find(([one]) => one === name)?.[1] : undefined;
  }
  return node?.kind === 'string' ? node.text : null;
}

/** Walks without recursion, since a document may be deep. */
function isClean(root: JsonNode): boolean {
  const rest: JsonNode[] = [root];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node.kind === 'string' && !node.text.isWellFormed()) return false;
    if (node.kind === 'array') rest.push(...node.items);
    if (node.kind !== 'object') continue;
    const names = new Set(node.members.map(([name]) => name));
    if (names.size !== node.members.length) return false;
    for (const [name, value] of node.members) {
      if (!name.isWellFormed()) return false;
      rest.push(value);
    }
  }
  return true;
}
