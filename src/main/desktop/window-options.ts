import type { BrowserWindowConstructorOptions } from 'electron';

/** What differs between a checkout and an installed app. */
export interface WindowParts {
  /** The built preload script. */
  readonly preload: string;
  readonly icon: string;
  readonly devTools: boolean;
}

/** How the window is made: the page gets no Node, a world of its own beside the preload's, and the system's sandbox. */
export function windowOptions({ preload, icon, devTools }: WindowParts): BrowserWindowConstructorOptions {
  return {
    title: 'Tiergate',
    width: 1120,
    height: 760,
    minWidth: 720,
    minHeight: 520,
    show: false,
    icon,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools,
    },
  };
}
