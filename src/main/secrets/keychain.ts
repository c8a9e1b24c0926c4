import type * as keytarModule from 'keytar';
import { TiergateError } from '../../shared/errors.ts';
import { type Said, say } from '../../shared/sentences.ts';

/** One entry of a keychain. */
export interface KeychainEntry {
  readonly name: string;
  readonly value: string;
}

/** The part of keytar that is used; an in-memory one stands in for it in tests. */
export interface Keychain {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<boolean>;
  /** Every entry that is Tiergate's, by name. */
  list(): Promise<readonly KeychainEntry[]>;
}

/**
 * Under which names the entries stand in the system's own keychain program: written under the first, found under all. A
 * later form of entry gets a name of its own in front, so that an update loses no key and a step back still finds its own.
 */
const SERVICES = ['Tiergate/1', 'Tiergate'] as const;
const [CURRENT, ...OLDER] = SERVICES;

/** The keychain of the operating system. Each call throws `keychain_unavailable` when there is none. */
export const systemKeychain: Keychain = {
  get: (name) =>
    use(async (keytar) => {
      for (const service of SERVICES) {
        const value = await keytar.getPassword(service, name);
        if (value !== null) return value;
      }
      return null;
    }),
  set: (name, value) =>
    use(async (keytar) => {
      await keytar.setPassword(CURRENT, name, value);
      // A key that was replaced must not come back with an older version.
      for (const service of OLDER) await keytar.deletePassword(service, name);
    }),
  remove: (name) =>
    use(async (keytar) => {
      const removed = await Promise.all(SERVICES.map((service) => keytar.deletePassword(service, name)));
      return removed.includes(true);
    }),
  list: () =>
    use(async (keytar) => {
      const found = new Map<string, string>();
      for (const service of SERVICES)
        for (const { account, password } of await keytar.findCredentials(service))
          if (!found.has(account)) found.set(account, password);
      return [...found].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
    }),
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
  const known: readonly (readonly [RegExp, Said])[] = [
    [/Failed to load keytar|libsecret/, say('keychain_library')],
    [/autolaunch D-Bus|DBUS_SESSION_BUS_ADDRESS/, say('keychain_bus')],
    [/org\.freedesktop\.secrets/, say('keychain_service')],
    [/collection|locked|prompt/i, say('keychain_locked')],
  ];
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? `${text.split('\n')[0] ?? ''}.`;
}
