/** What stands in the place of a key. */
const MASK = '[key removed]';

/** Shorter values are not looked for: they would be found everywhere. */
const SHORTEST = 8;

/** Takes keys out of what is about to be logged, answered or written. */
export class Redactor {
  #values: readonly string[] = [];

  /** Replaces the list of keys in use; their coded spellings are looked for too. */
  protect(keys: Iterable<string>): void {
    const spellings = [...keys]
      .filter((key) => key.length >= SHORTEST)
      .flatMap((key) => [
        key,
        encodeURIComponent(key),
        JSON.stringify(key).slice(1, -1),
        Buffer.from(key).toString('base64').replace(/=+$/, ''),
      ]);
    // Longest first, so that a key that contains another is taken out whole.
    this.#values = [...new Set(spellings)].sort((a, b) => b.length - a.length);
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
