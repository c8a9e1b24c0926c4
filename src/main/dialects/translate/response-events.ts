import { type SseInterest, SseWalker } from '../sse.ts';
import { type Json, isJson, parseExactly } from './exact-json.ts';

/** A whole answer larger than this is not translated. */
const MAX_BODY = 64 * 1024 * 1024;

const OPEN_OBJECT = 123;

/**
 * Makes events of a Responses answer, whichever way it comes: as a stream, or as one JSON body from an upstream that does
 * not stream, which is then created and completed at once.
 */
export class ResponseEvents implements SseInterest {
  readonly longestName = 256;
  readonly #walker = new SseWalker(this);
  readonly #take: (event: Json) => void;
  /** The pieces of a whole body; null once the answer is known to be a stream. */
  #body: Buffer[] | null = [];
  #size = 0;

  constructor(take: (event: Json) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    if (this.#body === null) {
      this.#walker.push(chunk);
      return;
    }
    const first = this.#size === 0 ? chunk.find((byte) => byte > 32) : OPEN_OBJECT;
    if (first === undefined) return;
    if (first === OPEN_OBJECT) {
      this.#size += chunk.length;
      if (this.#size <= MAX_BODY) this.#body.push(chunk);
    } else {
      this.#body = null;
      this.#walker.push(chunk);
    }
  }

  end(): void {
    if (this.#body === null) {
      this.#walker.end();
      return;
    }
    const response = this.#size > MAX_BODY ? null : parsed(Buffer.concat(this.#body));
    if (!isJson(response)) return;
    this.#take({ type: 'response.created', response });
    this.#take({ type: 'response.done', response });
  }

  wants(): boolean {
    return true;
  }

  payload(data: Buffer): boolean {
    const event = parsed(data);
    if (isJson(event)) this.#take(event);
    return event !== undefined;
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseExactly(bytes.toString());
  } catch {
    return undefined;
  }
}
