import type { OpenSession } from '../../shared/control.ts';
import { type ErrorCode, messageOf, TiergateError } from '../../shared/errors.ts';
import type { House } from './house.ts';
import type { ControlSurface } from './control-surface.ts';
import { type Address, Listener } from './listener.ts';
import { portHolder } from './port-holder.ts';
import { say } from '../../shared/sentences.ts';

/** How long turns may go on after the person has chosen another address: longer than any answer takes. */
const PATIENCE_MS = 60 * 60_000;

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
  /** How long open turns may go on when the gateway stops. */
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
  /** True while another address is wanted than the one that it has. */
  #hasFailed = false;
  /** Those that listen no more, and whose last turns still run. */
  readonly #leaving = new Set<Listener>();
  /** What could not be had beside the old address, and is not tried again until something else is wanted. */
  #inVain: string | null = null;

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
    return this.#listeners.reduce((sum, { openTurns }) => sum + openTurns, 0);
  }

  get sessions(): OpenSession[] {
    return this.#listeners.flatMap(({ sessions }) => sessions);
  }

  /** The one that listens, and those whose last turns still run. */
  get #listeners(): Listener[] {
    return this.#listener === null ? [...this.#leaving] : [this.#listener, ...this.#leaving];
  }

  /** The settings may want another address now. */
  follow(wanted: Address): Promise<void> {
    // Who chooses another port while it runs means it, whatever it was started with.
    if (wanted.port !== this.#wanted.port) this.#port = undefined;
    this.#wanted = wanted;
    return this.listen();
  }

  /** Listens where it should, if it does not; what is under way where it listened before goes on. */
  async listen(): Promise<void> {
    const { host, lan } = this.#wanted;
    const wanted = { host, lan, port: this.#port ?? this.#wanted.port };
    const address = this.#address;
    const samePort = address !== null && (address.port === wanted.port || wanted.port === 0);
    if (this.#closed) return;
    if (samePort && address.host === host && address.lan === lan) {
      // What could not be had before is not wanted any more.
      if (this.#hasFailed) this.#options.onListening(address);
      this.#hasFailed = false;
      return;
    }
    // On another port first, so that one that is taken leaves the old one working.
    const failure = samePort
      ? await this.#exchange(address, { ...wanted, port: address.port })
      : await this.#try(wanted);
    this.#hasFailed = failure !== null;
    if (failure !== null) await this.#tell(failure, wanted.port);
  }

  /** One part of a port cannot be held beside the whole of it: the old server makes room first, and is put back if it was in vain. */
  async #exchange(old: Address, wanted: Address): Promise<TiergateError | null> {
    const name = JSON.stringify(wanted);
    // The turns' old home would be left each time.
    if (this.#inVain === name) return null;
    this.#listener?.deafen();
    const failure = await this.#try(wanted);
    this.#inVain = failure === null ? null : name;
    if (failure !== null && (await this.#try(old)) !== null) this.#address = null;
    return failure;
  }

  /** Listens there, and leaves what listened before to its last turns. */
  async #try(wanted: Address): Promise<TiergateError | null> {
    const { house, control, onListening } = this.#options;
    const listener = new Listener(house, control);
    try {
      const port = await listener.listen(wanted);
      this.#leave(this.#listener);
      this.#listener = listener;
      this.#address = { ...wanted, port };
      onListening(this.#address);
      house.log.info({ ...this.#address }, say('log_listening'));
      return null;
    } catch (error) {
      if (error instanceof TiergateError) return error;
      throw error;
    }
  }

  #leave(listener: Listener | null): void {
    if (listener === null) return;
    this.#leaving.add(listener);
    listener
      .stop(PATIENCE_MS)
      .finally(() => this.#leaving.delete(listener))
      .catch((error: unknown) => {
        this.#options.house.log.error({ error: String(error) }, say('log_server_left'));
      });
  }

  async #tell({ code, detail }: TiergateError, port: number): Promise<void> {
    const holder = code === 'port_in_use' ? await portHolder(port) : null;
    const whole = holder === null ? detail : `${detail} (by ${holder.name}, process ${holder.pid})`;
    this.#options.onFailure(code, whole);
    this.#options.house.log.error({ error: code }, messageOf(code, whole));
  }

  /** Takes no new turns, and lets the open ones end. */
  async stop(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#listeners.map((listener) => listener.stop(this.#options.drainMs)));
  }
}
