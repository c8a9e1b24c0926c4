import type { Account } from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import type { AccountState } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { mapModel } from '../../shared/model.ts';
import type { DialectName } from '../../shared/turn.ts';
import { AccountLoad } from './account-load.ts';
import { type Accounts, type ReadyAccount, fitOf } from './accounts.ts';
import { type Asked, type BlameBook, blame } from './blame.ts';
import { type Candidate, Failover } from './failover.ts';
import type { Fault } from './fault.ts';
import { type Cooldown, KeyPool } from './key-pool.ts';
import { type OwnWay, ownSecret } from './own-key.ts';
import { type PlanQuota, currentQuotas, quotaReached, quotaText } from './plan-quota.ts';
import { orderCandidates } from './scheduler.ts';
import { Stickiness } from './stickiness.ts';
import { say } from '../../shared/sentences.ts';

/** What is known of a turn before an account is chosen. */
export interface WayQuestion {
  readonly dialect: DialectName;
  /** As the tool names it; null while a session has named none. */
  readonly model: string | null;
  /** What the turns of one conversation share. */
  readonly session: string | null;
  /** The response it continues. */
  readonly previousResponse: string | null;
  /** Whose endpoint is asked for, where the protocol does not say; absent is any but Anthropic's. */
  readonly provider?: 'anthropic' | null;
  /** The key that the tool brings itself; absent is none. */
  readonly own?: OwnWay | null;
}

/** Accounts that may answer, in the order they are asked. */
type Candidates = readonly Candidate[];

/** What the ways out need from the house. */
export interface WaysOptions {
  readonly accounts: Pick<Accounts, 'serving' | 'carrying' | 'ready' | 'states'>;
  readonly now: () => number;
  /** A cooldown that is to be kept over a restart. */
  readonly onCooldown: (cooldown: Cooldown) => void;
  /** An account's quotas that are to be kept in the same way, in the place of those before. */
  readonly onQuotas: (account: string, quotas: readonly PlanQuota[]) => void;
}

/** What is known from an earlier run. */
export interface Remembered {
  readonly cooldowns: readonly Cooldown[];
  readonly quotas: readonly (PlanQuota & { readonly account: string })[];
}

/** Everything that decides by which account and key a turn leaves: keys, breakers, slots, scores and conversations. */
export class Ways {
  readonly #accounts: WaysOptions['accounts'];
  readonly #world: BlameBook;
  readonly #onQuotas: WaysOptions['onQuotas'];
  readonly #loads = new Map<string, AccountLoad>();
  readonly #stickiness = new Stickiness();

  constructor({ accounts, now, onCooldown, onQuotas }: WaysOptions) {
    this.#accounts = accounts;
    this.#onQuotas = onQuotas;
    this.#world = { pool: new KeyPool(), now, onCooldown };
  }

  /** Takes up the cooldowns and quotas of an earlier run. */
  restore({ cooldowns, quotas }: Remembered): void {
    const now = this.#world.now();
    for (const cooldown of cooldowns) this.#world.pool.mark(cooldown, now);
    for (const [account, all] of Map.groupBy(quotas, ({ account: id }) => id))
      this.#loadOf(account).restore(currentQuotas(all, now));
  }

  /** The accounts that may answer a turn, in the order they are asked; a failure names what is in the way. */
  open(question: WayQuestion): Failover | GatewayError | Promise<Failover | GatewayError> {
    const { own = null } = question;
    if (own !== null) {
      const candidate = this.#own(question, own);
      return 'code' in candidate ? candidate : new Failover([candidate], this.#apart());
    }
    const found = this.#accounts.serving(question.dialect, question.model, question.provider);
    if (found instanceof Promise) return found.then((later) => this.#plan(later, question));
    return this.#plan(found, question);
  }

  /** The same accounts for a question that is no turn: it takes no slot, and blames nobody. */
  candidates(question: WayQuestion): Candidates | GatewayError | Promise<Candidates | GatewayError> {
    const { own = null } = question;
    if (own !== null) {
      const candidate = this.#own(question, own);
      return 'code' in candidate ? candidate : [candidate];
    }
    const found = this.#accounts.serving(question.dialect, question.model, question.provider);
    const asked = (candidates: Candidates | GatewayError): Candidates | GatewayError =>
      'code' in candidates ? candidates : this.#failingLast(candidates, question);
    if (found instanceof Promise) return found.then((later) => asked(this.#candidates(later, question)));
    return asked(this.#candidates(found, question));
  }

  /** The accounts that are switched on, in the order of the settings. */
  get accounts(): readonly Account[] {
    return this.#accounts.ready.map(({ account }) => account).filter(({ enabled }) => enabled);
  }

  /** The account that answered keeps the conversation. */
  bind(
    { session, own = null }: Pick<WayQuestion, 'session' | 'own'>,
    { candidate }: { readonly candidate: Pick<Candidate, 'ready'> },
    responseId: string | null,
  ): void {
    // With one account there is nothing to remember; and what a tool's own key was told is nobody else's.
    if (this.#accounts.ready.length < 2 || own !== null) return;
    const now = this.#world.now();
    const { id } = candidate.ready.account;
    if (responseId !== null) this.#stickiness.bind(responseOf(responseId), id, now);
    if (session !== null) this.#stickiness.bind(session, id, now);
  }

  /** Takes down what an upstream says within a session of those it was asked by; how a tool's own key does is not. */
  blame(fault: Fault, asked: Asked): void {
    if (asked.secret?.brought === undefined) blame(fault, asked, this.#world);
  }

  /** Why a session's account takes no further turn just now, by what its owner has set; null where it does. */
  resting({ ready, load }: Pick<Candidate, 'ready' | 'load'>): GatewayError | null {
    const text = this.#restingText(ready.account, load);
    return text === null ? null : gatewayError('account_resting', text);
  }

  /** Whether nothing speaks against a way just now. */
  isClear({ ready, load, secret, model }: Asked & Pick<Candidate, 'ready'>): boolean {
    const now = this.#world.now();
    const isOut = this.#reached(ready.account, load) !== null || load.breaker.state(now).state === 'open';
    return !isOut && (secret === null || this.#world.pool.state(secret.fingerprint, model, now).state === 'ready');
  }

  /** Forgets cooldowns and breaker of an account; returns the fingerprints of its keys, or null where there is no such account. */
  reset(id: string): readonly string[] | null {
    const account = this.#accounts.ready.find((ready) => ready.account.id === id);
    if (account === undefined) return null;
    this.#loads.get(id)?.breaker.succeeded();
    this.#loads.get(id)?.forgetQuotas();
    const fingerprints = account.secrets.map(({ fingerprint }) => fingerprint);
    this.#world.pool.reset(new Set(fingerprints));
    return fingerprints;
  }

  /** A login was imported or taken away: what was told of its plan may be about another. */
  forgetPlan(login: string): void {
    for (const { account } of this.#accounts.ready)
      if (isCodexLogin(account) && account.keys.some((key) => 'keychain' in key && key.keychain === login))
        this.#loads.get(account.id)?.forgetQuotas();
  }

  /** Takes up new settings: the limits of accounts, also for those who wait for a slot, and which accounts are no more. */
  settle(): void {
    const known = new Set(this.#accounts.ready.map(({ account }) => account.id));
    for (const [id, load] of this.#loads) {
      if (known.has(id)) continue;
      load.forgetQuotas();
      this.#loads.delete(id);
    }
    for (const { account } of this.#accounts.ready) if (this.#loads.has(account.id)) this.#load(account);
  }

  /** The accounts as the window may know them, with how they do. */
  states(): AccountState[] {
    const now = this.#world.now();
    return this.#accounts.states().map((state) => {
      const load = this.#loads.get(state.id);
      const account = this.#accounts.ready.find((ready) => ready.account.id === state.id)?.account;
      const reached = load === undefined || account === undefined ? null : this.#reached(account, load);
      const breaker = load?.breaker.state(now);
      return {
        ...state,
        openTurns: load?.slots.taken ?? 0,
        waiting: load?.slots.waiting ?? 0,
        breaker: breaker === undefined || breaker.state === 'closed' ? null : breaker,
        quotas: [...currentQuotas(load?.quotas ?? [], now)],
        resting: reached === null ? null : quotaText(reached),
        keys: state.keys.map((key) => {
          const cooldown = key.fingerprint === null ? null : this.#world.pool.cooldownOf(key.fingerprint, now);
          return cooldown === null ? key : { ...key, state: 'cooling', reason: cooldown.reason, until: cooldown.until };
        }),
      };
    });
  }

  /** The one way of a tool's own key, which has no part in the account's limits. */
  #own({ dialect, model, provider = null }: WayQuestion, { key, allowed }: OwnWay): Candidate | GatewayError {
    const ready = this.#accounts.carrying({ dialect, model, provider }, allowed);
    if ('code' in ready) return ready;
    const { account } = ready;
    const secrets = [ownSecret(key, account.provider)];
    return { ready, secrets, load: new AccountLoad(), model: modelAt(account, model), sticky: false, bound: false };
  }

  /** A world of its own, since how that key fares says nothing of the others. */
  #apart(): BlameBook {
    return { pool: new KeyPool(), now: this.#world.now, onCooldown: () => undefined };
  }

  #plan(found: readonly ReadyAccount[] | GatewayError, question: WayQuestion): Failover | GatewayError {
    const candidates = this.#candidates(found, question);
    if ('code' in candidates) return candidates;
    const awake = candidates.filter(({ ready, load }) => this.#reached(ready.account, load) === null);
    if (awake.length > 0) return new Failover(this.#failingLast(awake, question), this.#world, awake[0]);
    const reasons = candidates.flatMap(({ ready, load }) => this.#restingText(ready.account, load) ?? []);
    return gatewayError('account_resting', reasons.join('; '));
  }

  #restingText(account: Account, load: AccountLoad): string | null {
    const quota = this.#reached(account, load);
    return quota === null ? null : say('resting_of', { account: account.id, resting: quotaText(quota) });
  }

  /** The quota for which an account rests; what its owner has set holds also where it is the only one. */
  #reached({ pauseAt }: Account, { quotas }: AccountLoad): PlanQuota | null {
    return quotas.length === 0 ? null : quotaReached(quotas, pauseAt, this.#world.now());
  }

  #candidates(found: readonly ReadyAccount[] | GatewayError, question: WayQuestion): Candidates | GatewayError {
    if ('code' in found) return found;
    const [only] = found;
    if (found.length === 1 && only !== undefined) return [this.#candidate(only, question.model)];
    const now = this.#world.now();
    const { previousResponse, session } = question;
    const bound = this.#stickiness.find(previousResponse === null ? null : responseOf(previousResponse), now);
    const sticky = bound ?? this.#stickiness.find(session, now);
    const candidates = found.map((ready) => {
      const { id } = ready.account;
      return { ...this.#candidate(ready, question.model), sticky: id === sticky, bound: id === bound };
    });
    return this.#ordered(candidates, question, now);
  }

  /** Accounts whose breaker is open come after the others, if they need not be translated for. */
  #failingLast(candidates: Candidates, question: WayQuestion): Candidates {
    if (candidates.length < 2) return candidates;
    const now = this.#world.now();
    const rank = (one: Candidate): number =>
      (this.#isTranslated(one, question) ? 2 : 0) + (one.load.breaker.state(now).state === 'open' ? 1 : 0);
    return candidates.toSorted((a, b) => rank(a) - rank(b));
  }

  #isTranslated({ ready }: Candidate, { dialect, provider = null, model }: WayQuestion): boolean {
    return fitOf(ready.account, { dialect, provider, model }) === 'translated';
  }

  /** The conversation's own account first. */
  #ordered(candidates: readonly Candidate[], question: WayQuestion, now: number): Candidate[] {
    const { session, model } = question;
    const order = orderCandidates(
      candidates.map(({ ready: { account }, load }) => ({
        id: account.id,
        priority: account.priority,
        open: load.slots.taken,
        waiting: load.slots.waiting,
        limit: account.concurrency,
        errors: load.errors,
        firstToken: load.firstToken,
      })),
      session ?? `${model ?? ''} ${now}`,
    );
    const ordered = order.flatMap((index) => candidates[index] ?? []);
    // An account that must be translated for comes after all that need not, whatever becomes of them.
    const rank = (one: Candidate): number => (this.#isTranslated(one, question) ? 2 : 0) + (one.sticky ? 0 : 1);
    return ordered.sort((a, b) => rank(a) - rank(b));
  }

  #candidate(ready: ReadyAccount, model: string | null): Candidate {
    const load = this.#load(ready.account);
    return {
      ready,
      secrets: ready.secrets,
      load,
      model: modelAt(ready.account, model),
      sticky: false,
      bound: false,
    };
  }

  #loadOf(id: string): AccountLoad {
    let load = this.#loads.get(id);
    if (load === undefined) {
      load = new AccountLoad((quotas) => {
        this.#onQuotas(id, quotas);
      });
      this.#loads.set(id, load);
    }
    return load;
  }

  #load({ id, concurrency }: Account): AccountLoad {
    const load = this.#loadOf(id);
    if (load.slots.limit !== concurrency) {
      load.slots.limit = concurrency;
      load.slots.serve();
    }
    return load;
  }
}

/** A model as an account's upstream knows it; empty where none is named. */
function modelAt({ modelMapping }: Account, model: string | null): string {
  return model === null ? '' : (mapModel(modelMapping, model) ?? model);
}

/** Responses and conversations share one memory; a response's id is no conversation's name. */
function responseOf(id: string): string {
  return `response ${id}`;
}
