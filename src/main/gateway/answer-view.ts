import type { AnswerFacts, AnswerReader, Dialect } from '../dialects/dialect.ts';
import type { HeadersDown } from '../upstream/headers.ts';
import { CodedView } from './coded-view.ts';
import { ErrorCover } from './error-cover.ts';
import type { House } from './house.ts';

/** What is read of a good answer on its way; its bytes stay as they came, but for keys that an error among them quotes. */
export class AnswerView {
  readonly isStream: boolean;
  readonly #reader: AnswerReader;
  /** Null for a coded answer. */
  readonly #cover: ErrorCover | null;
  readonly #coded: CodedView | null;
  /** True for a coding that nobody here can read: the answer passes, and what it says stays unknown. */
  readonly #blind: boolean;

  constructor(
    reads: Pick<Dialect, 'answerReader'>,
    { contentType, contentEncoding }: HeadersDown,
    redact: Pick<House['redact'], 'stream'>,
  ) {
    const isPlain = contentEncoding === '';
    this.isStream = contentType.startsWith('text/event-stream');
    this.#reader = reads.answerReader(this.isStream);
    this.#cover = isPlain ? new ErrorCover(() => redact.stream(true), this.isStream) : null;
    this.#coded = isPlain ? null : CodedView.of(this.#reader, contentEncoding);
    this.#blind = !isPlain && this.#coded === null;
  }

  /** True where looking takes time, and the upstream has to wait for it. */
  get takesTime(): boolean {
    return this.#coded !== null;
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
    return this.#blind || this.#reader.mayEnd;
  }

  /** True where the answer should have an end of its own that has not come. */
  get isOpen(): boolean {
    return !this.complete && this.isStream && !this.#blind;
  }

  /** Looks at what came; what may leave is as long. */
  look(came: Buffer | undefined, last: boolean): Buffer | undefined {
    const bytes = this.#cover === null ? came : this.#cover.push(came, last);
    if (bytes !== undefined && !this.#blind) this.#reader.push(bytes);
    if (last) this.#reader.end();
    return bytes;
  }

  /** The same where that takes time; calls back when it is done. */
  lookInto(came: Buffer | undefined, last: boolean, done: () => void): void {
    const view = this.#coded;
    if (view === null) {
      done();
      return;
    }
    const end = (): void => {
      if (last) view.end(done);
      else done();
    };
    if (came === undefined) end();
    else view.push(came, end);
  }

  /** What may leave of an answer that was cut; of a coded one only what has been looked at. */
  cut(came: Buffer | undefined): Buffer | undefined {
    if (this.#coded !== null) return undefined;
    const rest = this.#cover === null ? came : this.#cover.push(came, true);
    if (rest !== undefined && !this.#blind) this.#reader.push(rest);
    return rest;
  }

  destroy(): void {
    this.#coded?.destroy();
  }
}
