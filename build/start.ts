import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants as systemConstants } from 'node:os';
import { join, resolve } from 'node:path';
import { GATEWAY_NODE_OPTIONS } from './node-options.ts';
import { type Ending, exitCodeOf, isStale, isStillborn, planStart, type StartPlan } from './start-plan.ts';

/** `npm start`: builds if need be, then starts the tray app, or the gateway alone where there is no screen for one. */
const root = resolve(import.meta.dirname, '..');
const electron = join(root, 'node_modules', 'electron');
const extra = process.argv.slice(2);

const SOURCES = ['src', 'electron.vite.config.ts', 'package.json'];
const RESULTS = ['main/index.js', 'main/headless.js', 'preload/index.cjs', 'renderer/index.html'];
const FETCH_LIMIT_MS = 20_000;
/** A terminal and npm both pass on one Ctrl-C; what comes this soon after the first is the same wish. */
const SAME_WISH_MS = 500;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function timesBelow(path: string): number[] {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return [mtimeMs];
  return readdirSync(path).flatMap((name) => timesBelow(join(path, name)));
}

function timeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function installedElectron(): string | null {
  const pathFile = join(electron, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(electron, 'dist', readFileSync(pathFile, 'utf8').trim());
  return isProgram(path) ? path : null;
}

/** Runs a program to its end, passing on the signals that reach us. */
function run(program: string, argv: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<Ending> {
  const started = Date.now();
  // In a group of its own, or the terminal's Ctrl-C would reach it twice; Windows has no such groups.
  const grouped = process.platform !== 'win32';
  const child = spawn(program, argv, { cwd: root, env: environment, stdio: 'inherit', detached: grouped });
  let asked = 0;
  const pass = (signal: NodeJS.Signals): void => {
    if (Date.now() - asked < SAME_WISH_MS) return;
    asked = Date.now();
    if (grouped) child.kill(signal);
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  return new Promise((settle) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      for (const one of signals) process.off(one, pass);
      settle({ code, signal, lasted: Date.now() - started, asked: asked > 0 });
    };
    child.once('error', () => end(127, null));
    child.once('exit', end);
  });
}

async function build(): Promise<void> {
  const sources = SOURCES.flatMap((name) => timesBelow(join(root, name)));
  if (
    !isStale(
      sources,
      RESULTS.map((name) => timeOf(join(root, 'out', name))),
    )
  )
    return;
  say('Building Tiergate …');
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const ending = await run(process.execPath, [tool, 'build', '--logLevel', 'warn']);
  if (ending.code !== 0) process.exit(exitCodeOf(ending, systemConstants.signals));
}

async function fetchElectron(): Promise<void> {
  say(`Fetching Electron’s program, once, for at most ${FETCH_LIMIT_MS / 1000} seconds …`);
  const child = spawn(process.execPath, [join(electron, 'install.js')], {
    cwd: root,
    stdio: 'ignore',
    timeout: FETCH_LIMIT_MS,
  });
  await new Promise((settle) => {
    child.once('error', settle);
    child.once('exit', settle);
  });
}

function plan(fetchFailed: boolean): StartPlan {
  const { platform, env: environment } = process;
  return planStart({ platform, environment, installed: installedElectron(), isProgram, fetchFailed });
}

async function serveAlone(reason: string): Promise<Ending> {
  say(`Starting the gateway without tray and window: ${reason}.`);
  return run(process.execPath, [...GATEWAY_NODE_OPTIONS, join(root, 'out', 'main', 'headless.js'), 'serve', ...extra]);
}

async function start(): Promise<Ending> {
  let chosen = plan(false);
  if (chosen.kind === 'fetch') {
    await fetchElectron();
    chosen = plan(true);
  }
  if (chosen.kind === 'headless') return serveAlone(chosen.reason);
  if (chosen.kind === 'fetch') throw new Error('fetching is tried once');
  // Set by tools that run scripts with Electron's program; with it, the program would be a mere Node.
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: undefined };
  const ending = await run(chosen.program, ['.', ...extra], environment);
  if (!isStillborn(ending)) return ending;
  return serveAlone(`the tray app could not start (exit code ${exitCodeOf(ending, systemConstants.signals)})`);
}

await build();
process.exit(exitCodeOf(await start(), systemConstants.signals));
