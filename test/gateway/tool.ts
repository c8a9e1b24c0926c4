import { once } from 'node:events';
import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
} from 'node:http';
import { LOCAL_KEY } from '../fakes/gateway.ts';

/** One call of a tool; what is left out is a good Responses turn. */
export interface Call {
  /** As it is to stand on the request line. */
  readonly path?: string;
  readonly method?: string;
  /** On top of the key and the content type; undefined takes one of those away. */
  readonly headers?: OutgoingHttpHeaders;
  /** Bytes and text go as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Keeps connections for more than one call. */
  readonly agent?: Agent;
}

/** A good Responses turn. */
export const TURN = { model: 'gpt-5.5', input: 'hi' } as const;

/** Writes a call's headers and body, and ends it. */
export function dial(origin: string, call: Call = {}): ClientRequest {
  const { body = TURN } = call;
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(json(body));
  const request = dialOpen(origin, { ...call, headers: { 'content-length': bytes.length, ...call.headers } });
  request.end(bytes);
  return request;
}

/** Opens a call whose body the caller writes. */
export function dialOpen(
  origin: string,
  { path = '/v1/responses', method = 'POST', headers = {}, agent }: Call,
): ClientRequest {
  const { hostname, port } = new URL(origin);
  const all = { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json', ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  // Without an agent every call has a connection of its own, which ends with it.
  return httpRequest({ hostname, port, path, method, headers: sent, agent: agent ?? false });
}

/** Sends a call and resolves when the answer's headers are there. */
export async function begin(origin: string, call: Call = {}): Promise<Answer> {
  return answerTo(dial(origin, call));
}

/** Waits for the answer's headers. */
export async function answerTo(request: ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // Breaking off after the headers is told by the answer's end.
  request.on('error', () => undefined);
  return new Answer(request, response);
}

/** Sends a call and reads the answer to its end. */
export async function send(origin: string, call: Call = {}): Promise<WholeAnswer> {
  return (await begin(origin, call)).whole();
}

/** An answer read to its end, or to where it broke. */
export interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly text: string;
  /** True when the connection ended before the answer did. */
  readonly broken: boolean;
  header(name: string): string | undefined;
  /** The error of a body in OpenAI's shape. */
  readonly error: { readonly type: string; readonly code: string; readonly message: string };
}

/** An answer whose headers have come. */
export class Answer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #pieces: AsyncIterator<Buffer>;

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.rawHeaders = response.rawHeaders;
    this.#request = request;
    this.#response = response;
    this.#pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** The next bytes; null at a clean end, and an exception where the connection broke. */
  async piece(): Promise<Buffer | null> {
    const next = await this.#pieces.next();
    return next.done === true ? null : next.value;
  }

  /** Reads on until the text has come, and returns everything read here. */
  async until(text: string): Promise<string> {
    let read = '';
    while (!read.includes(text)) {
      const piece = await this.piece();
      if (piece === null) throw new Error(`the answer ended without ${text}: ${read}`);
      read += piece.toString('latin1');
    }
    return read;
  }

  /** Reads to the end, or to where the answer breaks. */
  async whole(): Promise<WholeAnswer> {
    const pieces: Buffer[] = [];
    let broken = false;
    try {
      for (let piece = await this.piece(); piece !== null; piece = await this.piece()) pieces.push(piece);
    } catch {
      broken = true;
    }
    const body = Buffer.concat(pieces);
    const text = body.toString('utf8');
    return {
      status: this.status,
      body,
      text,
      broken,
      header: (name) => this.header(name),
      get error() {
        return (JSON.parse(text) as { error: WholeAnswer['error'] }).error;
      },
    };
  }

  /** Closes the connection, as a tool does that is stopped. */
  leave(): void {
    this.#request.destroy();
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
