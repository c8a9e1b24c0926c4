import { BrowserWindow, type WebContents } from 'electron';
import type { Page } from './page.ts';
import { type WindowParts, windowOptions } from './window-options.ts';

/** The one window: made when it is wanted, gone when it is closed, while the gateway goes on. */
export interface MainWindow {
  /** Opens the window, or brings the open one to the front. */
  open(): void;
  contents(): WebContents | null;
}

/** Makes the window's keeper; no window exists before `open`. */
export function createMainWindow(page: Page, parts: WindowParts): MainWindow {
  let current: BrowserWindow | null = null;

  const make = (): BrowserWindow => {
    const window = new BrowserWindow(windowOptions(parts));
    window.once('closed', () => {
      if (current === window) current = null;
    });
    // A page without a process cannot be used again; the next open makes a fresh one.
    window.webContents.once('render-process-gone', () => window.destroy());
    const show = (): void => {
      if (!window.isDestroyed()) window.show();
    };
    window.once('ready-to-show', show);
    // A page that cannot be loaded is never ready: better an empty window, which can be closed, than none.
    window.loadURL(page.url).catch(show);
    return window;
  };

  return {
    open() {
      if (current === null) {
        current = make();
        return;
      }
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
    },
    contents: () => current?.webContents ?? null,
  };
}
