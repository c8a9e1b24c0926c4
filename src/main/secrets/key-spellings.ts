/** Shorter pieces of base64 would be found everywhere. */
const SHORTEST_CODED = 10;

/**
 * The ways in which a key can stand in a text, apart from escapes: as it is, in hex, and in base64 by itself or at any place
 * within something longer, such as `user:key` of Basic authentication.
 */
export function spellings(key: string): string[] {
  const bytes = Buffer.from(key);
  const hex = bytes.toString('hex');
  const coded = [0, 1, 2].flatMap((offset) => base64Within(bytes, offset));
  return [key, hex, hex.toUpperCase(), ...coded.filter((text) => text.length >= SHORTEST_CODED)];
}

/** Base64 carries six bits a letter, so what stands for the key alone depends on where in a group of three it begins. */
function base64Within(bytes: Buffer, offset: number): string[] {
  const end = offset + bytes.length;
  // The letters at the borders hold bits of the neighbours too.
  const from = offset === 0 ? 0 : offset + 1;
  const to = end % 3 === 0 ? undefined : -1;
  return (['base64', 'base64url'] as const).flatMap((alphabet) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(alphabet)
      .replace(/=+$/, '');
    return offset === 0 ? [whole, whole.slice(0, to)] : [whole.slice(from, to)];
  });
}
