import type { Notice } from '../../shared/control.ts';
import { ERRORS, type ErrorCode, messageOf } from '../../shared/errors.ts';

/** What the person should know, one notice a kind, each until its cause is gone. */
export class Notices {
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #notices = new Map<ErrorCode, Notice>();

  constructor(now: () => number, changed: () => void) {
    this.#now = now;
    this.#changed = changed;
  }

  raise(code: ErrorCode, detail: string): void {
    const message = messageOf(code, detail);
    if (this.#notices.get(code)?.message === message) return;
    this.#notices.set(code, { code, message, next: ERRORS[code].next, at: this.#now() });
    this.#changed();
  }

  clear(code: ErrorCode): void {
    if (this.#notices.delete(code)) this.#changed();
  }

  /** Raises it with a reason, or clears it where there is none any more. */
  tell(code: ErrorCode, reason: string | null): void {
    if (reason === null) this.clear(code);
    else this.raise(code, reason);
  }

  list(): Notice[] {
    return [...this.#notices.values()];
  }
}
