import type { KeySource } from '../../shared/account.ts';
import { TiergateError } from '../../shared/errors.ts';
import { say } from '../../shared/sentences.ts';
import type { Keychain } from './keychain.ts';
import { type SecretResult, makeSecret } from './secret.ts';

/** Names a key source for people: `keychain openai/1`, `env OPENAI_API_KEY`. */
export function sourceName(source: KeySource): string {
  return 'env' in source ? `env ${source.env}` : `keychain ${source.keychain}`;
}

/** Reads a key from where the settings say it is kept. */
export async function readSecret(
  source: KeySource,
  keychain: Keychain,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SecretResult> {
  if ('env' in source) {
    const value = environment[source.env]?.trim();
    if (value === undefined || value === '') return { problem: say('key_variable', { name: source.env }) };
    return usableSecret(value);
  }
  try {
    const value = await keychain.get(source.keychain);
    if (value === null) return { problem: say('key_entry', { name: source.keychain }) };
    return usableSecret(value.trim());
  } catch (error) {
    if (error instanceof TiergateError) return { problem: error.message };
    throw error;
  }
}

/** Wraps a key, if it can go into a header line: a line break in it would be a second header. */
export function usableSecret(value: string): SecretResult {
  return /^[\x21-\x7e]+$/.test(value) ? { secret: makeSecret(value) } : { problem: say('key_blanks') };
}
