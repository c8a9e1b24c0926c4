import type { Account } from '../../shared/account.ts';

/** What an upstream once said of its models. */
export interface ModelCopy {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly body: Buffer;
}

/** More questions than these no tool asks; the eldest copy goes. */
const MOST = 32;

/** The last answers to questions for models, in memory, for when an upstream cannot be asked. */
export class ModelCopies {
  readonly #copies = new Map<string, ModelCopy>();

  /** Keeps what an account's upstream said. */
  keep(account: Account, question: string, copy: ModelCopy): void {
    const name = nameOf(account, question);
    this.#copies.delete(name);
    this.#copies.set(name, copy);
    const [eldest] = this.#copies.keys();
    if (this.#copies.size > MOST && eldest !== undefined) this.#copies.delete(eldest);
  }

  /** What it said last; null where it never has. */
  find(account: Account, question: string): ModelCopy | null {
    return this.#copies.get(nameOf(account, question)) ?? null;
  }
}

/** An account that is pointed elsewhere has said nothing yet. */
function nameOf({ id, baseUrl }: Account, question: string): string {
  return `${id}\n${baseUrl}\n${question}`;
}
