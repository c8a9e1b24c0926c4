/** Timers that go off when a test says so. */
export class FakeTimers {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  /** Takes the place of the runtime's own. */
  readonly after = (milliseconds: number, action: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, action };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  };

  /** The time by which these timers go; also good as a clock. */
  readonly now = (): number => this.#now;

  /** How many are waiting. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass while the machine sleeps: nothing goes off. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Lets time pass; what falls due goes off in order. */
  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.action();
    }
    this.#now = until;
  }
}
