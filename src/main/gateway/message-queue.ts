/** From here on a tool is not read while its session moves to another account or its turn waits for a slot. */
const PLENTY = 32;
const PLENTY_BYTES = 8 * 1024 * 1024;

/** What may wait at most: what one read of a connection brings comes as a whole, and may be thousands of small messages. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** One message of a tool that waits. */
export interface WaitingMessage {
  readonly payload: Buffer;
  readonly binary: boolean;
}

/** What a tool says while nobody can take it, in its order and not without bound. */
export class MessageQueue {
  readonly #messages: WaitingMessage[] = [];
  #bytes = 0;

  /** Keeps a message; false when there is no room for it. */
  push(message: WaitingMessage): boolean {
    this.#bytes += message.payload.length;
    if (this.#messages.length >= MAX_WAITING || this.#bytes > MAX_WAITING_BYTES) return false;
    this.#messages.push(message);
    return true;
  }

  /** True when it is high time to read no more. */
  get crowded(): boolean {
    return this.#messages.length >= PLENTY || this.#bytes >= PLENTY_BYTES;
  }

  /** Gives everything back. */
  take(): readonly WaitingMessage[] {
    this.#bytes = 0;
    return this.#messages.splice(0);
  }
}
