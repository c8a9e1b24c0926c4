import { app, clipboard, Menu, session } from 'electron';
import { freePortAbove } from '../gateway/port-holder.ts';
import type { Runtime } from '../runtime.ts';
import { createActions } from './actions.ts';
import { serveAppFiles } from './app-protocol.ts';
import { dialogs } from './dialogs.ts';
import { serveIpc } from './ipc.ts';
import { denyPermissions, nailPages } from './lockdown.ts';
import { applicationMenu } from './menu.ts';
import { pageToShow } from './page.ts';
import { quitWarning } from './quit-warning.ts';
import { TrayFeed } from './tray-feed.ts';
import { createTray, type TrayShell } from './tray.ts';
import { createMainWindow } from './window.ts';

/** Where the built parts lie. */
interface DesktopFiles {
  /** The folder of the built window. */
  readonly window: string;
  /** The built preload script. */
  readonly preload: string;
  /** The tray's pictures. */
  readonly trayImages: string;
  readonly icon: string;
}

/** What the desktop is made of. */
export interface DesktopOptions {
  readonly runtime: Runtime;
  readonly files: DesktopFiles;
  /** Start without a window. */
  readonly hidden: boolean;
  readonly developmentUrl: string | undefined;
}

/** Puts window, tray and lifecycle around a running gateway; the app must be ready. */
export async function startDesktop({ runtime, files, hidden, developmentUrl }: DesktopOptions): Promise<void> {
  const page = pageToShow(app.isPackaged, developmentUrl);
  denyPermissions(session.defaultSession);
  nailPages(page);
  serveAppFiles(files.window);

  let phase: 'running' | 'quitting' | 'stopping' = 'running';
  let closeExplained = (await runtime.handlers['settings.get']({})).app.closeExplained;
  let tray: TrayShell | null = null;
  const feed = await TrayFeed.open({
    runtime,
    now: Date.now,
    after,
    show: (view) => tray?.show(view),
    findFreePort: (port) => freePortAbove('127.0.0.1', port),
  });

  const quit = (): void => {
    const warning = quitWarning({ status: runtime.status(), recent: feed.recent, now: Date.now() });
    if (warning === null) app.quit();
    else dialogs.mayQuit(warning).then((sure) => sure && app.quit(), dialogs.failed);
  };
  const explainClose = async (): Promise<void> => {
    closeExplained = true;
    if (await dialogs.wantsQuitOnClose()) quit();
    else window.close();
    const { app: section } = await runtime.handlers['settings.get']({});
    await runtime.handlers['settings.set']({ section: 'app', value: { ...section, closeExplained: true } });
  };
  const window = createMainWindow(
    page,
    { preload: files.preload, icon: files.icon, devTools: !app.isPackaged },
    {
      mayClose: () => {
        if (closeExplained || phase !== 'running') return true;
        explainClose().catch(dialogs.failed);
        return false;
      },
    },
  );
  const endIpc = serveIpc({ runtime, page, contents: () => window.contents() });

  const end = (code: number): void => {
    tray?.destroy();
    app.exit(code);
  };
  const act = createActions({
    handlers: runtime.handlers,
    status: () => runtime.status(),
    openWindow: (at) => window.open(at),
    // A clipboard that another program holds refuses the text; the address still stands in the menu.
    copy: (text) => void clipboard.writeText(text).catch(() => undefined),
    updates: { check: () => undefined, install: () => undefined },
    quit,
    quitNow: () => end(0),
    failed: dialogs.failed,
    now: Date.now,
  });
  const menu = applicationMenu(process.platform, quit);
  Menu.setApplicationMenu(menu === null ? null : Menu.buildFromTemplate(menu));
  tray = createTray({ images: files.trayImages, platform: process.platform, act }, feed.view);
  feed.draw();

  const open = (): void => {
    if (phase === 'running') window.open();
  };
  app.on('second-instance', open);
  app.on('activate', open);
  // Closing the window is not quitting: tools still point at the gateway. Without a listener Electron would quit.
  app.on('window-all-closed', () => undefined);
  app.on('before-quit', () => {
    phase = 'quitting';
  });
  app.on('will-quit', (event) => {
    // The windows are gone, the open turns are not: the process stays until they have ended or their time is up.
    event.preventDefault();
    if (phase === 'stopping') return;
    phase = 'stopping';
    endIpc();
    feed.stop();
    runtime.stop().then(
      () => end(0),
      () => end(1),
    );
  });
  if (!hidden) window.open();
}

function after(milliseconds: number, action: () => void): () => void {
  // The tray alone keeps nobody from ending.
  const timer = setTimeout(action, milliseconds).unref();
  return () => {
    clearTimeout(timer);
  };
}
