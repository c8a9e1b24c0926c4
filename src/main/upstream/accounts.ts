import { type Account, SANDBOX_ACCOUNT, isSandbox } from '../../shared/account.ts';
import type { AccountState } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import type { DialectName } from '../../shared/turn.ts';
import type { Secret, SecretResult } from '../secrets/secret.ts';
import { sourceName } from '../secrets/secret-source.ts';

/** An account with its keys in hand and its address worked out. */
export interface ReadyAccount {
  readonly account: Account;
  readonly origin: string;
  /** What the account's base URL puts before a route, such as `/v1`. */
  readonly basePath: string;
  /** In the order of the settings, with the reason for each that is missing. */
  readonly keys: readonly { readonly source: string; readonly result: SecretResult }[];
}

/** The account for a turn, with the key to send; null for an upstream that takes none. */
export interface ChosenAccount {
  readonly ready: ReadyAccount;
  readonly secret: Secret | null;
}

/** What the accounts need from other rooms. */
export interface AccountsOptions {
  readonly readSecret: (source: Account['keys'][number]) => Promise<SecretResult>;
  /** Where the sandbox listens. */
  readonly sandboxUrl: () => string;
}

/** The accounts of the settings, ready to be sent to. */
export class Accounts {
  readonly #options: AccountsOptions;
  #settings: readonly Account[] = [];
  /** In the order of the settings. */
  #ready: readonly ReadyAccount[] = [];
  #byPriority: readonly ReadyAccount[] = [];
  #loading: Promise<void> = Promise.resolve();

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Takes the accounts of new settings and fetches their keys; in force when it resolves. */
  load(accounts: readonly Account[]): Promise<void> {
    this.#settings = accounts.length === 0 ? [SANDBOX_ACCOUNT] : accounts;
    const wanted = this.#settings;
    const loading = this.#loading.then(async () => {
      const ready = await Promise.all(wanted.map((account) => this.#prepare(account)));
      if (wanted !== this.#settings) return;
      this.#ready = ready;
      this.#byPriority = [...ready].sort((a, b) => a.account.priority - b.account.priority);
    });
    // One that failed must not fail all that come after it.
    this.#loading = loading.catch(() => undefined);
    return loading;
  }

  /** Asks for the keys again, for instance after a keychain was unlocked. */
  reload(): Promise<void> {
    return this.load(this.#settings);
  }

  /** The account for a turn, the lowest priority number first; a failure names what is in the way. */
  choose(dialect: DialectName, model: string): Promise<ChosenAccount | GatewayError> {
    return this.#choose(dialect, ({ account }) => servesModel(account.modelMapping, model), model);
  }

  /** The account for a session whose model is not known yet. */
  chooseForSession(dialect: DialectName): Promise<ChosenAccount | GatewayError> {
    return this.#choose(dialect, () => true, '');
  }

  async #choose(
    dialect: DialectName,
    serves: (ready: ReadyAccount) => boolean,
    model: string,
  ): Promise<ChosenAccount | GatewayError> {
    const chosen = this.#pick(dialect, serves, model);
    if (!('code' in chosen) || chosen.code !== 'key_unavailable') return chosen;
    // A keychain may have been unlocked since; the choice is then made anew.
    await this.reload();
    return this.#pick(dialect, serves, model);
  }

  #pick(dialect: DialectName, serves: (ready: ReadyAccount) => boolean, model: string): ChosenAccount | GatewayError {
    let speaking = false;
    let keyless: ReadyAccount | null = null;
    for (const ready of this.#byPriority) {
      if (!ready.account.enabled || !speaks(ready.account, dialect)) continue;
      speaking = true;
      if (!serves(ready)) continue;
      const secret = firstSecret(ready);
      if (secret !== null || ready.keys.length === 0) return { ready, secret };
      keyless ??= ready;
    }
    if (keyless !== null) return gatewayError('key_unavailable', keyProblem(keyless));
    return speaking ? gatewayError('model_not_served', model) : gatewayError('account_missing');
  }

  /** One account by its id. */
  find(id: string): ReadyAccount | null {
    return this.#ready.find(({ account }) => account.id === id) ?? null;
  }

  /** The accounts as the window may know them. */
  states(): AccountState[] {
    return this.#ready.map(({ account, keys }) => ({
      id: account.id,
      provider: account.provider,
      kind: account.kind,
      baseUrl: account.baseUrl,
      enabled: account.enabled,
      sandbox: isSandbox(account),
      priority: account.priority,
      openTurns: 0,
      concurrency: account.concurrency === 0 ? null : account.concurrency,
      waiting: 0,
      breaker: null,
      quotas: [],
      resting: null,
      keys: keys.map(({ source, result }) => ({
        source,
        fingerprint: 'secret' in result ? result.secret.fingerprint : null,
        lastFour: 'secret' in result ? result.secret.lastFour : null,
        problem: 'problem' in result ? result.problem : null,
        state: 'secret' in result ? 'ready' : 'missing',
        reason: null,
        until: null,
      })),
    }));
  }

  async #prepare(account: Account): Promise<ReadyAccount> {
    const { origin, pathname } = new URL(isSandbox(account) ? this.#options.sandboxUrl() : account.baseUrl);
    const keys = account.keys.map(async (source) => ({
      source: sourceName(source),
      result: await this.#options.readSecret(source),
    }));
    return { account, origin, basePath: pathname.replace(/\/+$/, ''), keys: await Promise.all(keys) };
  }
}

/** Anthropic's own API speaks Messages and nothing else. */
function speaks({ provider }: Account, dialect: DialectName): boolean {
  return (provider === 'anthropic') === (dialect === 'messages');
}

function firstSecret({ keys }: ReadyAccount): Secret | null {
  for (const { result } of keys) if ('secret' in result) return result.secret;
  return null;
}

function keyProblem({ account, keys }: ReadyAccount): string {
  const problems = keys.flatMap(({ result }) => ('problem' in result ? [result.problem] : []));
  return `"${account.id}" has no usable key: ${problems.join('; ')}. Store one with "tiergate key set NAME", or set the variable before the gateway starts.`;
}
