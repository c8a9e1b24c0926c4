import type { ServerResponse } from 'node:http';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { ResponseCollector } from '../dialects/response-collector.ts';
import type { HeadersDown } from '../upstream/headers.ts';
import { type LastWords, type Outlet, leftOutHeader } from './outlet.ts';
import type { CleanError } from './upstream-error.ts';

/** What a gathered answer needs. */
export interface GatheredOptions {
  readonly response: ServerResponse;
  readonly turn: string;
  /** Members of the request that did not go up. */
  readonly leftOut: readonly string[];
}

/** The way of an answer that comes as a stream, since the upstream knows no other, to a tool that wants one body. */
export class GatheredOutlet implements Outlet {
  readonly #options: GatheredOptions;
  readonly #collector = new ResponseCollector();
  #headers: string[] = [];
  #sent = false;
  #isCut = false;
  /** True for an upstream that has sent one body after all. */
  #isWhole = false;

  constructor(options: GatheredOptions) {
    this.#options = options;
  }

  get failure(): GatewayError | null {
    const { collected } = this.#collector;
    if (collected?.kind === 'failure') return gatewayError('upstream_failed', collected.message);
    return this.#isCut ? gatewayError('upstream_failed', 'The upstream broke off its answer.') : null;
  }

  begin(status: number, { flat, contentType }: HeadersDown): void {
    const { response, turn, leftOut } = this.#options;
    this.#isWhole = contentType.startsWith('application/json');
    if (this.#isWhole) {
      response.writeHead(status, [...flat, ...leftOutHeader(leftOut), 'x-tiergate-turn', turn]);
      return;
    }
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = flat[index] ?? '';
      if (!/^content-|^cache-control$|^x-accel-/i.test(name)) this.#headers.push(name, flat[index + 1] ?? '');
    }
  }

  take(bytes: Buffer | undefined, last: boolean): Buffer | undefined {
    if (this.#isWhole) return bytes;
    if (bytes !== undefined) this.#collector.push(bytes);
    if (last) this.#collector.end();
    const { collected } = this.#collector;
    this.#isCut ||= last && collected === null;
    if (collected?.kind !== 'body' || this.#sent) return undefined;
    this.#sent = true;
    const { response, turn, leftOut } = this.#options;
    response.writeHead(200, [
      ...this.#headers,
      ...['content-type', 'application/json', 'content-length', String(collected.body.length)],
      ...leftOutHeader(leftOut),
      ...['x-tiergate-turn', turn],
    ]);
    return collected.body;
  }

  flush(): void {
    // What the answer will be is not known before it is whole.
  }

  cut(bytes: Buffer | undefined): LastWords {
    if (this.#isWhole) return { bytes, endsWell: false };
    const body = this.take(bytes, true);
    return { bytes: body, endsWell: this.#sent };
  }

  error(_: number, error: CleanError): CleanError {
    return error;
  }
}
