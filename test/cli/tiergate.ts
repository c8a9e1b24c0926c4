import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Turn } from '../../src/shared/turn.ts';

const root = resolve(import.meta.dirname, '..', '..');

/** The command line as it is run from a checkout, and as it was built. */
export const SOURCE = resolve(root, 'src/main/headless.ts');
export const BUILT = resolve(root, 'out/main/headless.js');

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command said and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line on one data folder. */
export class Tiergate {
  readonly home: string;
  readonly #entry: string;
  readonly #environment: Environment;
  readonly #within: readonly string[];

  /** `within` is a program that runs the command line, and its arguments before it. */
  constructor(entry: string, home: string, environment: Environment = {}, within: readonly string[] = []) {
    this.#entry = entry;
    this.home = home;
    this.#environment = environment;
    this.#within = within;
  }

  /** Runs a command to its end. */
  async run(command: readonly string[], input = ''): Promise<Finished> {
    const child = this.#spawn([...command, '--home', this.home]);
    child.stdin.end(input);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, out, err };
  }

  /** The finished turns, as `turns --jsonl` prints them. */
  async turns(): Promise<Turn[]> {
    const { out } = await this.run(['turns', '--jsonl']);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Turn);
  }

  /** Starts the gateway on a free port; resolves when it has said that it listens, and answers. */
  async serve(more: readonly string[] = []): Promise<Serving> {
    const child = this.#spawn(['serve', '--home', this.home, '--port', '0', ...more]);
    const serving = new Serving(child);
    await serving.listening;
    // Its answer comes after everything it does at the start, its ear for signals included.
    await fetch(new URL('/healthz', serving.origin));
    return serving;
  }

  #spawn(command: readonly string[]): ChildProcessWithoutNullStreams {
    const [program = process.execPath, ...words] = [...this.#within, process.execPath, this.#entry, ...command];
    return spawn(program, words, {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...this.#environment },
      stdio: 'pipe',
    });
  }
}

/** A gateway that runs as its own process. */
export class Serving {
  /** Resolves once it listens, and fails with what it said if it ends first. */
  readonly listening: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<number | null>;
  out = '';
  err = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#exit = (once(child, 'exit') as Promise<[number | null]>).then(([code]) => code);
    child.stdin.end();
    child.stderr.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    const { promise, resolve: listens, reject } = Promise.withResolvers<undefined>();
    this.listening = promise;
    child.stdout.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
      // The window's line is the last that is always there.
      if (/^ {2}window .*\n/m.test(this.out)) listens(undefined);
    });
    void this.#exit.then((code) => {
      reject(new Error(`the gateway ended with ${String(code)}: ${this.out}${this.err}`));
    });
  }

  /** Ends in /v1. */
  get baseUrl(): string {
    return this.#said(/base URL +(\S+)/);
  }

  get origin(): string {
    return this.baseUrl.replace(/\/v1$/, '');
  }

  /** The local key that a first start makes and shows. */
  get localKey(): string {
    return this.#said(/local key +(\S+)/);
  }

  get windowUrl(): string {
    return this.#said(/window +(\S+)/);
  }

  /** Asks it to end, and returns its exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }

  /** Its exit code, when it ends. */
  get exit(): Promise<number | null> {
    return this.#exit;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The process itself, for what can only be done to it from outside. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  #said(pattern: RegExp): string {
    const found = pattern.exec(this.out)?.[1];
    if (found === undefined) throw new Error(`the gateway has not said ${String(pattern)}: ${this.out}`);
    return found;
  }
}
