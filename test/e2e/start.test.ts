import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { portHolder } from '../../src/main/gateway/port-holder.ts';
import { findRunning } from '../../src/main/control/running.ts';
import { createControlClient, type Status } from '../../src/shared/control.ts';
import { SOURCE, Tiergate } from '../cli/tiergate.ts';
import { executablePath } from '../desktop-app.ts';

/** What `npm start` does where there is a screen and Electron's program, and where there is not. */
const root = resolve(import.meta.dirname, '..', '..');
let home: string;
let child: ChildProcessWithoutNullStreams | null = null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-start-'));
});
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  child = null;
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

interface Started {
  readonly said: () => string;
  readonly exit: Promise<[number | null, NodeJS.Signals | null]>;
}

/** Runs what `npm start` runs. */
function start(environment: Readonly<Record<string, string>>): Started {
  const one = spawn(process.execPath, [join(root, 'build', 'start.ts'), '--home', home, '--port', '0'], {
    cwd: root,
    env: { ...process.env, WAYLAND_DISPLAY: '', ...environment },
  });
  child = one;
  let text = '';
  for (const stream of [one.stdout, one.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { said: () => text, exit: once(one, 'exit') as Started['exit'] };
}

async function statusOf(): Promise<Status | null> {
  const running = await findRunning(home);
  return running === null ? null : createControlClient(running).call('status.get');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const SCREEN = { DISPLAY: process.env['DISPLAY'] ?? ':0', TIERGATE_ELECTRON: executablePath };

describe('npm start', () => {
  it('with a screen and Electron’s program opens the tray app', async () => {
    const { said, exit } = start(SCREEN);
    await expect.poll(statusOf, { timeout: 30_000 }).toMatchObject({ home });
    expect(said()).not.toContain('without tray and window');
    child?.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(await statusOf()).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')('without a screen says so in one line and serves alone', async () => {
    const { said, exit } = start({ ...SCREEN, DISPLAY: '' });
    await expect.poll(said, { timeout: 30_000 }).toMatch(/ {2}window +http/);
    expect(said()).toMatch(/^Starting the gateway without tray and window: there is no display .*\.\n/);
    expect(await statusOf()).toMatchObject({ home });
    child?.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  it('with a program that cannot run says so, and serves alone', async () => {
    const { said } = start({ ...SCREEN, TIERGATE_ELECTRON: '/bin/false' });
    await expect.poll(said, { timeout: 30_000 }).toMatch(/ {2}window +http/);
    expect(said()).toContain('the tray app could not start (exit code 1)');
  });
});

describe('tiergate app', () => {
  it('starts the tray app, and the second time rouses the one that runs', async () => {
    // Whoever else uses the usual port must not be in the way.
    writeFileSync(join(home, 'settings.json'), JSON.stringify({ gateway: { port: 0 } }));
    const tiergate = new Tiergate(SOURCE, home, SCREEN);
    const opened = await tiergate.run(['app', '--json']);
    expect(opened).toMatchObject({ code: 0 });
    const { baseUrl } = JSON.parse(opened.out) as { baseUrl: string };
    expect((await statusOf())?.baseUrl).toBe(baseUrl);
    expect(JSON.parse((await tiergate.run(['app', '--json'])).out)).toEqual({ baseUrl });
    // The command has let go of it, so it is found by what it holds.
    const holder = await portHolder(Number(new URL(baseUrl).port));
    process.kill(holder?.pid ?? 0, 'SIGTERM');
    await expect.poll(() => isAlive(holder?.pid ?? 0), { timeout: 15_000 }).toBe(false);
    expect(await statusOf()).toBeNull();
  });

  it('says what to do where Electron’s program is not', async () => {
    const refused = await new Tiergate(SOURCE, home, { TIERGATE_ELECTRON: '/nowhere/electron' }).run(['app']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('tiergate serve');
  });
});
