import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A client that hangs is ended after this long, far beyond what a slow machine needs. */
const HANGS_AFTER = 150_000;

/** What one test of a client may take, on a slow machine. */
export const CLIENT_TIMEOUT = { timeout: 160_000 } as const;

/** What one run of a client said. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** How a client is run: the folder is its home, and its work lies in `work` below it. */
export interface ClientCall {
  readonly command: string;
  readonly args: (home: string) => readonly string[];
  readonly env: (home: string) => Readonly<Record<string, string>>;
  /** Puts the client's own settings into its home. */
  readonly prepare?: (home: string) => void;
}

/** Where a client is that test/clients has installed, and whether it is there: `npm ci --prefix test/clients` brings it. */
export function clientAt(path: string): { readonly command: string; readonly missing: boolean } {
  const command = new URL(`node_modules/${path}`, import.meta.url).pathname;
  return { command, missing: !existsSync(command) };
}

/** Runs a client once in an empty folder, with nothing of this machine's settings and no way out but the loopback. */
export async function runClient({ command, args, env, prepare }: ClientCall): Promise<Run> {
  const home = mkdtempSync(join(tmpdir(), 'tiergate-client-'));
  const work = join(home, 'work');
  mkdirSync(work);
  prepare?.(home);
  const nowhere = 'http://127.0.0.1:9';
  const child = spawn(command, args(home), {
    cwd: work,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
      NO_PROXY: '127.0.0.1,localhost',
      ...env(home),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: HANGS_AFTER,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const code = await promise;
  rmSync(home, { recursive: true, force: true });
  return { code, output };
}
