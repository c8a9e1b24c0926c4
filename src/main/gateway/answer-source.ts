import type { Dispatcher } from 'undici';
import { CodedAnswer, type CodedListener } from './coded-answer.ts';

/** Where one answer comes from: the upstream's flow, held back while the tool cannot take more, and let go at the end. */
export class AnswerSource {
  #controller: Dispatcher.DispatchController | null = null;
  /** Takes the coding off an answer that came coded. */
  #coded: CodedAnswer | null = null;
  #isOver = false;

  /** True once nothing more can come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The request is on its way. */
  begin(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  /** From here on the coding is taken off; false where it cannot be read. */
  decode(coding: string, listener: CodedListener): boolean {
    this.#coded = CodedAnswer.of(coding, listener);
    return this.#coded !== null;
  }

  /** Hands on what came, without its coding. */
  push(chunk: Buffer, came: (bytes: Buffer) => void): void {
    if (this.#coded === null) {
      came(chunk);
      return;
    }
    this.#coded.push(chunk);
    if (this.#coded.isFull) this.#controller?.pause();
  }

  /** Nothing more comes; calls back once everything that came has been handed on. */
  end(then: () => void): void {
    if (this.#coded === null) {
      this.#isOver = true;
      then();
    } else
      this.#coded.end(() => {
        this.#isOver = true;
        then();
      });
  }

  /** It broke; calls back once everything that came before has been handed on. */
  broke(then: () => void): void {
    if (this.#coded === null) then();
    else this.#coded.end(then);
  }

  /** Lets nothing more come for now. */
  pause(): void {
    this.#controller?.pause();
    this.#coded?.pause();
  }

  /** Lets it go on. */
  resume(): void {
    this.#coded?.resume();
    if (this.#coded?.isFull !== true) this.#controller?.resume();
  }

  /** Nobody reads on; the upstream may still end well. */
  close(): void {
    this.#coded?.destroy();
  }

  /** Gives the request up. */
  abort(why: string): void {
    this.#controller?.abort(new Error(why));
  }
}
