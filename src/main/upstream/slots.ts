/** Why a turn got no slot. */
export type NoSlot = 'queue_full' | 'timeout' | 'left';

/** Gives a slot back; doing it twice changes nothing. */
export type Release = () => void;

interface Waiting {
  readonly give: (release: Release) => void;
}

/** What slots need from the house. */
export interface SlotsClock {
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/** How long a turn may wait, and with how many others. */
export interface WaitPlan {
  readonly places: number;
  readonly milliseconds: number;
}

/** The turns that one account may have under way, and those that wait for one of them to end, first come first served. */
export class Slots {
  /** 0 is as many as come. */
  limit = 0;
  #taken = 0;
  readonly #waiting = new Set<Waiting>();

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** True while a turn could begin at once. */
  get free(): boolean {
    return this.limit === 0 || (this.#taken < this.limit && this.#waiting.size === 0);
  }

  /** Takes a slot where one is free. */
  tryTake(): Release | null {
    return this.free ? this.#take() : null;
  }

  /** Waits for a slot; whoever leaves meanwhile frees its place in the queue. */
  wait({ after }: SlotsClock, { places, milliseconds }: WaitPlan, signal: AbortSignal): Promise<Release | NoSlot> {
    const now = this.tryTake();
    if (now !== null) return Promise.resolve(now);
    if (this.#waiting.size >= places) return Promise.resolve('queue_full');
    if (signal.aborted) return Promise.resolve('left');
    return new Promise((resolve) => {
      const end = (outcome: Release | NoSlot): void => {
        this.#waiting.delete(waiting);
        cancel();
        signal.removeEventListener('abort', leave);
        resolve(outcome);
      };
      const leave = (): void => {
        end('left');
      };
      const waiting: Waiting = { give: end };
      const cancel = after(milliseconds, () => {
        end('timeout');
      });
      this.#waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Gives slots to those who wait, as after the limit was raised. */
  serve(): void {
    for (const waiting of this.#waiting) {
      if (this.limit !== 0 && this.#taken >= this.limit) return;
      waiting.give(this.#take());
    }
  }

  #take(): Release {
    // Counted also without a limit: the window shows it, and a limit may be set while turns are under way.
    this.#taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
      this.serve();
    };
  }
}
