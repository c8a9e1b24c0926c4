import { BrowserWindow, type WebContents } from 'electron';
import type { Page } from './page.ts';
import { type WindowParts, windowOptions } from './window-options.ts';

/** What the window asks of the app. */
export interface WindowRules {
  /** Asked when the person closes the window; false keeps it open for now. */
  readonly mayClose: () => boolean;
}

/** The one window: made when it is wanted, gone when it is closed, while the gateway goes on. */
export interface MainWindow {
  /** Opens the window, or brings the open one to the front; at one of its pages, where that is wanted. */
  open(at?: string): void;
  /** Closes it without asking. */
  close(): void;
  contents(): WebContents | null;
}

/** A page that crashed again so soon is not shown a third time by itself. */
const CRASH_REST_MS = 60_000;

/** Makes the window's keeper; no window exists before `open`. */
export function createMainWindow(page: Page, parts: WindowParts, { mayClose }: WindowRules): MainWindow {
  let current: BrowserWindow | null = null;
  let crashedAt = -Infinity;

  const make = (url: string): BrowserWindow => {
    const window = new BrowserWindow(windowOptions(parts));
    window.on('close', (event) => {
      if (!mayClose()) event.preventDefault();
    });
    window.once('closed', () => {
      if (current === window) current = null;
    });
    // A page without a process cannot be used again: a fresh one takes its place.
    window.webContents.once('render-process-gone', () => {
      const isFirst = Date.now() - crashedAt > CRASH_REST_MS;
      crashedAt = Date.now();
      const wasSeen = window.isVisible();
      window.destroy();
      if (isFirst && wasSeen) current ??= make(page.url);
    });
    const show = (): void => {
      if (!window.isDestroyed()) window.show();
    };
    window.once('ready-to-show', show);
    // A page that cannot be loaded is never ready: better an empty window, which can be closed, than none.
    window.loadURL(url).catch(show);
    return window;
  };

  return {
    open(at) {
      const url = at === undefined ? page.url : `${page.url}#/${at}`;
      if (current === null) {
        current = make(url);
        return;
      }
      if (at !== undefined) current.loadURL(url).catch(() => undefined);
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
    },
    close: () => current?.destroy(),
    contents: () => current?.webContents ?? null,
  };
}
