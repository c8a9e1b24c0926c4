import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Server, WebSocketServer } from 'ws';
import type { OpenSession } from '../../shared/control.ts';
import { type ErrorCode, type GatewayError, gatewayError, messageOf } from '../../shared/errors.ts';
import { LOOP_CODE } from '../upstream/connector.ts';
import { upgradeHeadersDown } from '../upstream/headers.ts';
import type { House } from './house.ts';
import { dialGoodbye, refusalGoodbye } from './socket-goodbye.ts';
import { dialWays } from './socket-dial.ts';
import { Handshake, type SocketRequest } from './socket-handshake.ts';
import { refuseHandshake } from './socket-request.ts';
import { type Moved, SocketSession } from './socket-session.ts';
import { ToolWebSocket } from './socket-tool.ts';
import type { Chosen, DialFailure, OpenedUpstream } from './socket-upstream.ts';
import { placeOf } from './upstream-error.ts';

/** How long a session may be unused between turns (spec B.7). */
export const IDLE_MS = 15 * 60_000;

/** How often idle sessions are looked for; one timer for all of them, and none while there are none. */
const SWEEP_MS = 30_000;

const MIB = 1024 * 1024;

/** How long a tool may take to answer a close frame. */
const CLOSE_MS = 2000;

/** All WebSocket sessions of a gateway. */
export class SocketSessions {
  readonly #house: House;
  readonly #onChange: () => void;
  readonly #sessions = new Set<SocketSession>();
  /** Tools whose upstream is still being dialled. */
  readonly #dialling = new Set<Socket>();
  readonly #servers = new Map<string, Server<typeof ToolWebSocket>>();
  #cancelSweep: (() => void) | null = null;
  #stopping = false;

  constructor(house: House, onChange: () => void) {
    this.#house = house;
    this.#onChange = onChange;
  }

  /** Turns that are under way, over all sessions. */
  get openTurns(): number {
    let open = 0;
    for (const session of this.#sessions) open += session.openTurns;
    return open;
  }

  /** The open sessions, oldest first. */
  get views(): OpenSession[] {
    return [...this.#sessions].map((session) => session.view);
  }

  /** Opens a session: the account, the upstream, then the tool's 101; returns why not. */
  async open(asked: SocketRequest, socket: Socket, head: Buffer): Promise<GatewayError | null> {
    const wrong = refuseHandshake(asked.request);
    if (wrong !== null) return wrong;
    const handshake = Handshake.read(this.#house, asked);
    if ('code' in handshake) return handshake;
    const left = new AbortController();
    const leave = (): void => {
      left.abort();
    };
    // Nobody reads yet, and unread is also the end of a tool that leaves: it shows only where something waits for it.
    const look = (): void => {
      if (socket.readableLength === 0) socket.read(0);
    };
    socket.on('readable', look);
    socket.once('end', leave);
    socket.once('close', leave);
    this.#dialling.add(socket);
    try {
      const dialled = await dialWays(
        handshake,
        handshake.model === '' ? null : handshake.model,
        this.#house.now,
        left.signal,
      );
      if (dialled.kind === 'refused') return dialled.error;
      if (dialled.kind === 'failed') return this.#refusal(dialled.failure, dialled.chosen);
      const { chosen, opened } = dialled;
      socket.off('readable', look);
      if (left.signal.aborted || socket.destroyed || !socket.writable || this.#stopping) {
        opened.destroy();
        return this.#stopping ? gatewayError('gateway_stopping') : null;
      }
      this.#accept(asked, socket, head, handshake, chosen, opened);
      return null;
    } finally {
      this.#dialling.delete(socket);
      socket.off('readable', look);
      socket.off('end', leave);
      socket.off('close', leave);
    }
  }

  /** Takes no new turns; sessions end when theirs have. */
  stop(): void {
    this.#stopping = true;
    for (const session of this.#sessions) session.stop();
  }

  /** Ends everything that is left. */
  destroy(): void {
    for (const socket of this.#dialling) socket.destroy();
    for (const session of [...this.#sessions]) session.destroy();
    for (const server of this.#servers.values()) server.close();
  }

  /** True when no session is open. */
  get empty(): boolean {
    return this.#sessions.size === 0;
  }

  #accept(
    asked: SocketRequest,
    socket: Socket,
    head: Buffer,
    handshake: Handshake,
    chosen: Chosen,
    opened: OpenedUpstream,
  ): void {
    const server = this.#server();
    const addHeaders = (headers: string[]): void => {
      const flat = upgradeHeadersDown(opened.rawHeaders);
      for (let index = 0; index + 1 < flat.length; index += 2)
        headers.push(`${flat[index] ?? ''}: ${this.#house.redact.text(flat[index + 1] ?? '')}`);
      if (opened.protocol !== null) headers.push(`Sec-WebSocket-Protocol: ${opened.protocol}`);
    };
    // Without a session the tool has left already, or ws has refused it.
    const taken = { by: null as SocketSession | null };
    server.once('headers', addHeaders);
    server.handleUpgrade(asked.request, socket, head, (webSocket) => {
      const session = new SocketSession({
        house: this.#house,
        tool: asked.tool.name,
        keyHash: asked.tool.keyHash,
        dialect: asked.dialect,
        chosen,
        model: handshake.model,
        isCodex: handshake.isCodex,
        conversation: handshake.conversation,
        move: (named) => this.#again(handshake, named),
        hasBetter: (at, named) => handshake.hasBetter(at, named),
        onChange: this.#changed,
      });
      taken.by = session;
      this.#sessions.add(session);
      session.begin(webSocket, socket, opened);
      this.#sweepLater();
      this.#house.sessionsChanged();
    });
    server.off('headers', addHeaders);
    if (taken.by === null) opened.destroy();
  }

  /** A second dial, after the tool's 101: its failures are close frames. */
  async #again(handshake: Handshake, model: string): Promise<Moved> {
    const dialled = await dialWays(handshake, model, this.#house.now);
    switch (dialled.kind) {
      case 'open':
        return dialled;
      case 'refused':
        return { kind: 'refused', error: dialled.error, goodbye: refusalGoodbye(dialled.error) };
      case 'failed': {
        const error = this.#refusal(dialled.failure, dialled.chosen);
        return { kind: 'refused', error, goodbye: dialGoodbye(dialled.failure) };
      }
    }
  }

  readonly #changed = (session: SocketSession, ended: boolean): void => {
    if (ended) this.#sessions.delete(session);
    if (this.#sessions.size === 0) {
      this.#cancelSweep?.();
      this.#cancelSweep = null;
    }
    this.#house.sessionsChanged();
    this.#onChange();
  };

  #sweepLater(): void {
    this.#cancelSweep ??= this.#house.after(SWEEP_MS, () => {
      this.#cancelSweep = null;
      for (const session of [...this.#sessions]) session.sweep(IDLE_MS);
      if (this.#sessions.size > 0) this.#sweepLater();
    });
  }

  /** The server half of ws for the settings of this moment. */
  #server(): Server<typeof ToolWebSocket> {
    const { compressSockets, messageLimitMiB } = this.#house.settings();
    const name = `${compressSockets} ${messageLimitMiB}`;
    let server = this.#servers.get(name);
    if (server === undefined) {
      const options = {
        noServer: true,
        clientTracking: false,
        // Pings are the upstream's to answer.
        autoPong: false,
        closeTimeout: CLOSE_MS,
        maxPayload: messageLimitMiB * MIB,
        perMessageDeflate: compressSockets ? { zlibDeflateOptions: { level: 3, memLevel: 7 } } : false,
        // The one the upstream chose is added with its other headers.
        handleProtocols: () => false as const,
        WebSocket: ToolWebSocket,
      };
      server = new WebSocketServer(options);
      this.#servers.set(name, server);
    }
    return server;
  }

  #refusal(failure: DialFailure, { ready: { account } }: Chosen): GatewayError {
    const place = placeOf(account);
    const [code, detail] = refusalOf(failure, place);
    this.#house.log.warn({ account: account.id, error: code, ...describe(failure) }, messageOf(code, detail));
    return gatewayError(code, detail);
  }
}

/** What the tool is told when the upstream would not have the session; 426 sends Codex to HTTP at once. */
function refusalOf(failure: DialFailure, place: string): [code: ErrorCode, detail: string] {
  switch (failure.kind) {
    case 'timeout':
      return ['upstream_timeout', place];
    case 'unreachable':
      if (failure.code === LOOP_CODE) return ['account_loop', place];
      return ['upstream_unreachable', `${place} could not be reached over WebSocket: ${failure.code}.`];
    case 'refused': {
      const status = `${failure.status} ${STATUS_CODES[failure.status] ?? ''}`.trim();
      return ['upgrade_refused', `${place} refused the WebSocket with status ${status}`];
    }
  }
}

function describe(failure: DialFailure): Record<string, unknown> {
  return failure.kind === 'refused' ? { status: failure.status } : { kind: failure.kind };
}
