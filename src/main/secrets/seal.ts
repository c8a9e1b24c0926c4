import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;

/** What a sealed text begins with: what it is, and in which form. */
const MARK = Buffer.from('TGS1');

/** As many bytes as GCM works best with; drawn anew for every text, which is safe for some billions of them a key. */
const NONCE_BYTES = 12;

/** The length of a key, in bytes. */
export const SEAL_KEY_BYTES = 32;

/** Encrypts a text, so that it can be opened with the same key, for the same thing, and unchanged only. */
export function seal(key: Buffer, about: string, text: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([MARK, Buffer.from(about)]));
  const sealed = [cipher.update(text), cipher.final()];
  return Buffer.concat([MARK, nonce, ...sealed, cipher.getAuthTag()]);
}

/** Opens what was sealed; null where the key or the thing is another one, or a byte is. */
export function unseal(key: Buffer, about: string, sealed: Buffer): Buffer | null {
  const from = MARK.length + NONCE_BYTES;
  const end = sealed.length - TAG_BYTES;
  if (end < from || !sealed.subarray(0, MARK.length).equals(MARK)) return null;
  const nonce = sealed.subarray(MARK.length, from);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([MARK, Buffer.from(about)]));
  decipher.setAuthTag(sealed.subarray(end));
  const text = decipher.update(sealed.subarray(from, end));
  try {
    return Buffer.concat([text, decipher.final()]);
  } catch {
    return null;
  }
}
