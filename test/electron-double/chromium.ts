import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';

/** Parameters, results and events of the DevTools protocol, as far as anybody knows before looking. */
export type Json = Record<string, unknown>;

interface Waiting {
  readonly settle: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A private headless Chromium with two lines: the double speaks through a pipe, so Chromium leaves with the process that
 * started it however that process dies; Playwright speaks through the announced WebSocket.
 */
export class Chromium {
  static #shared: Chromium | undefined;

  /** What Chromium says on stderr when Playwright may connect. */
  readonly announcement: string;
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (event: Json) => void>();
  #next = 1;
  #tail = '';

  private constructor(child: ChildProcess, profile: string, announcement: string) {
    this.#child = child;
    this.#profile = profile;
    this.announcement = announcement;
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  /** The one Chromium of this process. */
  static get shared(): Chromium {
    if (Chromium.#shared === undefined) throw new Error('Chromium has not been started');
    return Chromium.#shared;
  }

  /** Starts it; afterwards it is {@link Chromium.shared}. */
  static async start(): Promise<void> {
    const path = await browserPath();
    if (path === null) throw new Error('there is no Chromium; set TIERGATE_CHROMIUM to one');
    const profile = mkdtempSync(join(tmpdir(), 'electron-double-'));
    const child = spawn(path, [...BROWSER_ARGUMENTS, ...OWN_ARGUMENTS, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own, to be ended with all its processes: those left over would write the profile anew.
      detached: true,
    });
    const announcement = await new Promise<string>((settle, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`Chromium left with ${String(code)}`)));
      createInterface({ input: child.stderr as Readable }).on('line', (line) => {
        if (line.startsWith('DevTools listening on ')) settle(`${line}\n`);
      });
    });
    Chromium.#shared = new Chromium(child, profile, announcement);
  }

  /** Asks one thing, of the browser or of the page with a session. */
  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.#next++;
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((settle, reject) => {
      this.#waiting.set(id, { settle, reject });
    });
  }

  /** Hears of one kind of event, of the browser (no session) or of one page. */
  on(sessionId: string, method: string, listener: (event: Json) => void): void {
    this.#listeners.set(`${sessionId} ${method}`, listener);
  }

  /** Ends it and removes its profile. */
  close(): Promise<void> {
    return new Promise((settle) => {
      this.#child.once('exit', () => {
        try {
          rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
        } catch {
          // A process of its group that dies late may still write; what is left lies in the system's folder for such.
        }
        settle();
      });
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    });
  }

  #read(text: string): void {
    const parts = (this.#tail + text).split('\0');
    this.#tail = parts.pop() ?? '';
    for (const part of parts) this.#dispatch(JSON.parse(part) as Message);
  }

  #dispatch({ id, method, sessionId, params, result, error }: Message): void {
    if (id === undefined) {
      this.#listeners.get(`${sessionId ?? ''} ${method ?? ''}`)?.(params ?? {});
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.settle(result ?? {});
    else waiting?.reject(new Error(error.message));
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

const OWN_ARGUMENTS: readonly string[] = [
  '--headless',
  '--no-first-run',
  '--no-startup-window',
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
  // Frames of other sites stay in their page's session, where the double sees what they send; and Chromium's own guard of
  // this machine's ports is off, so that only the app's protection is left to hold.
  '--disable-features=IsolateOrigins,site-per-process,LocalNetworkAccessChecks',
  '--disable-site-isolation-trials',
];
