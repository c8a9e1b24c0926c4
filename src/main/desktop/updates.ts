import type { UpdateState } from './update-state.ts';

/** What does the loading and replacing; electron-updater in the packaged app. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  checkForUpdates(): Promise<unknown>;
  quitAndInstall(silent: boolean, runAfter: boolean): void;
  on(event: 'update-not-available', listener: () => void): unknown;
  on(event: 'update-available' | 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'download-progress', listener: (progress: { readonly percent: number }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What updates use of the rest of the app. */
export interface UpdateOptions {
  /** Null in a checkout and where nobody told the package whence updates come. */
  readonly updater: Updater | null;
  readonly openTurns: () => number;
  /** Lets the gateway end; nothing is replaced before that. */
  readonly stopGateway: () => Promise<void>;
  readonly onChange: (state: UpdateState) => void;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/** The first look waits until the start is over; the next come a few times a day. */
const FIRST_LOOK_MS = 30_000;
const NEXT_LOOK_MS = 6 * 60 * 60_000;

/** Looks for newer versions, loads them quietly, and puts one in place when asked to, between turns. */
export class Updates {
  readonly #options: UpdateOptions;
  #state: UpdateState = { kind: 'off' };
  #version = '';
  #enabled = false;
  #wanted = false;
  #installing = false;
  #cancelLook: (() => void) | null = null;

  constructor(options: UpdateOptions) {
    this.#options = options;
    const { updater } = options;
    if (updater === null) return;
    updater.autoDownload = true;
    // Whoever quits after the last turn wants the new version next time.
    updater.autoInstallOnAppQuit = true;
    updater.on('update-not-available', () => {
      this.#become({ kind: 'idle' });
    });
    updater.on('update-available', ({ version }) => {
      this.#version = version;
      this.#become({ kind: 'loading', version, percent: 0 });
    });
    updater.on('download-progress', ({ percent }) => {
      this.#become({ kind: 'loading', version: this.#version, percent });
    });
    updater.on('update-downloaded', ({ version }) => {
      this.#become({ kind: 'ready', version });
    });
    updater.on('error', (error) => {
      this.#fail(error);
    });
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** The person's own switch, as it stands now. */
  follow(enabled: boolean): void {
    const { updater, after } = this.#options;
    if (updater === null || enabled === this.#enabled) return;
    this.#enabled = enabled;
    updater.autoInstallOnAppQuit = enabled;
    this.#cancelLook?.();
    this.#cancelLook = null;
    this.#wanted = false;
    if (!enabled) {
      this.#become({ kind: 'off' });
      return;
    }
    this.#become({ kind: 'idle' });
    this.#cancelLook = after(FIRST_LOOK_MS, () => this.#look());
  }

  /** Looks now. */
  check(): void {
    const { updater } = this.#options;
    const busy = ['checking', 'loading', 'ready', 'waiting'].includes(this.#state.kind);
    if (updater === null || !this.#enabled || busy) return;
    this.#become({ kind: 'checking' });
    updater.checkForUpdates().catch((error: unknown) => {
      this.#fail(error);
    });
  }

  /** Puts the loaded version in place as soon as no turn is open. */
  install(): void {
    if (this.#state.kind !== 'ready') return;
    this.#wanted = true;
    this.#become({ kind: 'waiting', version: this.#state.version });
    this.turnsChanged();
  }

  /** Turns have begun or ended. */
  turnsChanged(): void {
    const { updater, openTurns, stopGateway } = this.#options;
    if (updater === null || !this.#wanted || this.#installing || openTurns() > 0) return;
    this.#installing = true;
    void stopGateway().finally(() => {
      updater.quitAndInstall(true, true);
    });
  }

  close(): void {
    this.#cancelLook?.();
  }

  #look(): void {
    this.check();
    this.#cancelLook = this.#options.after(NEXT_LOOK_MS, () => this.#look());
  }

  #fail(error: unknown): void {
    // What is loaded already is still good.
    if (this.#state.kind === 'ready' || this.#state.kind === 'waiting') return;
    // Its messages go on for pages.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    if (this.#enabled) this.#become({ kind: 'failed', reason });
  }

  #become(state: UpdateState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}
