import type { Keychain, KeychainEntry } from './keychain.ts';

/**
 * A keychain that is asked one thing at a time. Each call of the system's takes one of the few threads that Node also
 * resolves names with, so one that does not answer must not be asked again meanwhile.
 */
export class KeychainQueue implements Keychain {
  readonly #keychain: Keychain;
  #last: Promise<unknown> = Promise.resolve();

  constructor(keychain: Keychain) {
    this.#keychain = keychain;
  }

  get(name: string): Promise<string | null> {
    return this.#next(() => this.#keychain.get(name));
  }

  set(name: string, value: string): Promise<void> {
    return this.#next(() => this.#keychain.set(name, value));
  }

  remove(name: string): Promise<boolean> {
    return this.#next(() => this.#keychain.remove(name));
  }

  list(): Promise<readonly KeychainEntry[]> {
    return this.#next(() => this.#keychain.list());
  }

  #next<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(call);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
