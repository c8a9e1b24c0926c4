import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { isOwnHost } from './own-address.ts';
import { openTunnel } from './tunnel.ts';

/** How long a connection may take to stand. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The code of a connection that would lead back to this gateway. */
export const LOOP_CODE = 'TIERGATE_LOOP';

class LoopError extends Error {
  override readonly name = 'LoopError';
  readonly code = LOOP_CODE;
}

/** Calls back once, with an error or a socket. */
type Done = (error: Error | null, socket: Socket | null) => void;

/** Opens the connections to upstreams, straight or through a proxy, and none to this gateway itself. */
export class Connector {
  readonly #ownPorts: () => readonly number[];
  // HTTP/1.1 is what was measured and what every provider speaks.
  readonly #open = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false });

  /** `ownPorts` says where this gateway listens at the moment. */
  constructor(ownPorts: () => readonly number[]) {
    this.#ownPorts = ownPorts;
  }

  /** For undici: how a pool opens its connections. */
  by(proxy: string | undefined): buildConnector.connector {
    return (options, callback) => {
      const done: Done = (error, socket) => {
        if (socket === null) callback(error ?? new Error('no connection came'), null);
        else callback(null, socket);
      };
      if (proxy === undefined) this.#straight(options, done);
      else this.#through(proxy, options, done);
    };
  }

  /** For Node's own clients: the same, for one connection to an origin. */
  once(proxy: string | undefined, origin: string, done: Done): void {
    const { protocol, hostname, host, port } = new URL(origin);
    this.by(proxy)({ protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), host, port }, done);
  }

  /** Whatever name it went by, and whatever that resolved to: what counts is where the connection ended. */
  #straight(options: buildConnector.Options, done: Done): void {
    this.#open(options, (error, socket) => {
      // Where there is an error undici gives no socket at all, whatever its types say.
      if (error !== null) {
        done(error, null);
      } else if (this.#isOwn(socket.remoteAddress ?? '', socket.remotePort ?? 0)) {
        socket.destroy();
        done(new LoopError('the connection leads back to this gateway'), null);
      } else {
        done(null, socket);
      }
    });
  }

  #through(proxy: string, options: buildConnector.Options, done: Done): void {
    const { protocol, hostname } = options;
    const port = options.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(options.port);
    if (this.#isOwn(hostname, port)) {
      done(new LoopError('the proxy would lead back to this gateway'), null);
      return;
    }
    openTunnel(proxy, { hostname, port }).then(
      (socket) => {
        if (protocol !== 'https:') done(null, socket);
        else
          this.#open({ ...options, httpSocket: socket }, (error, secured) => {
            done(error, error === null ? secured : null);
          });
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)), null);
      },
    );
  }

  #isOwn(host: string, port: number): boolean {
    return this.#ownPorts().includes(port) && isOwnHost(host);
  }
}
