import type { AnswerFacts, AnswerReader, Dialect } from '../dialects/dialect.ts';
import type { HeadersDown } from '../upstream/headers.ts';
import { ErrorCover } from './error-cover.ts';
import type { House } from './house.ts';

/** What is read of a good answer on its way; its bytes stay as they came, but for keys that an error among them quotes. */
export class AnswerView {
  readonly isStream: boolean;
  readonly #reader: AnswerReader;
  readonly #cover: ErrorCover;

  constructor(
    reads: Pick<Dialect, 'answerReader'>,
    { contentType }: HeadersDown,
    redact: Pick<House['redact'], 'stream'>,
  ) {
    this.isStream = contentType.startsWith('text/event-stream');
    this.#reader = reads.answerReader(this.isStream);
    this.#cover = new ErrorCover(() => redact.stream(true), this.isStream);
  }

  get started(): boolean {
    return this.#reader.started;
  }

  get complete(): boolean {
    return this.#reader.complete;
  }

  get facts(): AnswerFacts {
    return this.#reader.facts;
  }

  /** False where an end would be a break. */
  get mayEnd(): boolean {
    return this.#reader.mayEnd;
  }

  /** True where the answer should have an end of its own that has not come. */
  get isOpen(): boolean {
    return !this.complete && this.isStream;
  }

  /** Looks at what came; what may leave is as long. */
  look(came: Buffer | undefined, last: boolean): Buffer | undefined {
    const bytes = this.#cover.push(came, last);
    if (bytes !== undefined) this.#reader.push(bytes);
    if (last) this.#reader.end();
    return bytes;
  }

  /** What may leave of an answer that was cut. */
  cut(came: Buffer | undefined): Buffer | undefined {
    const rest = this.#cover.push(came, true);
    if (rest !== undefined) this.#reader.push(rest);
    return rest;
  }
}
