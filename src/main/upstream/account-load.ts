import type { Said } from '../../shared/sentences.ts';
import { Breaker } from './breaker.ts';
import { type PlanQuota, areNews, quotasOfEvent, readQuotas } from './plan-quota.ts';
import type { HeaderValues } from './retry-after.ts';
import { ewma } from './scheduler.ts';
import { Slots } from './slots.ts';

/** How one account does, over all its turns; it outlives new settings, as long as the account is in them. */
export class AccountLoad {
  readonly breaker = new Breaker();
  readonly slots = new Slots();
  /** The share of faults, from 0 to 1, newer turns counting more. */
  errors = 0;
  /** Milliseconds to the first token; null while none is known. */
  firstToken: number | null = null;
  readonly #keep: (quotas: readonly PlanQuota[]) => void;
  #quotas: readonly PlanQuota[] = [];
  #kept: readonly PlanQuota[] = [];

  /** What is told of a login's plan is to be kept over a restart. */
  constructor(keep: (quotas: readonly PlanQuota[]) => void = () => undefined) {
    this.#keep = keep;
  }

  /** Of a login's plan, as they were told last. */
  get quotas(): readonly PlanQuota[] {
    return this.#quotas;
  }

  /** Takes up what was told in an earlier run. */
  restore(quotas: readonly PlanQuota[]): void {
    this.#quotas = quotas;
    this.#kept = quotas;
  }

  /** Forgets what was told, for somebody who knows that it is so no more. */
  forgetQuotas(): void {
    if (this.#quotas.length > 0) this.#told([]);
  }

  /** Takes down what the headers of an answer say of a login's plan. */
  headersSeen(header: HeaderValues, now: number): void {
    this.#told(readQuotas(header, now));
  }

  /** The same of an event in a session. */
  eventSeen(payload: Buffer, now: number): void {
    this.#told(quotasOfEvent(payload, now));
  }

  #told(quotas: readonly PlanQuota[] | null): void {
    if (quotas === null) return;
    this.#quotas = quotas;
    if (!areNews(quotas, this.#kept)) return;
    this.#kept = quotas;
    this.#keep(quotas);
  }

  /** An attempt was answered; `firstToken` is null where its time is not known. */
  succeeded(firstToken: number | null): void {
    this.breaker.succeeded();
    this.errors = ewma(this.errors, 0);
    if (firstToken !== null) this.firstToken = ewma(this.firstToken, firstToken);
  }

  failed(reason: Said, now: number): void {
    this.breaker.failed(reason, now);
    this.errors = ewma(this.errors, 1);
  }
}
