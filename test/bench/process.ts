import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { allowedCpus } from './proc.ts';

/** The program that pins another to a CPU. */
const PINNER = 'taskset';

/** Which CPU each side of the measurement has to itself; null where processes cannot be pinned. */
export interface Pinning {
  readonly contestant: number | null;
  readonly rest: number | null;
}

/** Pins to the first two CPUs, if there are two and `taskset` is installed. */
export function choosePinning(): Pinning {
  const [contestant, rest] = allowedCpus();
  const possible = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, PINNER)));
  return possible && contestant !== undefined && rest !== undefined
    ? { contestant, rest }
    : { contestant: null, rest: null };
}

/** How a Node program is started. */
export interface ProgramOptions {
  readonly cpu: number | null;
  /** The file and its arguments, after Node's own options if there are any. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A line of its output that says it is ready; its first group is kept. */
  readonly ready: RegExp;
}

/** How long a program may take to be ready, and a question to be answered. */
const PATIENCE_MS = 30_000;

const running = new Set<ChildProcess>();

// Whatever ends the run ends what it started.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A Node program in a process of its own. */
export class Program {
  readonly pid: number;
  /** What the first group of the ready line held. */
  readonly announced: string;
  /** From the spawn to the ready line. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, announced: string, startMs: number) {
    this.#child = child;
    this.pid = pid;
    this.announced = announced;
    this.startMs = startMs;
  }

  static async start({ cpu, args, environment = {}, ready }: ProgramOptions): Promise<Program> {
    const pin = cpu === null ? [] : [PINNER, '-c', String(cpu)];
    // The pinner becomes the program, so the process id and the channel stay the same.
    const [command = '', ...rest] = [...pin, process.execPath, ...args];
    const begun = performance.now();
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const { pid, stdout } = child;
    if (pid === undefined || stdout === null) throw new Error(`${command} could not be started`);
    const announced = await new Promise<string>((resolve, reject) => {
      const what = args.join(' ');
      const timer = setTimeout(() => {
        child.kill();
        reject(new Error(`not ready in time: ${what}`));
      }, PATIENCE_MS);
      createInterface(stdout).on('line', (line) => {
        const found = ready.exec(line);
        if (found === null) return;
        clearTimeout(timer);
        resolve(found[1] ?? '');
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${String(code)} before it was ready: ${what}`));
      });
    });
    return new Program(child, pid, announced, performance.now() - begun);
  }

  /** Sends a message and waits for the next one back. */
  async ask(message: object, patienceMs = PATIENCE_MS): Promise<unknown> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(patienceMs) });
    this.#child.send(message);
    const [value] = (await answer) as [unknown];
    return value;
  }

  /** Asks the program to end, and resolves when it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
