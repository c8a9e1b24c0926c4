import type { Secret } from '../secrets/secret.ts';
import type { AccountLoad } from './account-load.ts';
import type { ReadyAccount } from './accounts.ts';
import { type BlameBook, blame } from './blame.ts';
import { type CooldownReason, type Fault, isRefusal } from './fault.ts';
import type { BreakerProbe } from './breaker.ts';
import type { Probe } from './key-pool.ts';
import type { Release, WaitPlan } from './slots.ts';

/** How often a turn may go on to another account. */
const MAX_SWITCHES = 3;

/** How long, and with how many others, a turn may wait: where its conversation is, and elsewhere (spec C.5). */
const STICKY_WAIT: WaitPlan = { places: 3, milliseconds: 45_000 };
const OTHER_WAIT: WaitPlan = { places: 100, milliseconds: 30_000 };

/** For a session's turn, which has nowhere else to go. */
export const SESSION_WAIT = OTHER_WAIT;

/** One account that may answer a turn, with what is known of it. */
export interface Candidate {
  readonly ready: ReadyAccount;
  /** The keys that are in hand, in their order; empty for an upstream that takes none. */
  readonly secrets: readonly Secret[];
  readonly load: AccountLoad;
  /** The model as this account's upstream knows it. */
  readonly model: string;
  /** True for the account that answered the conversation before. */
  readonly sticky: boolean;
  /** True for the account that answered the response which the turn goes on from: no other knows it. */
  readonly bound: boolean;
}

/** The way of one attempt: an account, and the key it is asked with; null for an upstream that takes none. */
export interface Way {
  readonly candidate: Candidate;
  readonly secret: Secret | null;
}

/** How an attempt ended. */
export type Outcome =
  /** An answer came, whatever it said; milliseconds to its first token, where known. */
  | { readonly kind: 'answered'; readonly firstToken: number | null; readonly responseId: string | null }
  /** The tool has left, so nothing is known of the upstream. */
  | { readonly kind: 'left' }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What comes next in a turn. */
export type Step =
  | { readonly kind: 'try'; readonly way: Way }
  /** The login's token was refused: it is renewed, once, and then {@link Failover.renewed} is told. */
  | { readonly kind: 'renew'; readonly secret: Secret }
  /** Every account that is left is busy, or the one that must answer: the turn waits for it, and then says so with {@link Failover.seat}. */
  | { readonly kind: 'wait'; readonly candidate: Candidate; readonly plan: WaitPlan }
  /** The last answer is the answer. */
  | { readonly kind: 'pass_on' }
  /** Every key is cooling down; milliseconds until the first is ready again. */
  | { readonly kind: 'exhausted'; readonly reason: 'rate_limited' | 'unauthorized'; readonly retryAfter: number };

/**
 * Says where a turn goes next: first the keys of an account in their order, then the next account, at most three times.
 * Cooldowns and breakers only choose between ways, so a way that is the only one is always tried. It moves no bytes: the
 * corridor runs it, for HTTP turns and for the dials of sockets alike.
 */
export class Failover {
  readonly #candidates: readonly Candidate[];
  /** What is looked at beside the candidates. */
  readonly #world: BlameBook;
  /** The account that the turn would go to if nothing stood in its way; null where there is none. */
  readonly home: Candidate | null;
  /** True when there is nothing to choose between. */
  readonly only: boolean;
  #at = 0;
  #key = 0;
  #switches = 0;
  /** The account whose slot is held. */
  #seat: { readonly candidate: Candidate; readonly release: Release } | null = null;
  /** Accounts that were passed over because they were busy. */
  #busy: Candidate[] = [];
  /** Accounts that were asked, or may not be. */
  readonly #done: Candidate[] = [];
  #fault: Fault | null = null;
  #way: Way | null = null;
  /** What the attempt under way tries for the others. */
  #probe: Probe | null = null;
  #breakerProbe: BreakerProbe | null = null;
  #stripped = false;
  #retry = false;
  /** A login's refusal that waits for a new token. */
  #refusal: Fault | null = null;
  /** The logins that have been renewed for this turn. */
  readonly #renewals: string[] = [];

  constructor(candidates: readonly Candidate[], world: BlameBook, home: Candidate | null = candidates[0] ?? null) {
    this.#candidates = candidates;
    this.home = home;
    this.#world = world;
    const [first] = candidates;
    this.only = candidates.length === 1 && (first?.secrets.length ?? 0) <= 1;
  }

  /** True where the request must go without what only another account's upstream can decrypt. */
  get stripped(): boolean {
    return this.#stripped;
  }

  /** The next step; after an attempt only once {@link ended} has told how it ended. */
  next(): Step {
    if (this.#refusal !== null && this.#way?.secret) return { kind: 'renew', secret: this.#way.secret };
    if (this.#fault !== null) this.#move(this.#fault);
    if (this.#retry && this.#way !== null) {
      this.#retry = false;
      return this.#try(this.#way);
    }
    for (; this.#at < this.#candidates.length && this.#switches <= MAX_SWITCHES; this.#at += 1, this.#key = 0) {
      const candidate = this.#candidates[this.#at];
      if (candidate === undefined) break;
      // Whoever was waited for stands before others that have been asked meanwhile.
      if (this.#done.includes(candidate)) continue;
      const way = this.#wayIn(candidate);
      if (way === null) continue;
      if (this.#seat?.candidate !== candidate && !this.#sit(candidate)) {
        if (candidate.bound) return this.#waitFor(candidate);
        if (!this.#busy.includes(candidate)) this.#busy.push(candidate);
        continue;
      }
      return this.#try(way);
    }
    const [waited] = this.#busy;
    if (waited !== undefined && this.#switches <= MAX_SWITCHES) return this.#waitFor(waited);
    return this.#end();
  }

  #waitFor(candidate: Candidate): Step {
    // A slot kept of an account that has failed would be waited for by turns that keep one here: all of them for each other.
    this.release();
    return { kind: 'wait', candidate, plan: candidate.sticky ? STICKY_WAIT : OTHER_WAIT };
  }

  /** The account that was waited for has a slot for this turn. */
  seat(candidate: Candidate, release: Release): void {
    this.release();
    this.#seat = { candidate, release };
    this.#busy = this.#busy.filter((one) => one !== candidate);
    this.#at = this.#candidates.indexOf(candidate);
    this.#key = 0;
  }

  /** The login's new token, or null where there is none and the refusal stands. */
  renewed(secret: Secret | null): void {
    const [fault, way] = [this.#refusal, this.#way];
    this.#refusal = null;
    if (fault === null || way === null) return;
    if (secret === null) {
      this.#fault = fault;
      this.#blame(fault, way);
    } else {
      this.#way = { ...way, secret };
      this.#retry = true;
    }
  }

  /** The account of the step may not be asked: the turn would be dearer there, or may not go there at all. */
  skip(): void {
    if (this.#way !== null) this.#done.push(this.#way.candidate);
    this.#at += 1;
    this.#key = 0;
    this.#way = null;
  }

  /** True while an attempt that fails now could be followed by another. */
  get movable(): boolean {
    if (this.only) return false;
    const candidate = this.#way?.candidate;
    if (candidate !== undefined && candidate.secrets.length > this.#key + 1) return true;
    return this.#switches < MAX_SWITCHES && (this.#at + 1 < this.#candidates.length || this.#busy.length > 0);
  }

  /** True while a refusal of the last attempt's token could be answered with a new one. */
  get renewable(): boolean {
    const login = this.#way?.secret?.login;
    return login !== undefined && !this.#renewals.includes(login);
  }

  /** The upstream has taken the request, so whoever waits for what the attempt tries need not wait for the answer's end. */
  taken(): void {
    if (this.#probe !== null) this.#world.pool.settle(this.#probe, true);
    if (this.#breakerProbe !== null) this.#way?.candidate.load.breaker.succeeded();
  }

  /** Tells how the last attempt ended; what that says of key and account is taken down. */
  ended(outcome: Outcome): void {
    const way = this.#way;
    if (way === null) return;
    const { candidate, secret } = way;
    const { pool } = this.#world;
    switch (outcome.kind) {
      case 'answered':
        candidate.load.succeeded(outcome.firstToken);
        pool.settle(this.#probe, true);
        break;
      case 'left':
        candidate.load.breaker.untold(this.#breakerProbe);
        pool.settle(this.#probe, false);
        break;
      case 'fault':
        if (isRefusal(outcome.fault) && this.renewable && secret?.login !== undefined) {
          this.#renewals.push(secret.login);
          this.#refusal = outcome.fault;
          pool.settle(this.#probe, false);
          candidate.load.succeeded(null);
          return;
        }
        this.#fault = outcome.fault;
        this.#blame(outcome.fault, way);
        break;
    }
  }

  /** Gives the slot back, and what the turn tried without telling how that went; it needs neither any more. */
  release(): void {
    this.#world.pool.settle(this.#probe, false);
    this.#way?.candidate.load.breaker.untold(this.#breakerProbe);
    this.#seat?.release();
    this.#seat = null;
  }

  #try(way: Way): Step {
    const { candidate, secret } = way;
    const { pool, now } = this.#world;
    this.#breakerProbe = candidate.load.breaker.take(now());
    this.#probe = secret === null ? null : pool.take(secret.fingerprint, candidate.model, now());
    this.#way = way;
    return { kind: 'try', way };
  }

  /** The first key from here on that may be used; null where all of the account's are cooling down. */
  #wayIn(candidate: Candidate): Way | null {
    const { secrets, model } = candidate;
    if (secrets.length === 0) return this.#key === 0 ? { candidate, secret: null } : null;
    for (; this.#key < secrets.length; this.#key += 1) {
      const secret = secrets[this.#key];
      if (secret === undefined) break;
      if (this.only || this.#world.pool.state(secret.fingerprint, model, this.#world.now()).state === 'ready')
        return { candidate, secret };
    }
    return null;
  }

  #sit(candidate: Candidate): boolean {
    const release = candidate.load.slots.tryTake();
    if (release === null) return false;
    this.release();
    this.#seat = { candidate, release };
    return true;
  }

  #blame(fault: Fault, { candidate, secret }: Way): void {
    const { load, model } = candidate;
    blame(fault, { load, secret, model }, this.#world);
    // The key itself may be good where only a model is refused; whatever it was tried for is told by that mark alone.
    this.#world.pool.settle(this.#probe, fault.kind === 'encrypted');
  }

  /** Goes on from an attempt that has failed. */
  #move(fault: Fault): void {
    this.#fault = null;
    this.#last = fault;
    switch (fault.kind) {
      case 'key':
        this.#key += 1;
        if (this.#key >= (this.#way?.candidate.secrets.length ?? 0)) this.#leave();
        return;
      case 'account':
        this.#leave();
        return;
      case 'encrypted':
        // Once: what is refused again is refused for another reason.
        this.#retry = !this.#stripped;
        if (this.#stripped) this.#leave();
        this.#stripped = true;
        return;
    }
  }

  #last: Fault | null = null;

  #leave(): void {
    if (this.#way !== null) this.#done.push(this.#way.candidate);
    this.#at += 1;
    this.#key = 0;
    this.#switches += 1;
    // Another account's upstream cannot decrypt what this one's has encrypted.
    this.#stripped = true;
  }

  #end(): Step {
    // Where nothing could be chosen, or the last fault was not a key's, the upstream's own words are the answer.
    if (this.#last !== null && (this.only || this.#last.kind !== 'key')) return { kind: 'pass_on' };
    const now = this.#world.now();
    const cooling = this.#candidates.flatMap(({ secrets, model }) =>
      secrets.flatMap(({ fingerprint }) => {
        const state = this.#world.pool.state(fingerprint, model, now);
        return state.state === 'cooling' ? [state] : [];
      }),
    );
    if (cooling.length === 0) return { kind: 'pass_on' };
    const isLimited = cooling.some(({ reason }) => reason !== ('unauthorized' satisfies CooldownReason));
    return {
      kind: 'exhausted',
      reason: isLimited ? 'rate_limited' : 'unauthorized',
      retryAfter: Math.max(0, Math.min(...cooling.map(({ until }) => until)) - now),
    };
  }
}
