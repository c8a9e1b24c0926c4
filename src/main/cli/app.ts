import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { createControlClient } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { findRunning } from '../control/running.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

/** How long a tray app may take until its gateway answers. */
const START_LIMIT_MS = 20_000;

const LOOK_EVERY_MS = 100;

type Options = OutputOptions & { readonly home: string; readonly hidden?: true };

/** `tiergate app`: the tray app, or the window of the one that runs. */
export function addAppCommand(program: Command): void {
  const app = program
    .command('app')
    .description('open the tray app; where it runs already, its window')
    .option('--hidden', 'start without a window')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const baseUrl = await openApp(options);
      printAnswer(options, { baseUrl }, [`The tray app runs. Base URL: ${baseUrl ?? 'none, see its tray menu'}`]);
    });
  withExamples(app, ['tiergate app --hidden', 'Start the tray app without its window.']);
}

/** Starts it and waits until its gateway answers; a second start only rouses the first. */
async function openApp({ home, hidden }: Options): Promise<string | null> {
  const { program, appFolder } = findDesktop();
  const wasRunning = (await findRunning(home)) !== null;
  const argv = [...(appFolder === null ? [] : [appFolder]), '--home', home, ...(hidden === true ? ['--hidden'] : [])];
  const child = spawn(program, argv, {
    detached: true,
    // It outlives this command, so nothing of ours may stay open in it: a pipe that reads us would never end.
    stdio: 'ignore',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined },
  });
  await started(child, program);
  child.unref();
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null && child.exitCode !== 0)
      throw new TiergateError('desktop_failed', `it ended with ${child.exitCode}`);
    // The one that runs has been roused when the second has ended, and not before.
    const isSettled = !wasRunning || child.exitCode === 0;
    const running = isSettled ? await findRunning(home) : null;
    if (running !== null) return (await createControlClient(running).call('status.get')).baseUrl;
    await wait(LOOK_EVERY_MS);
  }
  throw new TiergateError('desktop_failed', 'its gateway does not answer');
}

async function started(child: ChildProcess, program: string): Promise<void> {
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new TiergateError('desktop_failed', `${program} cannot be run`, { cause });
  }
}

/** Electron's program and, where that is not the app itself, the app's folder. */
function findDesktop(): { readonly program: string; readonly appFolder: string | null } {
  // The packaged app is its own command line.
  if ('electron' in process.versions) return { program: process.execPath, appFolder: null };
  const root = rootFolder();
  const program = process.env['TIERGATE_ELECTRON'] ?? installedElectron(root);
  if (program === null || program === '') throw new TiergateError('desktop_missing');
  if (!existsSync(join(root, 'out', 'main', 'index.js')))
    throw new TiergateError('desktop_failed', 'it is not built; run "npm run build"');
  return { program: resolve(root, program), appFolder: root };
}

/** The checkout, whether this runs from its sources or from what was built of them. */
function rootFolder(): string {
  const folders = ['../..', '../../..'].map((path) => resolve(import.meta.dirname, path));
  return folders.find((folder) => existsSync(join(folder, 'package.json'))) ?? process.cwd();
}

function installedElectron(root: string): string | null {
  const folder = join(root, 'node_modules', 'electron');
  try {
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(program) ? program : null;
  } catch {
    // The package is not there, or its program was never fetched.
    return null;
  }
}
