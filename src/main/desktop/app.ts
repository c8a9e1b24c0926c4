import { app, clipboard, Menu, powerMonitor, screen, session } from 'electron';
import { languageOf } from '../../shared/language.ts';
import { say } from '../../shared/sentences.ts';
import { freePortAbove } from '../gateway/port-holder.ts';
import type { Runtime } from '../runtime.ts';
import { createActions } from './actions.ts';
import { serveAppFiles } from './app-protocol.ts';
import { linkIn } from './deep-link.ts';
import { speechOf } from './desktop-words.ts';
import { createDialogs } from './dialogs.ts';
import { serveIpc } from './ipc.ts';
import { followLinks } from './links.ts';
import { denyPermissions, nailPages } from './lockdown.ts';
import { followLoginItem } from './login-item.ts';
import { applicationMenu } from './menu.ts';
import { watchNetwork } from './network.ts';
import { isWanted, type Note, NotePlan, updateNote } from './note-plan.ts';
import { createNotifier } from './notifications.ts';
import { pageToShow } from './page.ts';
import { quitWarning } from './quit-warning.ts';
import { TrayFeed } from './tray-feed.ts';
import { hasTrayWatcher, hiddenReason } from './tray-presence.ts';
import { createTray, type TrayShell } from './tray.ts';
import { type Updater, Updates } from './updates.ts';
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
  /** The words the app was started with. */
  readonly argv: readonly string[];
  readonly developmentUrl: string | undefined;
  /** What replaces the app by a newer one; null where nothing can. */
  readonly updater: Updater | null;
}

/** A tray has its place only a moment after it was made. */
const PRESENCE_MS = 3000;

/** Puts window, tray and lifecycle around a running gateway; the app must be ready. */
export async function startDesktop(options: DesktopOptions): Promise<void> {
  const { runtime, files } = options;
  const page = pageToShow(app.isPackaged, options.developmentUrl);
  denyPermissions(session.defaultSession);
  nailPages(page);
  serveAppFiles(files.window);

  let phase: 'running' | 'quitting' | 'stopping' = 'running';
  let own = (await runtime.handlers['settings.get']({})).app;
  const language = () => languageOf(own.language, app.getPreferredSystemLanguages());
  const speech = () => speechOf(language());
  const dialogs = createDialogs(speech);
  let tray: TrayShell | null = null;
  const feed = await TrayFeed.open({
    runtime,
    now: Date.now,
    after,
    show: (view) => tray?.show(view),
    findFreePort: (port) => freePortAbove('127.0.0.1', port),
    language,
  });
  const quit = (): void => {
    const warning = quitWarning({
      status: runtime.status(),
      recent: feed.recent,
      now: Date.now(),
      language: language(),
    });
    if (warning === null) app.quit();
    else dialogs.mayQuit(warning).then((sure) => sure && app.quit(), dialogs.failed);
  };
  const explainClose = async (): Promise<void> => {
    own = { ...own, closeExplained: true };
    if (await dialogs.wantsQuitOnClose()) quit();
    else window.close();
    await runtime.handlers['settings.set']({ section: 'app', value: own });
  };
  const window = createMainWindow(
    page,
    { preload: files.preload, icon: files.icon, devTools: !app.isPackaged },
    {
      mayClose: () => {
        if (own.closeExplained || phase !== 'running') return true;
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
  const updates = new Updates({
    updater: options.updater,
    openTurns: () => runtime.status().openTurns,
    stopGateway: () => runtime.stop(),
    after,
    onChange: (state) => {
      feed.update = state;
      if (state.kind === 'ready') notify(updateNote(state.version, language()));
    },
  });
  const act = createActions({
    handlers: runtime.handlers,
    status: () => runtime.status(),
    openWindow: (at) => {
      if (phase === 'running') window.open(at);
    },
    // A clipboard that another program holds refuses the text; the address still stands in the menu.
    copy: (text) => void clipboard.writeText(text).catch(() => undefined),
    updates: { check: () => updates.check(), install: () => updates.install() },
    quit,
    quitNow: () => end(0),
    failed: dialogs.failed,
    now: Date.now,
  });
  const show = createNotifier(act);
  const notify = (note: Note): void => {
    if (isWanted(note, own.notify)) show(note);
  };
  const notes = new NotePlan(Date.now, runtime.status(), language);
  const setMenu = (): void => {
    const menu = applicationMenu(process.platform, speech(), quit);
    Menu.setApplicationMenu(menu === null ? null : Menu.buildFromTemplate(menu));
  };
  setMenu();
  tray = createTray({ images: files.trayImages, platform: process.platform, act }, feed.view);
  feed.draw();

  const followSettings = async (): Promise<void> => {
    const spoken = language();
    own = (await runtime.handlers['settings.get']({})).app;
    if (language() !== spoken) {
      setMenu();
      feed.draw();
    }
    updates.follow(own.updates);
    followLoginItem(own.launchAtLogin);
  };
  const endPush = runtime.onPush((push) => {
    for (const note of notes.hear(push)) notify(note);
    if (push.type === 'status') updates.turnsChanged();
    if (push.type === 'settings') followSettings().catch(dialogs.failed);
  });
  await followSettings();

  const wake = (): void => {
    runtime.log.info({}, say('log_network'));
    runtime.wake();
    feed.draw();
  };
  powerMonitor.on('resume', wake);
  const endNetwork = watchNetwork({ after, onChange: wake });
  after(PRESENCE_MS, () => void lookForTray(runtime, tray));

  const followLink = followLinks({
    ask: (question) => dialogs.mayFollow(question),
    act,
    failed: dialogs.failed,
    speech,
  });
  app.on('second-instance', (_event, argv) => followLink(argv));
  app.on('activate', () => act({ do: 'open-window' }));
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
    for (const stop of [endIpc, endPush, endNetwork]) stop();
    updates.close();
    feed.stop();
    runtime.stop().then(
      () => end(0),
      () => end(1),
    );
  });
  if (linkIn(options.argv) !== undefined) followLink(options.argv);
  else if (!options.hidden) window.open();
}

/** The tray must not be the only way in: whoever cannot see it is told so in the window. */
async function lookForTray(runtime: Runtime, tray: TrayShell | null): Promise<void> {
  if (tray === null) return;
  const reason = hiddenReason({
    platform: process.platform,
    bounds: tray.bounds(),
    screenHeight: screen.getPrimaryDisplay().bounds.height,
    hasWatcher: process.platform === 'linux' ? await hasTrayWatcher() : null,
  });
  runtime.notice('tray_hidden', reason);
}

function after(milliseconds: number, action: () => void): () => void {
  // The tray alone keeps nobody from ending.
  const timer = setTimeout(action, milliseconds).unref();
  return () => {
    clearTimeout(timer);
  };
}
