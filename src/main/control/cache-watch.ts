import { cacheLost } from '../../shared/cache-loss.ts';
import type { NewTurn } from '../../shared/turn.ts';

/** Sessions that are watched at one time; the one that has been quiet for longest is let go. */
const SESSIONS = 500;

/** Tells when a change of tier has cost a session its cache, and when that session has a cache again. */
export class CacheWatch {
  readonly #changed: (reason: string | null) => void;
  readonly #sessions = new Map<string, NewTurn>();
  /** The session that has lost its cache last. */
  #poor: string | null = null;

  /** `changed` gets what was lost, or null once it is there again. */
  constructor(changed: (reason: string | null) => void) {
    this.#changed = changed;
  }

  /** A turn has ended. */
  recorded(turn: NewTurn): void {
    const { session } = turn;
    if (session === null || turn.tokens.cached === null) return;
    const before = this.#sessions.get(session);
    this.#sessions.delete(session);
    if (this.#sessions.size >= SESSIONS) {
      const [quiet = ''] = this.#sessions.keys();
      this.#sessions.delete(quiet);
    }
    this.#sessions.set(session, turn);
    const lost = before === undefined ? 0 : cacheLost(before, turn);
    if (lost > 0) {
      this.#poor = session;
      this.#changed(lossText(before?.tiers.sent ?? null, turn, lost));
    } else if (session === this.#poor && turn.tokens.cached > 0) {
      this.#poor = null;
      this.#changed(null);
    }
  }
}

function lossText(before: string | null, { tool, models, tiers }: NewTurn, tokens: number): string {
  return `${tool}, ${models.upstream ?? 'unknown model'}: ${before ?? 'no tier'} → ${tiers.sent ?? 'no tier'}, ${tokens} tokens.`;
}
