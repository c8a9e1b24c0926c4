import type { BudgetState, BudgetThreshold } from '../../shared/budget.ts';
import type { Push, Status } from '../../shared/control.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Turn } from '../../shared/turn.ts';

/** Turns that end within this time are pushed together: a window needs no more than a few pictures a second. */
const GATHER_MS = 100;

/** Gathers what is to be pushed, and pushes it to whoever listens; without a listener nothing is kept and no timer runs. */
export class Pushes {
  readonly #status: () => Status;
  readonly #policy: () => Policy;
  readonly #listeners = new Set<(push: Push) => void>();
  #turns: Turn[] = [];
  #statusChanged = false;
  #policyChanged = false;
  #settingsChanged = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(status: () => Status, policy: () => Policy) {
    this.#status = status;
    this.#policy = policy;
  }

  /** Hands on every push; returns the function that ends that. */
  subscribe(listener: (push: Push) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  turn(turn: Turn): void {
    if (this.#listeners.size === 0) return;
    this.#turns.push(turn);
    this.#schedule();
  }

  /** A budget has reached a threshold; at once, since it is said only once. */
  budget(budget: BudgetState, threshold: BudgetThreshold): void {
    this.#send({ type: 'budget', budget, threshold });
  }

  statusChanged(): void {
    this.#statusChanged = true;
    this.#schedule();
  }

  policyChanged(): void {
    this.#policyChanged = true;
    this.#schedule();
  }

  settingsChanged(): void {
    this.#settingsChanged = true;
    this.#schedule();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #schedule(): void {
    if (this.#listeners.size === 0) return;
    this.#timer ??= setTimeout(this.#push, GATHER_MS);
  }

  readonly #push = (): void => {
    this.#timer = null;
    if (this.#turns.length > 0) this.#send({ type: 'turns', turns: this.#turns });
    if (this.#policyChanged) this.#send({ type: 'policy', policy: this.#policy() });
    if (this.#settingsChanged) this.#send({ type: 'settings' });
    // Turns change its counts too.
    if (this.#statusChanged || this.#turns.length > 0) this.#send({ type: 'status', status: this.#status() });
    this.#turns = [];
    this.#statusChanged = false;
    this.#policyChanged = false;
    this.#settingsChanged = false;
  };

  #send(push: Push): void {
    for (const listener of this.#listeners) listener(push);
  }
}
