import { randomUUID } from 'node:crypto';
import { servedTrustOf } from '../../shared/account.ts';
import type { Verdict } from '../../shared/policy.ts';
import { UNPRICED } from '../../shared/pricing.ts';
import { type ServedTrust, billedTier, reportedTier } from '../../shared/tier.ts';
import type { Attempt, DialectName, NewTurn, Turn } from '../../shared/turn.ts';
import { NO_USAGE } from '../../shared/usage.ts';
import type { AnswerFacts } from '../dialects/dialect.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Block, Forward } from './decide.ts';

/** Names from outside are cut in the record. */
const LONGEST_NAME = 256;

/** How a turn ended. */
export interface TurnEnd {
  readonly status: number | null;
  readonly error: string | null;
  readonly partial: boolean;
}

/** Gathers what becomes known of one turn, and makes its row. */
export class Meter {
  readonly id = randomUUID();
  readonly #now: () => number;
  readonly #tool: string;
  readonly #dialect: DialectName;
  readonly #transport: Turn['transport'];
  readonly #startedAt: number;
  #firstTokenAt: number | null = null;
  #requestedModel: string | null = null;
  #requestedTier: string | null = null;
  #streamed = false;
  #session: string | null = null;
  #route: string | null = null;
  /** Only what the row needs of a decision: its bytes would otherwise live as long as the answer. */
  #verdict: Verdict | null = null;
  #upstreamModel: string | null = null;
  #decidedTier: string | null = null;
  #account: string | null = null;
  #keyFingerprint: string | null = null;
  #ownKey: boolean | null = null;
  #trust: ServedTrust | null = null;
  #sentAt: number | null = null;
  #facts: AnswerFacts | null = null;
  #toolCalls: Turn['toolCalls'] = [];
  /** Those that failed; what answered is the row itself. */
  #failed: Attempt[] = [];
  /** True while the attempt that was sent last is the last of those. */
  #lastFailed = false;

  constructor(tool: string, dialect: DialectName, now: () => number, transport: Turn['transport'] = 'http') {
    this.#tool = tool;
    this.#dialect = dialect;
    this.#transport = transport;
    this.#now = now;
    this.#startedAt = now();
  }

  /** What the tool asked for, also when it could not be judged. */
  asked(model: string | null, tier: string | null, streamed: boolean): void {
    this.#requestedModel = model;
    this.#requestedTier = reportedTier(tier);
    this.#streamed = streamed;
  }

  /** Where it was asked for, and the conversation it belongs to. */
  placed(route: string, session: string | null): void {
    this.#route = route;
    this.#session = session;
  }

  /** What was called for it before it was asked. */
  called(toolCalls: Turn['toolCalls']): void {
    this.#toolCalls = toolCalls;
  }

  /** What the door said about it for one account. */
  decided(decision: Forward | Block, ready: ReadyAccount): void {
    this.#verdict = decision.verdict;
    this.#upstreamModel = decision.upstreamModel === '' ? null : decision.upstreamModel;
    this.#decidedTier = decision.kind === 'forward' ? decision.sentTier : null;
    this.#requestedTier = decision.requestedTier;
    this.at(ready);
  }

  /** The account the turn belongs to, also where nothing was left to decide. */
  at({ account }: ReadyAccount): void {
    this.#account = account.id;
    this.#trust = servedTrustOf(account);
  }

  /** The request is leaving the machine; which of the turn's attempts this is, from 1. */
  sending(secret: Secret | null): number {
    this.#sentAt = this.#now();
    this.#keyFingerprint = secret?.fingerprint ?? null;
    this.#ownKey = secret === null ? null : secret.brought !== undefined;
    this.#lastFailed = false;
    return this.#failed.length + 1;
  }

  /** The attempt that was sent last has failed. */
  attemptFailed(status: number | null, error: string): void {
    this.#failed.push({ ...this.#attempt(), status, error });
    this.#lastFailed = true;
  }

  /** Dials that failed before the session of this turn stood. */
  dialled(failed: readonly Attempt[]): void {
    this.#failed.push(...failed);
  }

  #attempt(): Pick<Attempt, 'account' | 'keyFingerprint' | 'startedAt' | 'sentTier'> {
    return {
      account: this.#account ?? '',
      keyFingerprint: this.#keyFingerprint,
      startedAt: this.#sentAt ?? this.#startedAt,
      sentTier: this.#sentTier,
    };
  }

  get #sentTier(): string | null {
    return this.#sentAt === null ? null : this.#decidedTier;
  }

  /** Milliseconds from sending to the first token; null where there was none. */
  get firstTokenAfter(): number | null {
    return this.#firstTokenAt === null || this.#sentAt === null ? null : this.#firstTokenAt - this.#sentAt;
  }

  /** The first generated token has come. */
  firstToken(): void {
    this.#firstTokenAt ??= this.#now();
  }

  /** True once the first generated token has come. */
  get started(): boolean {
    return this.#firstTokenAt !== null;
  }

  /** What the answer has said of itself so far. */
  answered(facts: AnswerFacts): void {
    this.#facts = facts;
  }

  /** A turn that was answered at once has its one attempt in the row itself. */
  #attempts(status: number | null, error: string | null): Attempt[] {
    if (this.#failed.length === 0) return NO_ATTEMPTS;
    // Where the last failure was passed on, it is the answer.
    if (this.#lastFailed) return this.#failed.length === 1 ? NO_ATTEMPTS : this.#failed;
    return [...this.#failed, { ...this.#attempt(), status, error }];
  }

  /** The turn's row, as it stands at its end. */
  row({ status, error, partial }: TurnEnd): NewTurn {
    const verdict = this.#verdict;
    const sent = this.#sentTier;
    const served = reportedTier(this.#facts?.tier ?? null);
    const why = error ?? this.#facts?.error?.slice(0, LONGEST_NAME) ?? null;
    return {
      id: this.id,
      responseId: cut(this.#facts?.responseId ?? null),
      startedAt: this.#startedAt,
      sentAt: this.#sentAt,
      firstTokenAt: this.#firstTokenAt,
      endedAt: this.#now(),
      tool: this.#tool,
      session: cut(this.#session),
      account: this.#account,
      keyFingerprint: this.#keyFingerprint,
      ownKey: this.#ownKey,
      dialect: this.#dialect,
      transport: this.#transport,
      route: cut(this.#route),
      streamed: this.#streamed,
      models: {
        requested: cut(this.#requestedModel),
        upstream: cut(this.#upstreamModel),
        served: cut(this.#facts?.model ?? null),
      },
      tiers: {
        requested: cut(this.#requestedTier),
        sent,
        served: cut(served),
        billed: this.#sentAt !== null && this.#trust !== null ? cut(billedTier(sent, served, this.#trust)) : null,
      },
      servedTrust: served === null ? null : this.#trust,
      verdict: verdict?.action ?? null,
      rule: verdict?.rule ?? null,
      observed: [...(verdict?.observed ?? [])],
      tokens: this.#facts?.usage ?? NO_USAGE,
      ...UNPRICED,
      status,
      error: why,
      partial,
      attempts: this.#attempts(status, why),
      toolCalls: this.#toolCalls,
    };
  }
}

const NO_ATTEMPTS: Attempt[] = [];

function cut(text: string | null): string | null {
  return text === null || text.length <= LONGEST_NAME ? text : text.slice(0, LONGEST_NAME);
}
