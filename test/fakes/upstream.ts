import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { leaksIn } from '../readers/leak.ts';
import { AnswerWriter } from './answer-writer.ts';
import { askedFor, chatBody, chatEvents, responseBody, responseEvents } from './provider-answer.ts';
import { errorBody } from './provider-error.ts';
import { messageBody, messageEvents } from './provider-messages.ts';
import { platformAnswer } from './provider-platform.ts';
import type { AnswerScript, ErrorScript, Script, ScriptSource } from './provider-script.ts';
import { RecordedRequest } from './recorded-request.ts';
import { checkRequest } from './request-check.ts';

/** How a fake provider is set up. */
export interface UpstreamOptions {
  /** The keys it takes; any other gets 401 and counts as a violation. */
  readonly keys?: readonly string[];
  /** What it does with requests for which no script is queued. */
  readonly script?: ScriptSource;
}

/** The key a fake provider takes unless told otherwise. */
export const FAKE_KEY = 'sk-fake-provider-key-0001';

/** Starts a fake provider on a free port of the loopback. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 60_000 });
  const upstream = new Upstream(server, options);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  return upstream;
}

/** A scriptable provider that records what reached it and notices what should not have. */
export class Upstream {
  /** For fakes that add an upgrade handler. */
  readonly server: Server;
  /** Every request whose body ended or broke off, in that order. */
  readonly requests: RecordedRequest[] = [];
  /** What no provider should ever see, in words; a test ends with `expect(upstream.violations).toEqual([])`. */
  readonly violations: string[] = [];
  /** Requests under way, from their headers to the end of their answer. */
  open = 0;
  /** Answers the client gave up before their end. */
  closedEarly = 0;
  /** Connections accepted so far. */
  connections = 0;
  readonly #keys: readonly string[];
  readonly #queue: ScriptSource[] = [];
  readonly #waiting = new Set<{ readonly met: () => boolean; readonly resolve: () => void }>();
  #script: ScriptSource;
  #serial = 0;
  #port = 0;

  constructor(server: Server, { keys = [FAKE_KEY], script = { kind: 'answer' } }: UpstreamOptions) {
    this.server = server;
    this.#keys = keys;
    this.#script = script;
    server.once('listening', () => {
      this.#port = (server.address() as AddressInfo).port;
    });
    server.on('connection', (socket) => {
      this.connections += 1;
      socket.setNoDelay(true);
    });
    server.on('request', (message, response) => {
      void this.#take(message, response);
    });
  }

  /** Known also after nobody listens there any more. */
  get port(): number {
    return this.#port;
  }

  /** Without a path. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As an account's `baseUrl`. */
  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** The newest request; throws when there is none. */
  get last(): RecordedRequest {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('no request has reached the fake upstream');
    return request;
  }

  /** Queues scripts, one for each of the next requests. */
  next(...scripts: readonly ScriptSource[]): this {
    this.#queue.push(...scripts);
    return this;
  }

  /** Sets what happens to requests for which nothing is queued. */
  always(script: ScriptSource): this {
    this.#script = script;
    return this;
  }

  /** Resolves when this many requests have arrived in full (or broken off). */
  requested(count: number): Promise<undefined> {
    return this.#when(() => this.requests.length >= count);
  }

  /** Resolves when this many answers have been given up by the client. */
  left(count: number): Promise<undefined> {
    return this.#when(() => this.closedEarly >= count);
  }

  /** Resolves when no request is under way. */
  idle(): Promise<undefined> {
    return this.#when(() => this.open === 0);
  }

  /** Where any reader of test/readers sees one of these tiers in anything that was received, one line each. */
  async leaks(tiers: readonly string[]): Promise<string[]> {
    const found = await Promise.all(this.requests.map((request) => leaksIn(request, tiers)));
    return found.flat();
  }

  /** Forgets everything recorded and queued; what is under way stays counted. */
  reset(): void {
    this.requests.length = 0;
    this.violations.length = 0;
    this.#queue.length = 0;
    this.closedEarly = 0;
  }

  /** Breaks off what is under way and frees the port. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.server.close(() => {
      resolve(undefined);
    });
    this.server.closeAllConnections();
    await promise;
  }

  async #take(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    const serial = this.#serial++;
    const { body, complete } = await readBody(message);
    const request = new RecordedRequest(
      serial,
      message.method ?? '',
      message.url ?? '',
      message.rawHeaders,
      body,
      complete,
    );
    this.requests.push(request);
    this.violations.push(...checkRequest(request, this.#keys, `127.0.0.1:${this.port}`));
    const over = Promise.withResolvers<undefined>();
    const end = (): void => {
      this.open -= 1;
      if (request.outcome === 'open') request.outcome = response.writableFinished ? 'finished' : 'left';
      if (request.outcome === 'left') this.closedEarly += 1;
      this.#notify();
      over.resolve(undefined);
    };
    // A request that broke off has closed its response already, and no further event will say so.
    if (response.closed) end();
    else response.once('close', end);
    this.#notify();
    if (!complete) return;
    const source = this.#queue.shift() ?? this.#script;
    await Promise.race([
      over.promise,
      this.#run(typeof source === 'function' ? source(request) : source, request, response),
    ]);
  }

  async #run(script: Script, request: RecordedRequest, response: ServerResponse): Promise<void> {
    switch (script.kind) {
      case 'reset':
        request.outcome = 'cut';
        response.socket?.resetAndDestroy();
        return;
      case 'stall':
        await script.until;
        if (!response.destroyed) await this.#run(script.then ?? { kind: 'answer' }, request, response);
        return;
      case 'redirect':
        await this.#refuse(
          { kind: 'error', status: script.status ?? 307, headers: { location: script.location }, body: '' },
          request,
          response,
        );
        return;
      case 'error':
        await this.#refuse(script, request, response);
        return;
      case 'answer':
        await this.#answer(script, request, response);
    }
  }

  async #refuse(script: ErrorScript, request: RecordedRequest, response: ServerResponse): Promise<void> {
    const body = script.body ?? errorBody(script.status, script.quotesKey === true ? request.key : null);
    const quoted = script.quotesKey === true && request.key !== null ? { 'x-debug-key': request.key } : {};
    const writer = new AnswerWriter({ kind: 'answer' }, request, response);
    await writer.whole(body, script.status, { 'x-request-id': requestId(request.index), ...quoted, ...script.headers });
  }

  async #answer(script: AnswerScript, request: RecordedRequest, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.path.split('?')[0] ?? ''}`;
    if (request.key === null || !this.#keys.includes(request.key)) {
      await this.#refuse({ kind: 'error', status: 401 }, request, response);
      return;
    }
    const said = SPOKEN[route];
    if (said === undefined) {
      const other = platformAnswer(route);
      if (other === null) await this.#refuse({ kind: 'error', status: 404 }, request, response);
      else {
        const type = { 'content-type': other.type ?? 'application/json', 'x-request-id': requestId(request.index) };
        const headers = { ...type, ...script.headers };
        await new AnswerWriter(script, request, response).whole(
          script.body ?? other.body,
          script.status ?? 200,
          headers,
        );
      }
      return;
    }
    const asked = askedFor(request.json);
    if (asked === null) {
      await this.#refuse({ kind: 'error', status: 400 }, request, response);
      return;
    }
    const headers = { ...answerHeaders(request.index, script.model ?? asked.model), ...script.headers };
    const writer = new AnswerWriter(script, request, response);
    if (asked.stream) {
      const events = script.events ?? said.events(script, asked, request.index + 1);
      await writer.stream(events, script.status ?? 200, headers);
    } else {
      const body = script.body ?? said.body(script, asked, request.index + 1);
      await writer.whole(body, script.status ?? 200, headers);
    }
  }

  #when(met: () => boolean): Promise<undefined> {
    if (met()) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#waiting.add({
      met,
      resolve: () => {
        resolve(undefined);
      },
    });
    return promise;
  }

  #notify(): void {
    for (const one of this.#waiting) {
      if (!one.met()) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }
}

const RESPONSES = { body: responseBody, events: responseEvents };

/** How each protocol answers. */
const SPOKEN: Readonly<Record<string, typeof RESPONSES>> = {
  'POST /v1/responses': RESPONSES,
  'POST /v1/responses/compact': RESPONSES,
  'POST /backend-api/codex/responses': RESPONSES,
  'POST /backend-api/codex/responses/compact': RESPONSES,
  'POST /v1/chat/completions': { body: chatBody, events: chatEvents },
  'POST /v1/messages': { body: messageBody, events: messageEvents },
};

function answerHeaders(index: number, model: string): Record<string, string> {
  return {
    'x-request-id': requestId(index),
    'openai-model': model,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '42',
    'x-codex-turn-state': `turn-state-${index}`,
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-remaining-tokens': '1999900',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '3ms',
  };
}

function requestId(index: number): string {
  return `req_${index.toString(16).padStart(32, '0')}`;
}

async function readBody(message: IncomingMessage): Promise<{ body: Buffer; complete: boolean }> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of message) pieces.push(piece as Buffer);
  } catch {
    // The client left inside its own body; what came is still evidence.
  }
  return { body: Buffer.concat(pieces), complete: message.complete };
}
