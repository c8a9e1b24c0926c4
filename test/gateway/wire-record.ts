import type { ServerResponse } from 'node:http';
import type { Upstream } from '../fakes/upstream.ts';

/** What a fake provider has put on the wire for one request. */
export interface Sent {
  readonly body: Buffer;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
}

/** Keeps, from now on, what a provider sends, by the order of its requests. */
export function recordAnswers(upstream: Upstream): (index: number) => Sent {
  const kept: { readonly pieces: Buffer[]; readonly response: ServerResponse }[] = [];
  upstream.server.prependListener('request', (_, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    kept.push({ pieces, response });
    const write = response.write.bind(response);
    // The fake writes everything through `write`, so this one place sees all of it.
    response.write = (chunk: unknown, ...rest: never[]): boolean => {
      pieces.push(Buffer.from(chunk as Uint8Array));
      return write(chunk, ...rest);
    };
  });
  return (index) => {
    const one = kept[index];
    if (one === undefined) throw new Error(`the provider has had no request ${index}`);
    const headers = Object.entries(one.response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
    return { body: Buffer.concat(one.pieces), headers };
  };
}
