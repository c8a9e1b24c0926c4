import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as Electron from 'electron';
import { Chromium } from './chromium.ts';
import { type Faithful, preventable } from './faithful.ts';

/** The app's folder: the first argument that is no switch, as for Electron itself. */
export const appPath = resolve(process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '.');

/** What app needs to know of the windows, which know the app. */
export interface Windows {
  closeAll(): boolean;
}

/** Electron's `app`. */
export class App extends EventEmitter {
  readonly isPackaged = false;
  /** The dock is macOS's alone. */
  readonly dock = undefined;
  readonly #paths = new Map<string, string>();
  readonly #ready: Promise<void>;
  #windows: Windows | undefined;
  #isReady = false;
  #quitting = false;
  #lock: string | undefined;

  constructor() {
    super();
    // Electron is ready only after the app's entry has run once through.
    this.#ready = new Promise((settle) => {
      setImmediate(() => {
        this.#isReady = true;
        this.emit('ready', {});
        settle();
      });
    });
    process.on('SIGTERM', () => this.quit());
    process.on('SIGINT', () => this.quit());
  }

  whenReady(): Promise<void> {
    return this.#ready;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  getVersion(): string {
    return (JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8')) as { readonly version: string }).version;
  }

  /** The same on every machine, so that tests can read what is said. */
  getPreferredSystemLanguages(): string[] {
    return ['en-US'];
  }

  getAppPath(): string {
    return appPath;
  }

  getPath(name: Parameters<Electron.App['getPath']>[0]): string {
    const path = this.#paths.get(name) ?? join(tmpdir(), `electron-double-${String(process.pid)}`, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Failed to set path '${name}': '${path}' does not exist`);
    this.#paths.set(name, path);
  }

  /** One instance for each data folder, as in Electron; a second one rouses the first with a signal. */
  requestSingleInstanceLock(): boolean {
    const path = join(this.getPath('userData'), 'electron-double.lock');
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
    } catch {
      writeFileSync(`${path}.argv`, JSON.stringify(process.argv));
      if (rouse(Number(readFileSync(path, 'utf8')))) return false;
      writeFileSync(path, String(process.pid));
    }
    this.#lock = path;
    process.on('SIGUSR2', () => {
      const argv = JSON.parse(readFileSync(`${path}.argv`, 'utf8')) as string[];
      this.emit('second-instance', preventable({}), argv, process.cwd(), null);
    });
    return true;
  }

  quit(): void {
    if (this.#quitting) return;
    const before = preventable({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    const will = preventable({});
    if (this.#windows?.closeAll() !== false) this.emit('will-quit', will);
    else will.preventDefault();
    this.#quitting = false;
    if (will.defaultPrevented) return;
    this.exit(0);
  }

  exit(code = 0): void {
    this.emit('quit', preventable({}), code);
    if (this.#lock !== undefined) rmSync(this.#lock, { force: true });
    // Playwright must hear of Chromium's end before the process is gone.
    void Chromium.shared.close().then(() => setTimeout(() => process.exit(code), 50));
  }

  /** Electron's own default: an app that does not listen for its last window ends with it. */
  static lastWindowClosed(app: App): void {
    if (!app.#quitting && !app.emit('window-all-closed')) app.quit();
  }

  static setWindows(app: App, windows: Windows): void {
    app.#windows = windows;
  }
}

function rouse(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGUSR2');
  } catch {
    return false;
  }
}

/** The one app of the process. */
export const app = new App();
app satisfies Faithful<App, Electron.App>;
