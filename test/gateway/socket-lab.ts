import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { UpstreamSockets, type UpstreamSocketsOptions } from '../fakes/upstream-socket.ts';
import { type Lab, type LabOptions, startLab } from './lab.ts';

/** A lab whose provider speaks WebSocket too. */
export interface SocketLab extends Lab {
  readonly sockets: UpstreamSockets;
  /** Opens a tool's WebSocket, or throws where the handshake is refused. */
  open(options?: OpenOptions): Promise<ToolSocket>;
  /** Breaks off every tool's connection, also one that is still being opened. */
  leave(): Promise<void>;
  /** Sends a handshake that will be refused, and returns the refusal. */
  refused(options?: OpenOptions): Promise<{ readonly status: number; readonly body: string }>;
}

/** What a tool's handshake differs in from a plain one. */
interface OpenOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  readonly compress?: boolean;
}

/** Starts a provider with WebSockets and a gateway in front of it. */
export async function startSocketLab(
  options: LabOptions & { readonly sockets?: UpstreamSocketsOptions } = {},
): Promise<SocketLab> {
  const lab = await startLab(options);
  const sockets = new UpstreamSockets(lab.upstream, options.sockets);
  const opened: ToolSocket[] = [];
  return {
    ...lab,
    sockets,
    open: async (open) => {
      const tool = new ToolSocket(dial(lab.origin, open));
      opened.push(tool);
      await tool.opened;
      return tool;
    },
    leave: async () => {
      for (const { webSocket } of opened) webSocket.terminate();
      await Promise.all(opened.map(({ closed }) => closed));
    },
    refused: async (open) => {
      const webSocket = dial(lab.origin, open);
      const response = Promise.withResolvers<{ status: number; body: string }>();
      webSocket.on('error', () => undefined);
      webSocket.on('open', () => {
        response.reject(new Error('the handshake was not refused'));
      });
      webSocket.on('unexpected-response', (_, answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => {
          response.resolve({ status: answer.statusCode ?? 0, body });
        });
      });
      return response.promise;
    },
    forget: async () => {
      opened.length = 0;
      await lab.forget();
    },
    close: async () => {
      for (const { webSocket } of opened) webSocket.terminate();
      sockets.close();
      await lab.close();
    },
  };
}

/** A tool's handshake, on its way. */
export function dial(
  origin: string,
  { path = '/v1/responses', headers, protocols, compress }: OpenOptions = {},
): WebSocket {
  const options: ClientOptions = {
    headers: { authorization: `Bearer ${LOCAL_KEY}`, ...headers },
    perMessageDeflate: compress === true,
    maxPayload: 256 * 1024 * 1024,
  };
  return new WebSocket(origin.replace('http', 'ws') + path, [...(protocols ?? [])], options);
}

/** One event as a tool sees it. */
export type ToolEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** A tool's end of a session. */
export class ToolSocket {
  readonly webSocket: WebSocket;
  /** The headers of the 101. */
  headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly messages: { readonly text: string; readonly binary: boolean }[] = [];
  readonly opened: Promise<void>;
  /** Resolves when the connection has ended, with the messages that came before. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string; readonly before: number }>;
  readonly #waiting = new Set<() => void>();

  constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string; before: number }>();
    this.closed = promise;
    webSocket.on('upgrade', ({ headers }) => {
      this.headers = headers;
    });
    webSocket.on('message', (data: Buffer, binary) => {
      this.messages.push({ text: data.toString(), binary });
      for (const check of [...this.#waiting]) check();
    });
    webSocket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString(), before: this.messages.length });
      for (const check of [...this.#waiting]) check();
    });
    this.opened = once(webSocket, 'open').then(() => undefined);
    this.opened.catch(() => undefined);
    webSocket.on('error', () => undefined);
  }

  /** The events so far. */
  get events(): ToolEvent[] {
    return this.messages.map(({ text }) => JSON.parse(text) as ToolEvent);
  }

  send(frame: unknown, binary = false): void {
    const text = typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame);
    this.webSocket.send(binary ? Buffer.from(text) : text, { binary });
  }

  /** Resolves when so many events of a type have come, with the last of them. */
  async event(type: string, count = 1): Promise<ToolEvent> {
    const found = (): ToolEvent | undefined => this.events.filter((event) => event.type === type)[count - 1];
    await this.#when(() => found() !== undefined);
    const event = found();
    if (event === undefined) throw new Error(`the session ended without ${type}: ${JSON.stringify(this.messages)}`);
    return event;
  }

  /** Sends a turn and waits for its end. */
  async turn(frame: Readonly<Record<string, unknown>> = {}): Promise<ToolEvent> {
    const before = this.events.filter(({ type }) => type === 'response.completed').length;
    this.send({ type: 'response.create', model: 'gpt-5.5', input: [], ...frame });
    return this.event('response.completed', before + 1);
  }

  #when(met: () => boolean): Promise<void> {
    const over = (): boolean => met() || this.webSocket.readyState === WebSocket.CLOSED;
    if (over()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const check = (): void => {
      if (!over()) return;
      this.#waiting.delete(check);
      resolve(undefined);
    };
    this.#waiting.add(check);
    return promise.then(() => undefined);
  }
}
