import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { SESSION_WAIT } from '../upstream/failover.ts';
import type { Release } from '../upstream/slots.ts';
import type { House } from './house.ts';
import type { Chosen } from './socket-upstream.ts';

/** Where a turn gets its seat: the account that its session goes to. */
type SeatPlace = Pick<Chosen, 'ready' | 'load'>;

/**
 * The seats of one session's turns: each has a place within its tool's limits and a slot of the account, from before it
 * leaves until it has ended. A session itself has none.
 */
export class SocketSeats {
  readonly #house: House;
  readonly #keyHash: string;
  #waiting: AbortController | null = null;

  constructor(house: House, keyHash: string) {
    this.#house = house;
    this.#keyHash = keyHash;
  }

  /** A seat, or why there is none; a promise while the account is busy, of null where nobody waits for it any more. */
  take(place: SeatPlace): Release | GatewayError | Promise<Release | GatewayError | null> {
    const resting = this.#house.ways.resting(place);
    if (resting !== null) return resting;
    const tool = this.#house.settings().tools.find((one) => one.keyHash === this.#keyHash);
    if (tool === undefined) return gatewayError('local_key_invalid');
    const limits = this.#house.limits.begin(tool);
    if (typeof limits !== 'function') return limits;
    const slot = place.load.slots.tryTake();
    return slot === null ? this.#wait(place, limits) : both(slot, limits);
  }

  /** A seat for a turn that the upstream has begun by itself, which nobody can refuse. */
  takeFree({ load }: SeatPlace): Release {
    return load.slots.tryTake() ?? ((): void => undefined);
  }

  /** Whoever waits does so no more. */
  leave(): void {
    this.#waiting?.abort();
  }

  async #wait({ ready, load }: SeatPlace, limits: Release): Promise<Release | GatewayError | null> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const slot = await load.slots.wait(this.#house, SESSION_WAIT, waiting.signal);
    this.#waiting = null;
    if (typeof slot === 'function') return both(slot, limits);
    limits();
    if (slot === 'left') return null;
    return gatewayError(slot === 'timeout' ? 'account_busy' : 'account_queue_full', ready.account.id);
  }
}

function both(slot: Release, limits: Release): Release {
  return () => {
    slot();
    limits();
  };
}
