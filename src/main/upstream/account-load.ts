import { Breaker } from './breaker.ts';
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

  /** An attempt was answered; `firstToken` is null where its time is not known. */
  succeeded(firstToken: number | null): void {
    this.breaker.succeeded();
    this.errors = ewma(this.errors, 0);
    if (firstToken !== null) this.firstToken = ewma(this.firstToken, firstToken);
  }

  failed(reason: string, now: number): void {
    this.breaker.failed(reason, now);
    this.errors = ewma(this.errors, 1);
  }
}
