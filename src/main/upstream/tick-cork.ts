import type { Duplex } from 'node:stream';

/** Lets everything that is written to a socket in one tick of the event loop leave as one write: a system call a tick, not one a frame. */
export class TickCork {
  readonly #socket: Duplex;
  #corked = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Called before each write. */
  gather(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(this.#release);
  }

  readonly #release = (): void => {
    this.#corked = false;
    this.#socket.uncork();
  };
}
