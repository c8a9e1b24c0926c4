import { randomBytes } from 'node:crypto';
import { TiergateError } from '../../shared/errors.ts';
import type { Keychain } from './keychain.ts';
import { fingerprint } from './secret.ts';
import { SEAL_KEY_BYTES } from './seal.ts';
import { say } from '../../shared/sentences.ts';

/** Under which name a data folder's key stands in the keychain; no provider's key can have one like it. */
function entryName(home: string): string {
  return `capture:${fingerprint(home)}`;
}

/** The key that a data folder's prompts and answers are sealed with; null where there is none. Throws where there is something else. */
export async function readCaptureKey(keychain: Keychain, home: string): Promise<Buffer | null> {
  const entry = await keychain.get(entryName(home));
  if (entry === null) return null;
  const key = Buffer.from(entry.trim(), 'base64');
  if (key.length !== SEAL_KEY_BYTES)
    throw new TiergateError('capture_off', say('capture_key_odd', { name: entryName(home) }));
  return key;
}

/** The same, made where there is none. */
export async function ensureCaptureKey(keychain: Keychain, home: string): Promise<Buffer> {
  const before = await readCaptureKey(keychain, home);
  if (before !== null) return before;
  const key = randomBytes(SEAL_KEY_BYTES);
  await keychain.set(entryName(home), key.toString('base64'));
  return key;
}

/** Takes it away: what was sealed with it cannot be opened any more, wherever it has been copied to. */
export async function removeCaptureKey(keychain: Keychain, home: string): Promise<void> {
  await keychain.remove(entryName(home));
}
