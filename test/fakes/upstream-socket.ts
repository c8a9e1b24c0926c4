import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { askedFor, responseEvents } from './provider-answer.ts';
import type { AnswerScript } from './provider-script.ts';
import { RecordedRequest } from './recorded-request.ts';
import { checkRequest } from './request-check.ts';
import { FAKE_KEY, type Upstream } from './upstream.ts';

/** One message as it reached the fake provider. */
export interface ReceivedMessage {
  readonly text: string;
  readonly binary: boolean;
}

/** What a fake provider does with one `response.create`: answers, sends these very events, or keeps silent. */
export type SocketScript = (message: ReceivedMessage, number: number) => AnswerScript | readonly object[] | null;

/** How the WebSocket half of a fake provider is set up. */
export interface UpstreamSocketsOptions {
  /** The keys it takes. */
  readonly keys?: readonly string[];
  /** How each `response.create` is answered; the default answers well. */
  readonly script?: SocketScript;
  /** Takes permessage-deflate where it is offered. */
  readonly compresses?: boolean;
  /** What happens to a handshake instead of a 101, by what it says. */
  readonly refuses?: (request: RecordedRequest) => Refusal | null;
  /** Headers of every 101. */
  readonly headers?: readonly string[];
  /** Chooses a subprotocol; the default takes the first. */
  readonly protocol?: (offered: ReadonlySet<string>) => string | false;
}

/** What happens to a handshake instead of a 101. */
export type Refusal =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly headers?: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }
  /** These bytes, then nothing. */
  | { readonly kind: 'raw'; readonly bytes: string };

/** One WebSocket that a gateway opened here. */
export class UpstreamConnection {
  readonly request: RecordedRequest;
  readonly webSocket: WebSocket;
  /** For frames that no library would send. */
  readonly socket: Duplex;
  readonly messages: ReceivedMessage[] = [];
  readonly pings: string[] = [];
  readonly pongs: string[] = [];
  /** How the other side ended it; 1006 is without a close frame. */
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #sockets: UpstreamSockets;

  constructor(sockets: UpstreamSockets, request: RecordedRequest, webSocket: WebSocket, socket: Duplex) {
    this.#sockets = sockets;
    this.request = request;
    this.webSocket = webSocket;
    this.socket = socket;
  }

  /** Sends an event. */
  send(event: unknown): void {
    this.webSocket.send(typeof event === 'string' ? event : JSON.stringify(event));
  }

  /** Resolves with the message of this number, counted from 1. */
  async received(count: number): Promise<ReceivedMessage> {
    await this.#sockets.when(() => this.messages.length >= count);
    const message = this.messages[count - 1];
    if (message === undefined) throw new Error('the message is not there');
    return message;
  }

  /** Resolves when the connection has ended. */
  async ended(): Promise<{ readonly code: number; readonly reason: string }> {
    await this.#sockets.when(() => this.closed !== null);
    return this.closed ?? { code: 0, reason: '' };
  }
}

/** The WebSocket half of a fake provider. */
export class UpstreamSockets {
  readonly connections: UpstreamConnection[] = [];
  /** Handshakes that arrived, also those that were refused. */
  handshakes = 0;
  /** The same as requests. */
  readonly requests: RecordedRequest[] = [];
  /** What happens to the next handshakes; null lets them in. */
  refuse: Refusal | null = null;
  script: SocketScript;
  readonly #queue: (Refusal | null)[] = [];
  readonly #upstream: Upstream;
  readonly #options: UpstreamSocketsOptions;
  readonly #server: WebSocketServer;
  readonly #waiting = new Set<() => void>();
  #serial = 0;

  constructor(upstream: Upstream, options: UpstreamSocketsOptions = {}) {
    this.#upstream = upstream;
    this.#options = options;
    this.script = options.script ?? (() => ({ kind: 'answer' }));
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: options.compresses === true,
      autoPong: false,
      maxPayload: 256 * 1024 * 1024,
      ...(options.protocol === undefined ? {} : { handleProtocols: options.protocol }),
    });
    upstream.server.on('upgrade', (message, socket, head) => {
      if (socket instanceof Socket) this.#take(message, socket, head);
    });
  }

  /** Queues what happens to the next handshakes, one each; null lets one in. */
  next(...refusals: readonly (Refusal | null)[]): this {
    this.#queue.push(...refusals);
    return this;
  }

  /** Forgets what came so far and what is queued. */
  reset(): void {
    this.#queue.length = 0;
    this.connections.length = 0;
    this.requests.length = 0;
    this.handshakes = 0;
  }

  /** The newest connection. */
  get last(): UpstreamConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('no WebSocket has reached the fake upstream');
    return connection;
  }

  /** Resolves with the connection of this number, counted from 1. */
  async connected(count: number): Promise<UpstreamConnection> {
    await this.when(() => this.connections.length >= count);
    const connection = this.connections[count - 1];
    if (connection === undefined) throw new Error('the connection is not there');
    return connection;
  }

  /** Resolves when so many handshakes have arrived. */
  dialled(count: number): Promise<void> {
    return this.when(() => this.handshakes >= count);
  }

  /** Every message that arrived on any connection. */
  get messages(): ReceivedMessage[] {
    return this.connections.flatMap(({ messages }) => messages);
  }

  /** Resolves when something here has become true. */
  when(met: () => boolean): Promise<void> {
    if (met()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const check = (): void => {
      if (!met()) return;
      this.#waiting.delete(check);
      resolve(undefined);
    };
    this.#waiting.add(check);
    return promise.then(() => undefined);
  }

  /** Ends what is open. */
  close(): void {
    for (const { webSocket } of this.connections) webSocket.terminate();
    this.#server.close();
  }

  #take(message: IncomingMessage, socket: Socket, head: Buffer): void {
    this.handshakes += 1;
    const queued = this.#queue.shift();
    socket.on('error', () => socket.destroy());
    const request = new RecordedRequest(
      this.handshakes - 1,
      message.method ?? '',
      message.url ?? '',
      message.rawHeaders,
      Buffer.alloc(0),
      true,
    );
    this.requests.push(request);
    this.#upstream.violations.push(...checkHandshake(request, this.#upstream, this.#options.keys));
    this.#notify();
    const refuse = (queued === undefined ? this.refuse : queued) ?? this.#options.refuses?.(request);
    switch (refuse?.kind) {
      case 'silence':
        endWith(socket);
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'raw':
        endWith(socket);
        socket.write(refuse.bytes);
        return;
      case 'status': {
        const body = refuse.body ?? '{"error":{"message":"no","type":"invalid_request_error"}}';
        socket.end(
          `HTTP/1.1 ${refuse.status} No\r\n${refuse.headers ?? ''}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
        return;
      }
      case undefined:
    }
    this.#server.once('headers', (headers) => {
      headers.push(...(this.#options.headers ?? []));
    });
    this.#server.handleUpgrade(message, socket, head, (webSocket) => {
      this.#open(new UpstreamConnection(this, request, webSocket, socket));
    });
  }

  #open(connection: UpstreamConnection): void {
    const { webSocket } = connection;
    this.connections.push(connection);
    webSocket.on('message', (data: Buffer, binary) => {
      const message = { text: data.toString(), binary };
      connection.messages.push(message);
      this.#answer(connection, message);
      this.#notify();
    });
    webSocket.on('ping', (data) => {
      connection.pings.push(data.toString());
      this.#notify();
    });
    webSocket.on('pong', (data) => {
      connection.pongs.push(data.toString());
      this.#notify();
    });
    webSocket.on('error', () => undefined);
    webSocket.on('close', (code, reason) => {
      connection.closed = { code, reason: reason.toString() };
      this.#notify();
    });
    this.#notify();
  }

  #answer(connection: UpstreamConnection, message: ReceivedMessage): void {
    const body = parsed(message.text);
    const type = body?.['type'];
    if (typeof type !== 'string' || type.trim() !== 'response.create') return;
    const script = this.script(message, connection.messages.length);
    const asked = askedFor({ ...(body?.['response'] as object | undefined), ...body });
    if (script === null || asked === null) return;
    if (!('kind' in script)) {
      for (const event of script) connection.send(event);
      return;
    }
    this.#serial += 1;
    const lane = typeof body?.['stream_id'] === 'string' ? body['stream_id'] : null;
    const all = responseEvents(script, asked, this.#serial);
    const events = body?.['generate'] === false ? all.filter((_, at) => at === 0 || at === all.length - 1) : all;
    for (const { data } of events.slice(0, script.cutAfter)) {
      connection.send(lane === null ? data : { ...(JSON.parse(data) as object), stream_id: lane });
    }
    if (script.cutAfter !== undefined) webSocketCut(connection);
  }

  #notify(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** Unread, a socket would never learn that the other side has gone. */
function endWith(socket: Socket): void {
  socket.once('end', () => socket.destroy()).resume();
}

function webSocketCut({ webSocket }: UpstreamConnection): void {
  webSocket.terminate();
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** A handshake has to have the headers of an upgrade; for the rest it is a request like any other. */
function checkHandshake(
  request: RecordedRequest,
  upstream: Upstream,
  keys = [FAKE_KEY] as readonly string[],
): string[] {
  const own = new Set(['connection', 'upgrade']);
  const others = request.headers.filter(([name]) => !own.has(name.toLowerCase())).flat();
  const bare = new RecordedRequest(request.index, request.method, request.path, others, request.body, true);
  return checkRequest(bare, keys, `127.0.0.1:${upstream.port}`);
}
