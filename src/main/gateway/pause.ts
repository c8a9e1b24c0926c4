/** What a pause uses of the rest of the house. */
export interface PauseOptions {
  readonly now: () => number;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** The pause has begun, changed or ended. */
  readonly onChange: () => void;
}

/** Whether new turns are refused for a while, because the person wants it so; open turns go on. */
export class Pause {
  readonly #options: PauseOptions;
  /** Milliseconds since the epoch; null is until resumed. */
  #state: { readonly until: number | null } | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: PauseOptions) {
    this.#options = options;
  }

  /** Until when; null while turns are taken. The clock decides, so that a timer that slept with the machine does not. */
  get state(): { readonly until: number | null } | null {
    const until = this.#state?.until ?? null;
    return until !== null && until <= this.#options.now() ? null : this.#state;
  }

  /** Begins a pause, or makes the one under way another. */
  begin(minutes?: number): void {
    this.#cancel?.();
    const milliseconds = minutes === undefined ? null : minutes * 60_000;
    this.#state = { until: milliseconds === null ? null : this.#options.now() + milliseconds };
    this.#cancel = milliseconds === null ? null : this.#options.after(milliseconds, this.#options.onChange);
    this.#options.onChange();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#state = null;
    this.#options.onChange();
  }

  /** Lets no timer outlive the gateway. */
  close(): void {
    this.#cancel?.();
  }
}
