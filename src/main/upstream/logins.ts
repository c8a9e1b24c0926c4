import type { Account, KeySource } from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { type Login, readLogin, writeLogin } from '../secrets/login.ts';
import { type Secret, type SecretResult, fingerprint } from '../secrets/secret.ts';
import { TiergateError } from '../../shared/errors.ts';
import { say } from '../../shared/sentences.ts';
import type { Renewal } from './oauth.ts';
import { within } from './patience.ts';

/** How long before its end an access token is renewed. */
const AHEAD_MS = 5 * 60_000;

/** After a failure that may pass, nobody is asked again before this. */
const PAUSE_MS = 30_000;

/** How long the end waits for renewals under way, and then for the keychain. */
const ENDING_MS = 5000;

/** Timers take no longer waits than 2³¹ - 1 ms. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** What logins need of the rest of the house. */
export interface LoginsOptions {
  readonly keychain: Keychain;
  readonly renew: (name: string, login: Login, signal: AbortSignal) => Promise<Renewal>;
  /** Looks for one more secret from now on. */
  readonly protect: (secret: string) => void;
  /** A login was renewed, or is over: whoever holds its token asks again. */
  readonly changed: (name: string) => void;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

function loginName(source: KeySource): string | null {
  return 'keychain' in source ? source.keychain : null;
}

/** What is known of one login. */
interface Known {
  /** The refresh token that was refused: it is never sent again, a newly imported one is. */
  refused: string | null;
  /** Why the last renewal failed, and when. */
  failed: { readonly reason: string; readonly at: number } | null;
  /** The access token the upstream refused before its time. */
  spent: string | null;
  /** When it was last renewed. */
  renewedAt: number;
  renewing: Promise<void> | null;
  /** Renewed, and not in the keychain yet because that is away: what is in there is worth nothing any more. */
  unsaved: Login | null;
  cancel: () => void;
  expiresAt: number;
}

/**
 * The logins to ChatGPT: their tokens stand in the keychain, are renewed ahead of their end, once for however many turns
 * want it, and written back before they are used. A login that is refused is over until it is imported again.
 */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #known = new Map<string, Known>();
  /** Ends the renewals that hang. */
  readonly #ending = new AbortController();
  #stopped = false;

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  /** A login's token, renewed first where it must be; what is in the way is a value. */
  async secret(name: string): Promise<SecretResult> {
    const known = this.#of(name);
    try {
      await known.renewing;
      const stored = await this.#read(name, known);
      if (stored === null) return { problem: say('login_none', { name }) };
      if (this.#isDue(known, stored)) {
        known.renewing ??= this.#renew(name, known, stored).finally(() => {
          known.renewing = null;
        });
        await known.renewing;
      }
      return await this.#result(name, known);
    } catch (error) {
      if (error instanceof TiergateError) return { problem: error.message };
      throw error;
    }
  }

  /** True while an account's login has ended and asking for it again could help, as after this machine has slept. */
  isStale(account: Account): boolean {
    if (this.#known.size === 0 || !isCodexLogin(account)) return false;
    const now = this.#options.now();
    return account.keys.map(loginName).some((name) => {
      const known = name === null ? undefined : this.#known.get(name);
      return known !== undefined && known.expiresAt <= now && known.refused === null && !isPausing(known, now);
    });
  }

  /** The upstream refused a token before its time: the one that takes its place, or null where there is none. */
  async renewed(name: string, accessToken: string): Promise<Secret | null> {
    const known = this.#of(name);
    known.spent = accessToken;
    const result = await this.secret(name);
    this.#options.changed(name);
    return 'secret' in result && result.secret.value !== accessToken ? result.secret : null;
  }

  /** Forgets what is known of a login that was imported or taken away. */
  forget(name: string): void {
    this.#known.get(name)?.cancel();
    this.#known.delete(name);
  }

  /** Forgets every login but those of these accounts. */
  keep(accounts: readonly Account[]): void {
    const names = accounts.filter(isCodexLogin).flatMap(({ keys }) => keys.map(loginName));
    for (const name of this.#known.keys()) if (!names.includes(name)) this.forget(name);
  }

  /** Begins no more renewals, lets those under way end, at most for some seconds, and stores what they brought. */
  async stop(): Promise<void> {
    const { after } = this.#options;
    this.#stopped = true;
    for (const { cancel } of this.#known.values()) cancel();
    const renewals = [...this.#known.values()].flatMap(({ renewing }) => renewing ?? []);
    await within(Promise.all(renewals), ENDING_MS, after);
    this.#ending.abort();
    await within(Promise.all([...this.#known].map(([name, known]) => this.#save(name, known))), ENDING_MS, after);
    this.keep([]);
  }

  async #result(name: string, known: Known): Promise<SecretResult> {
    const login = await this.#read(name, known);
    if (login === null) return { problem: say('login_none', { name }) };
    const { accessToken, refreshToken, accountId, expiresAt } = login;
    known.expiresAt = expiresAt;
    if (known.refused === refreshToken) return { problem: say('login_over') };
    this.#wake(name, known);
    if (expiresAt <= this.#options.now() || accessToken === '')
      return { problem: say('login_waits', { reason: known.failed?.reason ?? 'unknown' }) };
    return {
      // The token changes with every renewal; cooldowns and rows are about the login.
      secret: {
        value: accessToken,
        fingerprint: fingerprint(`login ${accountId}`),
        lastFour: '',
        accountId,
        login: name,
      },
    };
  }

  #isDue(known: Known, { accessToken, refreshToken, expiresAt }: Login): boolean {
    const now = this.#options.now();
    if (known.refused === refreshToken) return false;
    known.refused = null;
    if (this.#stopped || isPausing(known, now)) return false;
    // One that is refused although it is new is not a token's fault.
    const isSpent = accessToken === known.spent && now - known.renewedAt >= PAUSE_MS;
    return accessToken === '' || isSpent || expiresAt - AHEAD_MS <= now;
  }

  async #renew(name: string, known: Known, login: Login): Promise<void> {
    const renewal = await this.#options.renew(name, login, this.#ending.signal);
    if ('login' in renewal) {
      this.#protect(renewal.login);
      known.failed = null;
      known.renewedAt = this.#options.now();
      known.unsaved = renewal.login;
      await this.#save(name, known);
    } else if ('refused' in renewal) known.refused = login.refreshToken;
    else known.failed = { reason: renewal.failed, at: this.#options.now() };
  }

  /** Sees to it that the login is renewed ahead of its end, also while no turn asks. */
  #wake(name: string, known: Known): void {
    const { now, after } = this.#options;
    known.cancel();
    if (this.#stopped) return;
    const wait = Math.max(PAUSE_MS, known.expiresAt - AHEAD_MS - now());
    known.cancel = after(Math.min(wait, LONGEST_WAIT_MS), () => {
      void this.secret(name).then(() => {
        this.#options.changed(name);
      });
    });
  }

  async #read(name: string, known: Known): Promise<Login | null> {
    const renewed = await this.#save(name, known);
    if (renewed !== null) return renewed;
    const login = await readLogin(this.#options.keychain, name);
    if (login !== null) this.#protect(login);
    return login;
  }

  /** Writes what a renewal brought, and returns it; null where there is nothing to write. */
  async #save(name: string, known: Known): Promise<Login | null> {
    const login = known.unsaved;
    // One that was forgotten meanwhile must not be written over what was imported.
    if (login === null || this.#known.get(name) !== known) return null;
    try {
      await writeLogin(this.#options.keychain, name, login);
      if (known.unsaved === login) known.unsaved = null;
    } catch (error) {
      if (!(error instanceof TiergateError)) throw error;
    }
    return login;
  }

  #protect({ accessToken, refreshToken }: Login): void {
    this.#options.protect(accessToken);
    this.#options.protect(refreshToken);
  }

  #of(name: string): Known {
    const known = this.#known.get(name) ?? { ...NOTHING_KNOWN };
    this.#known.set(name, known);
    return known;
  }
}

/** After a failure that may pass the server is left alone for a while. */
function isPausing({ failed }: Known, now: number): boolean {
  return failed !== null && now - failed.at < PAUSE_MS;
}

const NOTHING_KNOWN: Known = {
  refused: null,
  failed: null,
  spent: null,
  renewedAt: -Infinity,
  renewing: null,
  unsaved: null,
  cancel: () => undefined,
  expiresAt: Infinity,
};
