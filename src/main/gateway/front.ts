import type { OpenSession } from '../../shared/control.ts';
import { type ErrorCode, messageOf, TiergateError } from '../../shared/errors.ts';
import type { House } from './house.ts';
import { type ControlSurface, Listener } from './listener.ts';
import { portHolder } from './port-holder.ts';

/** Where a gateway listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the front is made of. */
export interface FrontOptions {
  readonly house: House;
  readonly control: ControlSurface;
  /** Where the settings want it. */
  readonly wanted: Address;
  /** Instead of the settings' port, until somebody chooses another there. */
  readonly port: number | undefined;
  readonly onListening: (address: Address) => void;
  /** It could not listen; where it listened before, it goes on. */
  readonly onFailure: (code: ErrorCode, detail: string) => void;
  /** How long open turns may go on where it does not listen any more. */
  readonly drainMs: number;
}

/** The gateway's side towards tools: it listens where the settings say, also when they change. */
export class Front {
  readonly #options: FrontOptions;
  #wanted: Address;
  #port: number | undefined;
  #listener: Listener | null = null;
  #address: Address | null = null;
  #closed = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
    this.#port = options.port;
  }

  /** Null while it does not listen. */
  get address(): Address | null {
    return this.#address;
  }

  /** The port that is had, or wanted. */
  get port(): number {
    return this.#address?.port ?? this.#port ?? this.#wanted.port;
  }

  get openTurns(): number {
    return this.#listener?.openTurns ?? 0;
  }

  get sessions(): OpenSession[] {
    return this.#listener?.sessions ?? [];
  }

  /** The settings may want another address now. */
  follow(wanted: Address): Promise<void> {
    // Who chooses another port while it runs means it, whatever it was started with.
    if (wanted.port !== this.#wanted.port) this.#port = undefined;
    this.#wanted = wanted;
    return this.listen();
  }

  /** Listens where it should, if it does not; on a new address first, so that a taken port leaves the old one working. */
  async listen(): Promise<void> {
    const { house, control, onListening, onFailure, drainMs } = this.#options;
    const wanted = { host: this.#wanted.host, port: this.#port ?? this.#wanted.port };
    const address = this.#address;
    const same =
      address !== null && address.host === wanted.host && (address.port === wanted.port || wanted.port === 0);
    if (same || this.#closed) return;
    const listener = new Listener(house, control);
    try {
      const port = await listener.listen(wanted.host, wanted.port);
      const before = this.#listener;
      this.#listener = listener;
      this.#address = { host: wanted.host, port };
      onListening(this.#address);
      house.log.info({ host: wanted.host, port }, 'listening');
      await before?.stop(drainMs);
    } catch (error) {
      if (!(error instanceof TiergateError)) throw error;
      const holder = error.code === 'port_in_use' ? await portHolder(wanted.port) : null;
      const detail = holder === null ? error.detail : `${error.detail} (by ${holder.name}, process ${holder.pid})`;
      onFailure(error.code, detail);
      house.log.error({ error: error.code }, messageOf(error.code, detail));
    }
  }

  /** Takes no new turns, and lets the open ones end. */
  async stop(): Promise<void> {
    this.#closed = true;
    await this.#listener?.stop(this.#options.drainMs);
  }
}
