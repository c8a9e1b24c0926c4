import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { messageOf, TiergateError } from '../shared/errors.ts';
import { run } from './cli/program.ts';
import { faultOf } from './control/answer.ts';
import { startDesktop } from './desktop/app.ts';
import { registerAppScheme } from './desktop/app-protocol.ts';
import { commandIn, type LaunchOptions, readLaunchOptions } from './desktop/launch-options.ts';
import { wasStartedAtLogin } from './desktop/login-item.ts';
import type { Updater } from './desktop/updates.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const out = join(import.meta.dirname, '..');

/** Everything up to the first wait happens before the app is ready, as Electron wants it for paths and the lock. */
async function launch(options: LaunchOptions): Promise<void> {
  // Named here and not left to Electron, which would take package.json's name: the commands look in the same place.
  settleIn(options.home ?? join(app.getPath('appData'), 'Tiergate'));
  if (!app.requestSingleInstanceLock()) {
    // The first instance hears of it and opens its window.
    app.exit(0);
    return;
  }
  await app.whenReady();
  const runtime = await startRuntime({
    home: app.getPath('userData'),
    version: app.getVersion(),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  survive(runtime);
  // The same path in a checkout and inside app.asar, where electron-builder.yml puts the pictures.
  const pictures = join(app.getAppPath(), 'build');
  await startDesktop({
    runtime,
    hidden: options.hidden || wasStartedAtLogin(),
    argv: process.argv,
    developmentUrl: process.env['ELECTRON_RENDERER_URL'],
    updater: await findUpdater(),
    files: {
      window: join(out, 'renderer'),
      preload: join(out, 'preload', 'index.cjs'),
      trayImages: join(pictures, 'tray'),
      icon: join(pictures, 'icon.png'),
    },
  });
}

/** The lock lies in the data folder, so two folders are two gateways; Chromium's own files get a room of their own there. */
function settleIn(home: string): void {
  const profile = join(home, 'chromium');
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new TiergateError('home_unusable', cause instanceof Error ? cause.message : home, { cause });
  }
  app.setPath('userData', home);
  app.setPath('sessionData', profile);
}

/** Nothing that goes wrong in one corner may take the open turns of all tools with it. */
function survive({ log }: Runtime): void {
  const keepGoing = (error: unknown): void => {
    log.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      messageOf('internal'),
    );
  };
  process.on('uncaughtException', keepGoing);
  process.on('unhandledRejection', keepGoing);
}

/** Loaded only where the package says whence updates come: it wants to know that before anything else. */
async function findUpdater(): Promise<Updater | null> {
  if (!app.isPackaged || !existsSync(join(process.resourcesPath, 'app-update.yml'))) return null;
  const { default: updater } = await import('electron-updater');
  return updater.autoUpdater;
}

/** The app's program as the command line: no window, no lock, and no traces of Chromium. */
async function runCommand(argv: readonly string[]): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'tiergate-command-'));
  app.setPath('sessionData', profile);
  app.dock?.hide();
  const code = await run(argv);
  // What was printed may still be on its way.
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => resolve());
  });
  rmSync(profile, { recursive: true, force: true });
  app.exit(code);
}

function faultText(error: unknown): string {
  // What nobody foresaw has no words yet; its own are for the report.
  if (!(error instanceof TiergateError))
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  const { message, next } = faultOf(error);
  return `${message}\n${next}`;
}

function fail(problem: string): void {
  // On stderr where the app is not ready yet or there is no screen.
  dialog.showErrorBox('Tiergate could not start', problem);
  app.exit(1);
}

app.enableSandbox();
const command = commandIn(process.argv);
if (command !== null) {
  void runCommand(command);
} else {
  registerAppScheme();
  const reading = readLaunchOptions(process.argv.slice(1), process.env['TIERGATE_HOME']);
  if (reading.ok) launch(reading.options).catch((error: unknown) => fail(faultText(error)));
  else fail(reading.problem);
}
