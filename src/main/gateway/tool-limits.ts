import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Tool } from '../../shared/settings.ts';
import type { Release } from '../upstream/slots.ts';

const MINUTE_MS = 60_000;

/** Nobody knows when a turn will end. */
const RETRY_OPEN_MS = 1000;

/** What one tool has begun. */
interface Taken {
  open: number;
  /** When each turn of the last minute began, oldest first; only while their number has a limit. */
  begun: number[];
}

/** What tools take, counted over HTTP and WebSocket together, and how much more each may take. */
export class ToolLimits {
  readonly #now: () => number;
  readonly #taken = new Map<string, Taken>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A turn wants to begin: it holds what is returned until it has ended, or is told when it is worth asking again. */
  begin({ name, limits: { turnsPerMinute, openTurns } }: Pick<Tool, 'name' | 'limits'>): Release | GatewayError {
    const taken = this.#of(name);
    if (openTurns !== undefined && taken.open >= openTurns)
      return refusal(`"${name}" may have ${counted(openTurns)} open at one time`, RETRY_OPEN_MS);
    if (turnsPerMinute === undefined) taken.begun = [];
    else {
      const now = this.#now();
      // A clock that was set back would keep what it has counted for too long.
      taken.begun = taken.begun.filter((at) => at > now - MINUTE_MS && at <= now);
      // Where the limit was lowered, more than it allows may have begun.
      const first = taken.begun.at(-turnsPerMinute);
      if (first !== undefined)
        return refusal(`"${name}" may begin ${counted(turnsPerMinute)} a minute`, first + MINUTE_MS - now);
      taken.begun.push(now);
    }
    return this.#hold(taken);
  }

  /** Turns that a tool has open. */
  open(name: string): number {
    return this.#taken.get(name)?.open ?? 0;
  }

  #of(name: string): Taken {
    const known = this.#taken.get(name);
    if (known !== undefined) return known;
    const taken = { open: 0, begun: [] };
    this.#taken.set(name, taken);
    return taken;
  }

  #hold(taken: Taken): Release {
    taken.open += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken.open -= 1;
    };
  }
}

function counted(turns: number): string {
  return turns === 1 ? '1 turn' : `${turns} turns`;
}

function refusal(what: string, wait: number): GatewayError {
  const retryAfter = Math.max(1, Math.ceil(wait / 1000));
  return { ...gatewayError('tool_limited', `${what}. Please try again in ${retryAfter}s`), retryAfter };
}
