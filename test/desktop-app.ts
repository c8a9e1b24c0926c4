import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Reply, Status } from '../src/shared/control.ts';

const root = resolve(import.meta.dirname, '..');
const double = join(root, 'test', 'electron-double', 'electron');

/** The program that TIERGATE_ELECTRON names, or the one the `electron` package has, where a screen is there for it. */
function realElectron(): string | null {
  const named = process.env['TIERGATE_ELECTRON'] ?? '';
  if (named === 'double') return null;
  if (named !== '') return resolve(named) === double ? null : resolve(named);
  const hasScreen =
    process.platform !== 'linux' || (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '';
  const folder = join(root, 'node_modules', 'electron');
  if (!hasScreen || !existsSync(join(folder, 'path.txt'))) return null;
  const installed = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
  return existsSync(installed) ? installed : null;
}

const real = realElectron();

/** Whether the tests run on the double, because no real program is named or installed. */
export const onDouble = real === null;

/** What stands for Electron's program: the real one, or the double. */
export const executablePath = real ?? double;

if (onDouble) process.stderr.write('No Electron program is named or installed here: the desktop runs on the double.\n');

/** The built app, running on a data folder of its own. */
export interface DesktopApp {
  readonly app: ElectronApplication;
  readonly home: string;
  /** The built preload script. */
  readonly preload: string;
  /** Starts the app a second time on the same folder, with more to say, and answers its exit code. */
  launchAgain(...more: readonly string[]): Promise<number | null>;
  /** Starts it anew on the same folder, after it has ended. */
  restart(): Promise<DesktopApp>;
  /** Ends whatever still runs and removes the folder. */
  remove(): Promise<void>;
}

/** What an app is started with; the rest is as on a first start. */
export interface DesktopAppOptions {
  readonly settings?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  /** Instead of a free one. */
  readonly port?: number;
}

/** Starts the built app on a data folder of its own and a free port. */
export async function startDesktopApp(options: DesktopAppOptions = {}): Promise<DesktopApp> {
  const home = await mkdtemp(join(tmpdir(), 'tiergate-desktop-'));
  if (options.settings !== undefined) await writeFile(join(home, 'settings.json'), JSON.stringify(options.settings));
  return launch(home, options);
}

async function launch(home: string, options: DesktopAppOptions): Promise<DesktopApp> {
  const { environment = {}, argv = [], port = 0 } = options;
  const args = ['.', '--home', home, '--port', String(port), ...argv];
  const env = { ...(process.env as Record<string, string>), ...environment };
  const app = await _electron.launch({ executablePath, args, cwd: root, env });
  const child = app.process();
  return {
    app,
    home,
    preload: join(root, 'out', 'preload', 'index.cjs'),
    async launchAgain(...more) {
      const sandbox = process.platform === 'linux' ? ['--no-sandbox'] : [];
      const second = spawn(executablePath, [...sandbox, ...args, ...more], { cwd: root, stdio: 'ignore' });
      const [code] = (await once(second, 'exit')) as [number | null];
      return code;
    },
    restart: () => launch(home, options),
    async remove() {
      const gone = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGKILL')) await gone;
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface KeptItem {
  readonly label: string;
  readonly checked: boolean;
  readonly click: unknown;
  readonly submenu?: { readonly items: readonly KeptItem[] };
}

interface Kept {
  trayMenu?: { readonly items: readonly KeptItem[] } | null;
  trayTooltip?: string;
}

/** Electron lets nobody read a tray, so what the app sets from now on is kept aside. */
export async function watchTray(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ Tray }) => {
    /* eslint-disable @typescript-eslint/unbound-method -- called with the tray they are taken from */
    const { setContextMenu, setToolTip } = Tray.prototype;
    /* eslint-enable @typescript-eslint/unbound-method */
    Tray.prototype.setContextMenu = function (menu): void {
      (globalThis as unknown as Kept).trayMenu = menu;
      setContextMenu.call(this, menu);
    };
    Tray.prototype.setToolTip = function (text): void {
      (globalThis as Kept).trayTooltip = text;
      setToolTip.call(this, text);
    };
  });
}

/** The labels of the tray menu, those of its submenus after their own; a chosen one has a mark. */
export function trayLabels(app: ElectronApplication): Promise<readonly string[]> {
  return app.evaluate(() => {
    const labels = (items: readonly KeptItem[]): string[] =>
      items.flatMap(({ label, checked, submenu }) => [
        checked ? `• ${label}` : label,
        ...(submenu === undefined ? [] : labels(submenu.items)),
      ]);
    return labels((globalThis as Kept).trayMenu?.items ?? []);
  });
}

/** Clicks the entry of the tray menu whose labels begin so, the outer ones first. */
export function clickTray(app: ElectronApplication, ...path: readonly string[]): Promise<void> {
  return app.evaluate((_electron, wanted) => {
    let items = (globalThis as Kept).trayMenu?.items ?? [];
    let found: KeptItem | undefined;
    for (const start of wanted) {
      found = items.find(({ label }) => label.startsWith(start));
      items = found?.submenu?.items ?? [];
    }
    if (found === undefined) throw new Error(`the tray menu has no entry ${wanted.join(' > ')}`);
    (found.click as () => void).call(found);
  }, path);
}

/** Lets every question the app asks be answered with that button, and keeps what was asked. */
export async function answerDialogs(app: ElectronApplication, button: number): Promise<void> {
  await app.evaluate(({ dialog }, response) => {
    const kept = globalThis as unknown as { asked?: string[] };
    kept.asked = [];
    dialog.showMessageBox = (...args: readonly unknown[]) => {
      const { message, detail } = args.at(-1) as { readonly message: string; readonly detail?: string };
      kept.asked?.push(`${message}\n${detail ?? ''}`);
      return Promise.resolve({ response, checkboxChecked: false });
    };
  }, button);
}

/** What the app has asked since its dialogs are answered. */
export function askedDialogs(app: ElectronApplication): Promise<readonly string[]> {
  return app.evaluate(() => (globalThis as unknown as { asked?: string[] }).asked ?? []);
}

/** Asks the runtime from the page, through the real preload and IPC. */
export function callFrom(page: Page, name: string, input: unknown): Promise<Reply> {
  return page.evaluate(
    ([callName, callInput]) => {
      const { tiergate } = globalThis as unknown as {
        readonly tiergate: { readonly call: (name: unknown, input: unknown) => Promise<Reply> };
      };
      return tiergate.call(callName, callInput);
    },
    [name, input],
  );
}

/** The answer to a question that must not fail. */
export async function valueFrom<Value>(page: Page, name: string, input: unknown = {}): Promise<Value> {
  const reply = await callFrom(page, name, input);
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.value as Value;
}

/** Where tools reach the app's gateway; ends in /v1. */
export async function baseUrlOf(page: Page): Promise<string> {
  await page.waitForFunction('"tiergate" in globalThis');
  return (await valueFrom<Status>(page, 'status.get')).baseUrl ?? '';
}
