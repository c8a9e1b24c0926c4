import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OpenSession } from '../../shared/control.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { routePath } from '../dialects/route.ts';
import type { Admission } from './admission.ts';
import { CONTROL_PATH, type ControlSurface } from './control-surface.ts';
import { refuseRepeated } from './guard.ts';
import type { House } from './house.ts';
import { endConnection } from './refusal.ts';
import { SOCKET_ROUTES } from './socket-request.ts';
import { SocketSessions } from './socket-sessions.ts';

/** What a gateway's upgrades need. */
export interface UpgradesOptions {
  readonly house: House;
  readonly control: Pick<ControlSurface, 'upgrade'>;
  readonly admission: Admission;
  /** A session has changed or ended. */
  readonly onChange: () => void;
  /** Nobody foresaw it. */
  readonly onBug: (error: unknown) => void;
}

/** The connections that go on as WebSockets: each is let in, sent on its way and counted. */
export class Upgrades {
  readonly #options: UpgradesOptions;
  readonly #sessions: SocketSessions;
  /** The server waits for their end and does not end them. */
  readonly #open = new Set<Duplex>();
  #stopping = false;

  constructor(options: UpgradesOptions) {
    this.#options = options;
    this.#sessions = new SocketSessions(options.house, options.onChange);
  }

  /** Turns that are under way in them. */
  get openTurns(): number {
    return this.#sessions.openTurns;
  }

  /** The tools' sessions, as the window shows them. */
  get views(): OpenSession[] {
    return this.#sessions.views;
  }

  /** True while no tool has a session. */
  get empty(): boolean {
    return this.#sessions.empty;
  }

  /** Takes no new sessions and no new turns; sessions end as their turns do. */
  stop(): void {
    this.#stopping = true;
    this.#sessions.stop();
  }

  /** Ends what is left. */
  destroy(): void {
    this.#sessions.destroy();
    for (const socket of this.#open) socket.destroy();
  }

  /** Takes a request for another protocol over from the server. */
  readonly take = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A socket that breaks while it is being refused must not end the process.
    socket.on('error', () => socket.destroy());
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    const { admission, control } = this.#options;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const isControl = path.startsWith(CONTROL_PATH);
    const foreign = admission.foreign(request, isControl);
    if (foreign !== null) {
      this.#refuse(socket, foreign);
    } else if (isControl) {
      control.upgrade(request, socket, head);
    } else {
      const error = this.#openSession(request, socket, head, path);
      if (error !== null) this.#refuse(socket, error);
    }
  };

  /** Sends a tool's upgrade on its way; returns why it does not begin. */
  #openSession(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): GatewayError | null {
    const { admission, house, onBug } = this.#options;
    const repeated = refuseRepeated(request);
    if (repeated !== null) return repeated;
    const caller = admission.caller(request);
    if ('code' in caller) return caller;
    const route = routePath(path);
    const dialect = SOCKET_ROUTES.get(route);
    if (dialect === undefined || !(socket instanceof Socket))
      return gatewayError('upgrade_unsupported', path.slice(0, 100));
    if (this.#stopping) return gatewayError('gateway_stopping');
    if (house.paused()) return gatewayError('gateway_paused');
    const query = (request.url ?? '').slice(path.length);
    this.#sessions.open({ request, ...caller, dialect, route, query }, socket, head).then(
      (error) => {
        if (error !== null) this.#refuse(socket, error);
      },
      (error: unknown) => {
        onBug(error);
        socket.destroy();
      },
    );
    return null;
  }

  #refuse(socket: Duplex, { status, code, type, message, retryAfter }: GatewayError): void {
    this.#options.house.refused(code);
    const body = JSON.stringify({ error: { type, code, message } });
    const wait = retryAfter === undefined ? '' : `retry-after: ${retryAfter}\r\n`;
    endConnection(
      socket,
      `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n${wait}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      this.#options.house.after,
    );
  }
}
