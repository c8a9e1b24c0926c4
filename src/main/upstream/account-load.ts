import type { Said } from '../../shared/sentences.ts';
import { Breaker } from './breaker.ts';
import { type PlanQuota, quotasOfEvent, readQuotas } from './plan-quota.ts';
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
  /** Of a login's plan, as they were told last. */
  quotas: readonly PlanQuota[] = [];

  /** Takes down what the headers of an answer say of a login's plan. */
  headersSeen(header: HeaderValues, now: number): void {
    this.quotas = readQuotas(header, now) ?? this.quotas;
  }

  /** The same of an event in a session. */
  eventSeen(payload: Buffer, now: number): void {
    this.quotas = quotasOfEvent(payload, now) ?? this.quotas;
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
