import { REFUSED, type Seen } from './seen.ts';

/** What a Node program sees: `JSON.parse` of the text, a byte order mark dropped and broken UTF-8 repaired; the last of two names wins. */
export function nodeSees(bytes: Uint8Array, path: readonly string[]): Seen {
  try {
    let value = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    for (const name of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
      value = (value as Record<string, unknown>)[name];
    }
    return typeof value === 'string' ? value : null;
  } catch {
    return REFUSED;
  }
}
