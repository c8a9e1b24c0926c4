/** Messages that may wait while a session moves to another account, and their bytes. */
const MAX_WAITING = 64;
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

  /** Gives everything back. */
  take(): readonly WaitingMessage[] {
    this.#bytes = 0;
    return this.#messages.splice(0);
  }
}
