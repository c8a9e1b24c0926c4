import {
  type Account,
  type KeySource,
  type Provider,
  SANDBOX_ACCOUNT,
  isSandbox,
  speaksOf,
} from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import type { AccountState } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { mapModel, servesModel } from '../../shared/model.ts';
import type { DialectName } from '../../shared/turn.ts';
import type { Secret, SecretResult } from '../secrets/secret.ts';
import { sourceName } from '../secrets/secret-source.ts';
import { HOME_ACCOUNTS } from './own-key.ts';
import { within } from './patience.ts';
import { type Said, say } from '../../shared/sentences.ts';

/** How long a key is waited for; what comes later is taken then. */
const PATIENCE_MS = 5000;

/** How soon the keys of an account that is passed over for want of one are asked for again. */
const ASK_AGAIN_MS = 60_000;

/** An account with its keys in hand and its address worked out. */
export interface ReadyAccount {
  readonly account: Account;
  readonly origin: string;
  /** What the account's base URL puts before a route, such as `/v1`. */
  readonly basePath: string;
  /** In the order of the settings, with the reason for each that is missing. */
  readonly keys: readonly { readonly source: string; readonly result: SecretResult }[];
  /** Those of them that are there. */
  readonly secrets: readonly Secret[];
}

/** What the accounts need from other rooms. */
export interface AccountsOptions {
  readonly readSecret: (source: KeySource, account: Account) => Promise<SecretResult>;
  /** Whether an account's secrets are known to be worth nothing any more, and asking for them again may help. */
  readonly isStale?: (account: Account) => boolean;
  /** Where the sandbox listens. */
  readonly sandboxUrl: () => string;
  /** Keys came that nobody waits for any more. */
  readonly changed: () => void;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/** The accounts of the settings, ready to be sent to. */
export class Accounts {
  readonly #options: AccountsOptions;
  #settings: readonly Account[] = [];
  /** In the order of the settings. */
  #ready: readonly ReadyAccount[] = [];
  #byPriority: readonly ReadyAccount[] = [];
  #loading: Promise<void> = Promise.resolve();
  #reloading: Promise<void> | null = null;
  #askedAt = -Infinity;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Takes the accounts of new settings and fetches their keys, but waits for none for long; in force when it resolves. */
  load(accounts: readonly Account[]): Promise<void> {
    this.#settings = accounts.length === 0 ? [SANDBOX_ACCOUNT] : accounts;
    const wanted = this.#settings;
    this.#askedAt = this.#options.now();
    const loading = this.#loading.then(async () => {
      const ready = await Promise.all(wanted.map((account) => this.#prepare(account)));
      if (wanted === this.#settings) this.#put(ready);
    });
    // One that failed must not fail all that come after it.
    this.#loading = loading.catch(() => undefined);
    return loading;
  }

  /** Asks for the keys again, for instance after a keychain was unlocked; once for however many turns want it. */
  reload(): Promise<void> {
    this.#reloading ??= this.load(this.#settings).finally(() => {
      this.#reloading = null;
    });
    return this.#reloading;
  }

  /** In the order of the settings. */
  get ready(): readonly ReadyAccount[] {
    return this.#ready;
  }

  /**
   * The accounts that can answer a turn, the lowest priority number first; a failure names what is in the way. A promise
   * only where keys have to be asked for again, as after a keychain was unlocked or a login has ended. Null is a model that nobody has named yet.
   */
  serving(
    dialect: DialectName,
    model: string | null,
    provider: Wanted['provider'] = null,
  ): readonly ReadyAccount[] | GatewayError | Promise<readonly ReadyAccount[] | GatewayError> {
    const wanted = { dialect, model, provider };
    const found = this.#serving(wanted);
    const { isStale } = this.#options;
    const missing =
      'code' in found
        ? found.code === 'key_unavailable'
        : isStale !== undefined && found.some(({ account }) => isStale(account));
    if (!missing) return found;
    return this.reload().then(() => this.#serving(wanted));
  }

  #serving(wanted: Wanted): readonly ReadyAccount[] | GatewayError {
    const { model } = wanted;
    const enabled = this.#byPriority.filter(({ account }) => account.enabled);
    const straight = enabled.filter(({ account }) => fitOf(account, wanted) === 'straight');
    // Whoever speaks the tool's own protocol comes before those that must be translated for.
    const fitting = [...straight, ...enabled.filter(({ account }) => fitOf(account, wanted) === 'translated')];
    if (fitting.length === 0) {
      const unnamed = enabled.some(({ account }) => fitOf(account, wanted) === 'unnamed');
      return unnamed ? gatewayError('model_not_served', model ?? '') : gatewayError('account_missing');
    }
    const serving =
      model === null ? fitting : fitting.filter(({ account }) => servesModel(account.modelMapping, model));
    const usable = serving.filter(({ keys, secrets }) => keys.length === 0 || secrets.length > 0);
    if (usable.length > 0 && usable.length < serving.length) this.#askAgain();
    if (usable.length > 0) return usable;
    const [keyless] = serving;
    return keyless === undefined
      ? gatewayError('model_not_served', model ?? '')
      : gatewayError('key_unavailable', keyProblem(keyless));
  }

  /**
   * The account by whose address a tool's own key goes up: the first in order of an allowed provider that speaks the tool's
   * protocol, else the provider's own address. Never a login's, whose backend knows no keys, and never by translation, since
   * a key for one provider is not another's.
   */
  carrying(wanted: Wanted, allowed: readonly Provider[]): ReadyAccount | GatewayError {
    const { model } = wanted;
    const isFor = ({ account }: ReadyAccount): boolean =>
      account.kind === 'apikey' && fitOf(account, wanted) === 'straight';
    const fitting = this.#byPriority.filter((ready) => ready.account.enabled && isFor(ready));
    const mine = fitting.filter(({ account }) => allowed.includes(account.provider));
    const homes = HOME_ACCOUNTS.map((account) => this.#address(account)).filter(isFor);
    const found = mine.length > 0 ? mine : homes.filter(({ account }) => allowed.includes(account.provider));
    const [home] = found;
    if (home === undefined)
      return gatewayError('own_key_refused', (fitting[0] ?? homes[0])?.account.provider ?? wanted.dialect);
    const serving = found.find(({ account }) => model === null || servesModel(account.modelMapping, model));
    return serving ?? gatewayError('model_not_served', model ?? '');
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
    const keys = account.keys.map(async (source) => ({
      source: sourceName(source),
      result: await this.#read(source, account),
    }));
    return withKeys(this.#address(account), await Promise.all(keys));
  }

  async #read(source: KeySource, account: Account): Promise<SecretResult> {
    const { readSecret, after } = this.#options;
    const reading = readSecret(source, account);
    const result = await within(reading, PATIENCE_MS, after);
    if (result !== null) return result;
    const instead = this.#before(source, account) ?? {
      problem: say('key_late', { name: 'env' in source ? source.env : source.keychain }),
    };
    void this.#takeLate(reading, instead);
    return instead;
  }

  /** The secret that a source had before, where that may still be good. */
  #before(source: KeySource, account: Account): SecretResult | null {
    const ready = this.find(account.id);
    if (ready?.account.kind !== account.kind || this.#options.isStale?.(account) === true) return null;
    const result = ready.keys.find((key) => key.source === sourceName(source))?.result;
    return result !== undefined && 'secret' in result ? { secret: result.secret } : null;
  }

  /** Puts what has come late in the place of what was taken instead of it, if that is still there. */
  async #takeLate(reading: Promise<SecretResult>, instead: SecretResult): Promise<void> {
    const result = await reading;
    await this.#loading;
    if (!this.#ready.some(({ keys }) => keys.some((key) => key.result === instead))) return;
    this.#put(
      this.#ready.map((ready) =>
        withKeys(
          ready,
          ready.keys.map((key) => (key.result === instead ? { ...key, result } : key)),
        ),
      ),
    );
    this.#options.changed();
  }

  /** Looks now and then for keys that are missing while other accounts answer, as after a keychain was unlocked. */
  #askAgain(): void {
    if (this.#options.now() - this.#askedAt < ASK_AGAIN_MS) return;
    void this.reload().then(() => {
      this.#options.changed();
    });
  }

  #put(ready: readonly ReadyAccount[]): void {
    this.#ready = ready;
    this.#byPriority = [...ready].sort((a, b) => a.account.priority - b.account.priority);
  }

  #address(account: Account): ReadyAccount {
    const { origin, pathname } = new URL(isSandbox(account) ? this.#options.sandboxUrl() : account.baseUrl);
    const path = pathname.replace(/\/+$/, '');
    // Anthropic's own tools name the address without the version.
    const basePath = path === '' && account.provider === 'anthropic' ? '/v1' : path;
    return { account, origin, basePath, keys: [], secrets: [] };
  }
}

function withKeys(ready: ReadyAccount, keys: ReadyAccount['keys']): ReadyAccount {
  return { ...ready, keys, secrets: keys.flatMap(({ result }) => ('secret' in result ? [result.secret] : [])) };
}

/** What a turn asks of an account. */
interface Wanted {
  readonly dialect: DialectName;
  /** Whose the endpoints of `platform` are; null is any but Anthropic's. */
  readonly provider: 'anthropic' | null;
  /** Null where the request, or the session so far, names none. */
  readonly model: string | null;
}

/**
 * How an account can serve a turn: in the tool's own protocol, translated if its mapping allows, or not at all. Messages
 * are translated only for models that a mapping names, since no OpenAI model is called as Anthropic's are.
 */
export function fitOf(
  account: Account,
  { dialect, provider, model }: Wanted,
): 'straight' | 'translated' | 'unnamed' | null {
  if (dialect === 'platform') {
    // ChatGPT's backend has next to none of these endpoints, so it is asked last.
    if (isCodexLogin(account)) return provider === 'anthropic' ? null : 'translated';
    return (account.provider === 'anthropic') === (provider === 'anthropic') ? 'straight' : null;
  }
  const spoken = speaksOf(account);
  if (dialect === 'realtime' && isCodexLogin(account)) return null;
  if (dialect === 'realtime') return spoken.includes('responses') ? 'straight' : null;
  if (spoken.includes(dialect)) return 'straight';
  if (dialect === 'responses' || !spoken.includes('responses')) return null;
  const named = isSandbox(account) || mapModel(account.modelMapping, model ?? '') !== null;
  return dialect === 'chat' || named ? 'translated' : 'unnamed';
}

function keyProblem({ account, keys }: ReadyAccount): Said {
  const problems = keys.flatMap(({ result }) => ('problem' in result ? [result.problem] : []));
  return say('key_none', { account: account.id, problems: problems.join('; ') });
}
