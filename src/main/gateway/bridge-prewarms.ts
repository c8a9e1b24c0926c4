import type { ClientFrame } from '../dialects/client-frame.ts';
import { inputItems } from './bridge-body.ts';

/** How many prewarms a session remembers. */
const MAX_PREWARMS = 8;

const COMMA = Buffer.from(',');
const NOTHING = Buffer.alloc(0);

/** The inputs of a session's prewarms, which the turns after them go on from; each holds those that it went on from itself. */
export class BridgePrewarms {
  readonly #kept = new Map<string, Buffer>();
  #bytes = 0;

  /** The items that a response's id stands for; null where it is no prewarm's, or one that was forgotten. */
  get(id: string): Buffer | null {
    return this.#kept.get(id) ?? null;
  }

  /**
   * Keeps a prewarm's input; false where it has grown beyond what one request may have. All that is kept together is no
   * more than that either: the oldest goes first.
   */
  keep(id: string, { bytes, previousResponseId }: ClientFrame, limit: number): boolean {
    const items = inputItems(bytes);
    const known = previousResponseId === null ? NOTHING : this.get(previousResponseId);
    if (items === null || known === null) return true;
    if (known.length + items.length > limit) return false;
    const input =
      known.length > 0 && items.length > 0 ? Buffer.concat([known, COMMA, items]) : Buffer.concat([known, items]);
    this.#kept.set(id, input);
    this.#bytes += input.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#kept.size <= MAX_PREWARMS && this.#bytes <= limit) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
    return true;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
