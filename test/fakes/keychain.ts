import { TiergateError } from '../../src/shared/errors.ts';
import type { Keychain, KeychainEntry } from '../../src/main/secrets/keychain.ts';

/** A keychain in memory, which can also be missing. */
export class FakeKeychain implements Keychain {
  readonly entries = new Map<string, string>();
  /** Why every call fails; null while the keychain works. */
  missing: string | null = null;
  /** Resolved before each answer; a test can hold answers back with it. */
  gate: Promise<unknown> = Promise.resolve();

  get(name: string): Promise<string | null> {
    return this.#run(() => this.entries.get(name) ?? null);
  }

  set(name: string, value: string): Promise<void> {
    return this.#run(() => {
      this.entries.set(name, value);
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#run(() => this.entries.delete(name));
  }

  list(): Promise<readonly KeychainEntry[]> {
    return this.#run(() =>
      [...this.entries].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }

  async #run<Result>(action: () => Result): Promise<Result> {
    await this.gate;
    if (this.missing !== null) throw new TiergateError('keychain_unavailable', this.missing);
    return action();
  }
}
