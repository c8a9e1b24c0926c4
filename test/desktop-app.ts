import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Reply } from '../src/shared/control.ts';

const root = resolve(import.meta.dirname, '..');
const named = process.env['TIERGATE_ELECTRON'];

/** Whether the tests run on the double, because TIERGATE_ELECTRON names no real program. */
export const onDouble = named === undefined || named === '';

const executablePath =
  named === undefined || named === '' ? join(root, 'test', 'electron-double', 'electron') : resolve(named);

/** The built app, running on a data folder of its own. */
export interface DesktopApp {
  readonly app: ElectronApplication;
  readonly home: string;
  /** The built preload script. */
  readonly preload: string;
  /** Starts the app a second time on the same folder, and answers its exit code. */
  launchAgain(): Promise<number | null>;
  /** Ends whatever still runs and removes the folder. */
  remove(): Promise<void>;
}

/** Starts the built app on an empty data folder and a free port. */
export async function startDesktopApp(): Promise<DesktopApp> {
  const home = await mkdtemp(join(tmpdir(), 'tiergate-desktop-'));
  const args = ['.', '--home', home, '--port', '0'];
  const app = await _electron.launch({ executablePath, args, cwd: root });
  const child = app.process();
  return {
    app,
    home,
    preload: join(root, 'out', 'preload', 'index.cjs'),
    async launchAgain() {
      const sandbox = process.platform === 'linux' ? ['--no-sandbox'] : [];
      const second = spawn(executablePath, [...sandbox, ...args], { cwd: root, stdio: 'ignore' });
      const [code] = (await once(second, 'exit')) as [number | null];
      return code;
    },
    async remove() {
      const gone = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGKILL')) await gone;
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
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
