import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

/** An event as it is sent; its type comes first, as with a provider. */
type SandboxEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The sandbox's WebSockets: every `response.create` is answered as the same request over HTTP would be. */
export class SandboxSockets {
  readonly #server: WebSocketServer;
  readonly #events: (frame: string) => readonly SandboxEvent[];

  constructor(server: Server, events: (frame: string) => readonly SandboxEvent[]) {
    this.#events = events;
    this.#server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    server.on('upgrade', (request, socket, head) => {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data: Buffer) => {
          this.#answer(webSocket, data.toString());
        });
        // A peer that breaks off must not end the process.
        webSocket.on('error', () => {
          webSocket.terminate();
        });
      });
    });
  }

  /** Ends what is open. */
  close(): void {
    for (const webSocket of this.#server.clients) webSocket.terminate();
    this.#server.close();
  }

  #answer(webSocket: WebSocket, text: string): void {
    const frame = read(text);
    const type = frame?.['type'];
    if (frame === null || typeof type !== 'string' || type.trim() !== 'response.create') return;
    const { response, ...rest } = frame;
    const asked = { ...rest, ...(typeof response === 'object' ? response : {}) };
    const lane = typeof frame['stream_id'] === 'string' ? { stream_id: frame['stream_id'] } : {};
    const events = this.#events(JSON.stringify(asked));
    // A prewarm generates nothing: its answer begins and ends.
    const sent = frame['generate'] === false ? [events.at(0), events.at(-1)] : events;
    for (const event of sent) if (event !== undefined) webSocket.send(JSON.stringify({ ...event, ...lane }));
  }
}

function read(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
