import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { REFUSED, type Seen } from './seen.ts';

const SCRIPT = fileURLToPath(new URL('python-reader.py', import.meta.url));

/** Why Python cannot be asked here, with the one command that helps; null when it can. */
export const pythonMissing: string | null =
  spawnSync('python3', ['-c', 'import json']).status === 0 ? null : 'python3 is missing: apt-get install -y python3';

/** A test's name, with the reason where it has to be skipped for want of Python. */
export function withPython(name: string): string {
  return pythonMissing === null ? name : `${name} (${pythonMissing})`;
}

/** What Python's json sees, the last or the first of two names winning; with its guess at UTF-16 and UTF-32, its BOM and its NaN. */
export interface PythonSees {
  readonly last: Seen;
  readonly first: Seen;
}

/** Asks Python; one process serves all questions of a test file and ends with it. */
export function pythonSees(bytes: Uint8Array, path: readonly string[]): Promise<PythonSees> {
  running ??= new Python();
  return running.ask(bytes, path);
}

let running: Python | null = null;

const View = z
  .object({ refused: z.boolean(), text: z.string().nullish() })
  .transform(({ refused, text }): Seen => (refused ? REFUSED : (text ?? null)));
const Answer = z.object({ last: View, first: View });

class Python {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** In the order of the questions, which is the order of the answers. */
  readonly #waiting: PromiseWithResolvers<PythonSees>[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor() {
    this.#child = spawn('python3', [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (piece: Buffer) => {
      this.#received = Buffer.concat([this.#received, piece]);
      this.#take();
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`the Python reader ended (${code ?? 'by a signal'})`));
    });
    process.once('exit', () => this.#child.kill());
    // Idle, the process keeps no test run alive: it ends when its stdin does.
    this.#child.unref();
    for (const pipe of [this.#child.stdin, this.#child.stdout]) if (pipe instanceof Socket) pipe.unref();
  }

  ask(bytes: Uint8Array, path: readonly string[]): Promise<PythonSees> {
    const name = Buffer.from(JSON.stringify(path));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(name.length, 0);
    head.writeUInt32BE(bytes.length, 4);
    const answer = Promise.withResolvers<PythonSees>();
    this.#waiting.push(answer);
    this.#child.stdin.write(Buffer.concat([head, name, bytes]));
    return answer.promise;
  }

  #take(): void {
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readUInt32BE(0);
      if (this.#received.length < end) return;
      const answer = Answer.parse(JSON.parse(this.#received.toString('utf8', 4, end)));
      this.#received = this.#received.subarray(end);
      this.#waiting.shift()?.resolve(answer);
    }
  }
}
