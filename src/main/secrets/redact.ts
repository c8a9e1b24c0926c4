/** What stands in the place of a key. */
const MASK = '[key removed]';

/** Shorter values are not looked for: they would be found everywhere. */
const SHORTEST = 8;

/** Takes keys out of what is about to be logged, answered or written. */
export class Redactor {
  readonly #keys = new Set<string>();
  #values: readonly string[] = [];

  /** Looks for one more key from now on; a key that was replaced may still be on its way, so none is forgotten. */
  protect(key: string): void {
    if (key.length < SHORTEST || this.#keys.has(key)) return;
    this.#keys.add(key);
    // Longest first, so that a key that contains another is taken out whole.
    this.#values = [...new Set([...this.#values, ...spellings(key)])].sort((a, b) => b.length - a.length);
  }

  /** The text without any key; the same string when there is none in it. */
  text(text: string): string {
    let clean = text;
    for (const value of this.#values) if (clean.includes(value)) clean = clean.replaceAll(value, MASK);
    return clean;
  }

  /** The bytes without any key; the same buffer when there is none in it. */
  bytes(bytes: Buffer): Buffer {
    if (!this.#values.some((value) => bytes.includes(value))) return bytes;
    return Buffer.from(this.text(bytes.toString('latin1')), 'latin1');
  }
}

/** The ways in which a key can stand in a text. */
function spellings(key: string): string[] {
  return [
    key,
    encodeURIComponent(key),
    JSON.stringify(key).slice(1, -1),
    Buffer.from(key).toString('base64').replace(/=+$/, ''),
    Buffer.from(key).toString('base64url'),
  ];
}
