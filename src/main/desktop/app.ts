import { app, clipboard, Menu, session } from 'electron';
import type { Push } from '../../shared/control.ts';
import type { Runtime } from '../runtime.ts';
import { serveAppFiles } from './app-protocol.ts';
import { serveIpc } from './ipc.ts';
import { denyPermissions, nailPages } from './lockdown.ts';
import { applicationMenu } from './menu.ts';
import { pageToShow } from './page.ts';
import { nextTrayChange, trayView, type TrayAction, type TrayView } from './tray-state.ts';
import { createTray } from './tray.ts';
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

/** Timers count in 32 bits; a longer wait is taken in steps. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Puts window, tray and lifecycle around a running gateway; the app must be ready. */
export async function startDesktop({ runtime, files, hidden, developmentUrl }: DesktopOptions): Promise<void> {
  let policy = await runtime.handlers['policy.get']({});
  // From here on nothing waits, so no push of a newer policy can be missed.
  const page = pageToShow(app.isPackaged, developmentUrl);
  denyPermissions(session.defaultSession);
  nailPages(page);
  serveAppFiles(files.window);
  const menu = applicationMenu(process.platform);
  Menu.setApplicationMenu(menu === null ? null : Menu.buildFromTemplate(menu));

  const window = createMainWindow(page, { preload: files.preload, icon: files.icon, devTools: !app.isPackaged });
  const endIpc = serveIpc({ runtime, page, contents: () => window.contents() });

  const act = (action: TrayAction): void => {
    switch (action) {
      case 'open-window':
        window.open();
        return;
      case 'copy-base-url':
        // A clipboard that another program holds refuses the text; the address still stands in the menu.
        clipboard.writeText(runtime.status().baseUrl ?? '').catch(() => undefined);
        return;
      case 'quit':
        app.quit();
    }
  };
  let stopping = false;
  const view = (): TrayView => trayView({ status: runtime.status(), policy, stopping, now: Date.now() });
  const tray = createTray({ images: files.trayImages, platform: process.platform, act }, view());

  let timer: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    tray.show(view());
    clearTimeout(timer);
    const change = nextTrayChange(policy, Date.now());
    if (change === null || stopping) return;
    timer = setTimeout(refresh, Math.min(change - Date.now(), LONGEST_WAIT_MS));
    timer.unref();
  };
  const endPush = runtime.onPush((push: Push) => {
    if (push.type === 'turns') return;
    if (push.type === 'policy') policy = push.policy;
    refresh();
  });
  refresh();

  const open = (): void => {
    if (!stopping) window.open();
  };
  app.on('second-instance', open);
  app.on('activate', open);
  // Closing the window is not quitting: tools still point at the gateway. Without a listener Electron would quit.
  app.on('window-all-closed', () => undefined);
  app.on('will-quit', (event) => {
    // The windows are gone, the open turns are not: the process stays until they have ended or their time is up.
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    refresh();
    endIpc();
    endPush();
    const end = (code: number): void => {
      tray.destroy();
      app.exit(code);
    };
    runtime.stop().then(
      () => end(0),
      () => end(1),
    );
  });
  if (!hidden) window.open();
}
