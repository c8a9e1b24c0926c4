import { SseWalker } from '../dialects/sse.ts';
import { type ErrorSaid, errorSaidIn } from '../upstream/fault.ts';

/** What a stream's beginning has shown. */
export type Beginning =
  /** Nothing yet that tells an answer from a failure. */
  { readonly kind: 'open' } | { readonly kind: 'answer' } | { readonly kind: 'failure'; readonly said: ErrorSaid };

/** Events by which an upstream only says that it has the request. */
const QUIET: ReadonlySet<string> = new Set([
  ...['response.created', 'response.in_progress', 'response.queued', 'ping'],
  // ChatGPT's backend speaks of the plan first.
  ...['codex.rate_limits', 'codex.response.metadata'],
]);

/** Looks at the first events of a stream, before the tool is told that it has an answer. */
export class FirstEvent {
  readonly #walker = new SseWalker({ longestName: 256, wants: () => true, payload: (data) => this.#payload(data) });
  beginning: Beginning = { kind: 'open' };

  push(chunk: Buffer): Beginning {
    if (this.beginning.kind === 'open') this.#walker.push(chunk);
    return this.beginning;
  }

  #payload(data: Buffer): boolean {
    if (this.beginning.kind !== 'open') return true;
    let document: unknown;
    try {
      document = JSON.parse(data.toString('utf8'));
    } catch {
      // `[DONE]`, or the first line of several: in either case not a failure that can be read.
      this.beginning = { kind: 'answer' };
      return true;
    }
    const { type, error } = (document ?? {}) as { readonly type?: unknown; readonly error?: unknown };
    if (type === 'error' || type === 'response.failed' || (type === undefined && error !== undefined && error !== null))
      this.beginning = { kind: 'failure', said: errorSaidIn(document) };
    else if (typeof type !== 'string' || !QUIET.has(type)) this.beginning = { kind: 'answer' };
    return true;
  }
}
