import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import { App, app } from './app.ts';
import { type Faithful, preventable, type Proof } from './faithful.ts';
import { WebContents } from './web-contents.ts';

/** Electron's `BrowserWindow`: a page that is never drawn on a screen. */
export class BrowserWindow extends EventEmitter {
  static readonly #all = new Set<BrowserWindow>();
  readonly webContents: WebContents;
  #visible: boolean;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.#visible = options.show ?? true;
    this.webContents = new WebContents(options, () => this.close());
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    BrowserWindow.#all.add(this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all];
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    this.#visible = true;
    this.emit('show');
  }

  focus(): void {
    this.emit('focus');
  }

  isVisible(): boolean {
    return this.#visible;
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {
    // Nothing minimises a window that is not drawn.
  }

  isDestroyed(): boolean {
    return !BrowserWindow.#all.has(this);
  }

  close(): void {
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (!BrowserWindow.#all.delete(this)) return;
    WebContents.destroy(this.webContents);
    this.emit('closed');
    if (BrowserWindow.#all.size === 0) App.lastWindowClosed(app);
  }
}

App.setWindows(app, {
  closeAll() {
    for (const window of BrowserWindow.getAllWindows()) window.close();
    return BrowserWindow.getAllWindows().length === 0;
  },
});

/** Proof for the compiler that a window offers nothing that Electron's lacks. */
export type Checked = Proof<Faithful<BrowserWindow, Electron.BrowserWindow, 'webContents'>, BrowserWindow>;
