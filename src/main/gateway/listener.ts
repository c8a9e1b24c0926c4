import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OpenSession } from '../../shared/control.ts';
import { type GatewayError, TiergateError, gatewayError } from '../../shared/errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { findRoute, hintFor, routePath } from '../dialects/route.ts';
import { Admission } from './admission.ts';
import { CONTROL_PATH, type ControlSurface } from './control-surface.ts';
import { refuseRepeated } from './guard.ts';
import type { House } from './house.ts';
import { runHttpTurn } from './http-turn.ts';
import { asksForModels } from './model-list.ts';
import { cutOffLater, endConnection, sendError } from './refusal.ts';
import { SOCKET_ROUTES } from './socket-request.ts';
import { ToolResponse } from './tool-response.ts';
import { Upgrades } from './upgrades.ts';
import { say } from '../../shared/sentences.ts';

/** A body that comes slowly may take this long; Node's five minutes would cut a large upload over a slow link. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;

/** Headers must be there soon; nobody types them. */
const HEADERS_TIMEOUT_MS = 30_000;

/** Tools keep connections for the next turn; a minute spares most of them a handshake. */
const KEEP_ALIVE_TIMEOUT_MS = 60_000;

const MAX_HEADER_BYTES = 32 * 1024;

/** All addresses of this machine, of both kinds or of the older one. */
const EVERYWHERE = '::';
const EVERYWHERE_IPV4 = '0.0.0.0';

/** Where a gateway listens. */
export interface Address {
  /** The loopback address by which this machine's own programs find it. */
  readonly host: string;
  readonly port: number;
  /** Whether the local network is listened to as well. */
  readonly lan: boolean;
}

/** The gateway's server, on loopback unless the local network is let in: it lets requests in and sends each on its way. */
export class Listener {
  readonly #house: House;
  readonly #control: ControlSurface;
  readonly #server: ReturnType<typeof openServer>;
  readonly #admission: Admission;
  readonly #upgrades: Upgrades;
  #open = 0;
  #stopping = false;
  /** Those who wait for the last turn. */
  readonly #whenIdle = new Set<() => void>();
  /** Resolves when the last connection has ended; null while it listens, or has never. */
  #closed: Promise<unknown> | null = null;

  constructor(house: House, control: ControlSurface) {
    this.#house = house;
    this.#control = control;
    this.#admission = new Admission(house);
    this.#upgrades = new Upgrades({
      house,
      control,
      admission: this.#admission,
      onChange: () => {
        this.#idleIfDone();
      },
      onBug: (error) => {
        this.#logBug(error);
      },
    });
    this.#server = openServer();
    this.#server.on('request', this.#onRequest);
    // The guard comes before the body: only readBody says "continue".
    this.#server.on('checkContinue', this.#onRequest);
    this.#server.on('upgrade', this.#upgrades.take);
    this.#server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
      const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
      if (socket.writable)
        endConnection(socket, `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, house.after);
    });
  }

  /** Turns that are under way. */
  get openTurns(): number {
    return this.#open + this.#upgrades.openTurns;
  }

  /** The WebSocket sessions that are open. */
  get sessions(): OpenSession[] {
    return this.#upgrades.views;
  }

  /** Begins to listen, to the local network too where that is wanted, and returns the port; throws `port_in_use` or `listen_failed`. */
  async listen({ host, port, lan }: Address): Promise<number> {
    this.#admission.lan = lan;
    if (!lan) return this.#bind(host, port);
    try {
      return await this.#bind(EVERYWHERE, port);
    } catch (error) {
      // A machine may have no IPv6 at all.
      const without = error instanceof TiergateError && /EAFNOSUPPORT|EADDRNOTAVAIL/.test(error.detail);
      if (!without) throw error;
      return this.#bind(EVERYWHERE_IPV4, port);
    }
  }

  /** Lets no new connection in; those that stand go on. */
  deafen(): void {
    this.#closed ??= new Promise((resolve) => this.#server.close(resolve));
  }

  async #bind(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => {
        const code = error.code === 'EADDRINUSE' ? 'port_in_use' : 'listen_failed';
        reject(
          new TiergateError(
            code,
            code === 'port_in_use' ? String(port) : `${host}:${port} (${error.code ?? error.message})`,
            { cause: error },
          ),
        );
      };
      this.#server.once('error', refuse);
      this.#server.listen(port, host, () => {
        this.#server.off('error', refuse);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new turns, waits for the open ones at most so long, then ends what is left. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#server.listening) this.deafen();
    if (this.#closed === null) return;
    this.#server.closeIdleConnections();
    this.#upgrades.stop();
    if (this.openTurns > 0 || !this.#upgrades.empty) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainMs);
        this.#whenIdle.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.#upgrades.destroy();
    this.#server.closeAllConnections();
    await this.#closed;
    // Also whoever was ready to wait longer.
    for (const resolve of this.#whenIdle) resolve();
  }

  readonly #onRequest = (request: IncomingMessage, response: ToolResponse): void => {
    const target = request.url ?? '';
    const end = target.indexOf('?');
    const path = end === -1 ? target : target.slice(0, end);
    const isControl = path.startsWith(CONTROL_PATH);
    const foreign = this.#admission.foreign(request, isControl);
    if (foreign !== null) this.#refuse(request, response, foreign);
    else if (isControl) this.#control.handle(request, response);
    else if (path === '/healthz') sendHealth(response);
    else this.#turn(request, response, path, end === -1 ? '' : target.slice(end));
  };

  #turn(request: IncomingMessage, response: ToolResponse, path: string, query: string): void {
    const short = routePath(path);
    const route = findRoute(short);
    const refuse = (error: GatewayError): void => {
      this.#refuse(request, response, error, route?.dialect);
    };
    const repeated = refuseRepeated(request);
    if (repeated !== null) {
      refuse(repeated);
      return;
    }
    const caller = this.#admission.caller(request);
    if ('code' in caller) {
      refuse(caller);
    } else if (request.method === 'GET' && SOCKET_ROUTES.has(short)) {
      refuse(gatewayError('upgrade_required'));
    } else if (route === null) {
      refuse(gatewayError('route_unknown', `${path.slice(0, 100)}; ${hintFor(path)}`));
    } else if (!Object.hasOwn(route.methods, request.method ?? '')) {
      const methods = Object.keys(route.methods).join(', ');
      response.setHeader('allow', methods);
      refuse(gatewayError('method_refused', methods));
    } else if (this.#stopping) {
      response.setHeader('connection', 'close');
      refuse(gatewayError('gateway_stopping'));
    } else if (this.#house.paused()) {
      refuse(gatewayError('gateway_paused'));
    } else {
      // What there is may be asked as often as a tool likes: no turn comes of it.
      const ended = asksForModels(short) ? () => undefined : this.#house.limits.begin(caller.tool);
      if (typeof ended !== 'function') {
        refuse(ended);
        return;
      }
      this.#open += 1;
      this.#house.sessionsChanged();
      void runHttpTurn(this.#house, { request, response, ...caller, route, path: short, query })
        .catch((error: unknown) => {
          this.#bug(error, response);
        })
        .finally(() => {
          ended();
          this.#open -= 1;
          this.#house.sessionsChanged();
          this.#idleIfDone();
        });
    }
  }

  #idleIfDone(): void {
    if (this.#open === 0 && this.#upgrades.empty) for (const resolve of this.#whenIdle) resolve();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: GatewayError, dialect?: Dialect): void {
    this.#house.refused(error.code);
    sendError(response, error, dialect);
    // The rest of the body is thrown away, so that the tool can read the answer; a tool that never stops is cut off.
    request.resume();
    if (!request.complete) cutOffLater(request, this.#house.after);
  }

  /** No request may end the process: what nobody foresaw is logged and answered with 500. */
  #bug(error: unknown, response: ServerResponse): void {
    this.#logBug(error);
    if (response.headersSent) response.destroy();
    else sendError(response, gatewayError('internal'));
  }

  #logBug(error: unknown): void {
    this.#house.log.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      say('log_turn_failed'),
    );
  }
}

/** A server whose answers can be heard along. */
function openServer() {
  return createServer({
    ServerResponse: ToolResponse,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  });
}

/** Says that something listens, to whoever asks, and nothing else. */
function sendHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('ok');
}
