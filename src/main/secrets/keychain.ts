import type * as keytarModule from 'keytar';
import { TiergateError } from '../../shared/errors.ts';

/** The part of keytar that is used; an in-memory one stands in for it in tests. */
export interface Keychain {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<boolean>;
}

/** Under which name the entries stand in the system's own keychain program. */
const SERVICE = 'Tiergate';

/** The keychain of the operating system. Each call throws `keychain_unavailable` when there is none. */
export const systemKeychain: Keychain = {
  get: (name) => use((keytar) => keytar.getPassword(SERVICE, name)),
  set: (name, value) => use((keytar) => keytar.setPassword(SERVICE, name, value)),
  remove: (name) => use((keytar) => keytar.deletePassword(SERVICE, name)),
};

type Keytar = typeof keytarModule;

async function use<Result>(action: (keytar: Keytar) => Promise<Result>): Promise<Result> {
  try {
    // Late, because without libsecret the import itself throws, and a gateway with environment keys needs no keychain.
    // The default export, because Node sees only one of the native module's named ones.
    const { default: keytar } = (await import('keytar')) as unknown as { readonly default: Keytar };
    return await action(keytar);
  } catch (cause) {
    throw new TiergateError('keychain_unavailable', reason(cause), { cause });
  }
}

/** Names what is missing: the native errors have no codes, so their texts are all there is to go by. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const known: readonly (readonly [RegExp, string])[] = [
    [/Failed to load keytar|libsecret/, 'the library libsecret is not installed.'],
    [/autolaunch D-Bus|DBUS_SESSION_BUS_ADDRESS/, 'there is no D-Bus session, as on a machine without a desktop.'],
    [/org\.freedesktop\.secrets/, 'no Secret Service is running.'],
    [/collection|locked|prompt/i, 'the keyring is locked or has no login collection.'],
  ];
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? `${text.split('\n')[0] ?? ''}.`;
}
