import type { Account, KeySource } from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { Secret, SecretResult } from '../secrets/secret.ts';
import { readSecret } from '../secrets/secret-source.ts';
import type { Dispatch } from './dispatch.ts';
import { Logins, type LoginsOptions } from './logins.ts';
import { CHATGPT_LOGIN, type LoginServer, renewLogin } from './oauth.ts';

/** What a key ring needs of the rest of the house. */
export interface KeyRingOptions extends Pick<LoginsOptions, 'changed' | 'now' | 'after'> {
  readonly redactor: { protect(secret: string): void };
  readonly keychain: Keychain;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Stands in for ChatGPT's own in tests. */
  readonly loginServer: LoginServer | undefined;
  readonly settings: { readonly current: { readonly accounts: readonly Account[] } };
  readonly dispatch: Pick<Dispatch, 'pool'>;
}

/** Fetches what an account's sources name, a key or a login, and sees to it that nothing of it is ever shown. */
export class KeyRing {
  readonly logins: Logins;
  readonly #options: KeyRingOptions;

  constructor(options: KeyRingOptions) {
    const { loginServer: server = CHATGPT_LOGIN, now, settings, dispatch } = options;
    const { origin } = new URL(server.tokenEndpoint);
    this.#options = options;
    this.logins = new Logins({
      ...options,
      renew: (name, login, signal) => {
        const account = settings.current.accounts.find((one) => isCodexLogin(one) && namesLogin(one, name));
        return renewLogin(login, { server, now, signal, dispatcher: dispatch.pool(origin, account?.proxy) });
      },
      protect: (secret) => {
        options.redactor.protect(secret);
      },
    });
  }

  /** The token that takes the place of a login's that was refused; null where there is none. */
  renewed({ login, value }: Secret): Promise<Secret | null> {
    return login === undefined ? Promise.resolve(null) : this.logins.renewed(login, value);
  }

  /** The secret from one source of an account. */
  async read(source: KeySource, account: Account): Promise<SecretResult> {
    const { keychain, environment, redactor } = this.#options;
    if (isCodexLogin(account) && 'keychain' in source) return this.logins.secret(source.keychain);
    const result = await readSecret(source, keychain, environment);
    if ('secret' in result) redactor.protect(result.secret.value);
    return result;
  }
}

function namesLogin({ keys }: Account, name: string): boolean {
  return keys.some((source) => 'keychain' in source && source.keychain === name);
}
