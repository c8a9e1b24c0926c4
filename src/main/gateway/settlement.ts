import type { Outcome } from '../upstream/failover.ts';
import { type Fault, faultWord } from '../upstream/fault.ts';
import type { Meter } from './meter.ts';

/** What a settlement needs. */
export interface SettlementOptions {
  /** True where there are several ways: then a failure is told to the corridor, and only on its word to the tool. */
  readonly movable: boolean;
  readonly meter: Meter;
  /** Told once, how the attempt ended. */
  readonly ended: (outcome: Outcome) => void;
}

/** What comes of one attempt: whether its answer is the tool's or another way is tried, and how it ended; each is told once. */
export class Settlement {
  /** Resolves with why another way should be tried, or with null once the answer is the tool's; at once where no other way is left. */
  readonly settled: Promise<Fault | null>;
  readonly #options: SettlementOptions;
  #settle: (fault: Fault | null) => void = () => undefined;
  #isOpen: boolean;
  #isTold = false;
  #cancelHold: (() => void) | null = null;
  /** Tells the tool what it would have been told without another way; null until the attempt has failed. */
  #passOn: (() => void) | null = null;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#isOpen = options.movable;
    this.settled = options.movable
      ? new Promise((resolve) => {
          this.#settle = resolve;
        })
      : SETTLED;
  }

  /** True once it has been told how the attempt ended. */
  get isTold(): boolean {
    return this.#isTold;
  }

  get hasFailed(): boolean {
    return this.#passOn !== null;
  }

  /** Until it is settled a timer runs, which this ends. */
  holdWith(cancel: () => void): void {
    this.#cancelHold = cancel;
  }

  /** Says which it is: another way for this fault, or null for an answer that is the tool's. */
  settle(fault: Fault | null): void {
    this.#cancelHold?.();
    this.#cancelHold = null;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#settle(fault);
  }

  /** Says how the attempt ended. */
  tell(outcome: Outcome): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.ended(outcome);
  }

  /** The attempt has failed before the tool was told anything: another way is tried, or the tool gets this one's words. */
  fail(fault: Fault | null, status: number | null, passOn: () => void): void {
    // Of an attempt that has failed, only what there is to say can change: it may break off while another way is waited for.
    if (this.#passOn !== null) {
      this.#passOn = passOn;
      return;
    }
    this.#passOn = passOn;
    if (fault === null) this.tell({ kind: 'answered', firstToken: null, responseId: null });
    else {
      this.tell({ kind: 'fault', fault });
      this.#options.meter.attemptFailed(status, faultWord(fault));
      if (this.#isOpen) {
        this.settle(fault);
        return;
      }
    }
    this.settle(null);
    passOn();
  }

  /** No other way has answered better: the tool gets what this one said. */
  passOn(): void {
    this.#passOn?.();
  }
}

const SETTLED = Promise.resolve(null);
