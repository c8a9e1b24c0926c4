import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import type { Faithful } from './faithful.ts';

type Handler = (event: never, ...values: unknown[]) => unknown;

/** Electron's `ipcMain`. */
export class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  /** What a page's invoke comes to. */
  static invoke(ipc: IpcMain, event: unknown, channel: string, values: unknown[]): unknown {
    const handler = ipc.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler(event as never, ...values);
  }
}

/** The one ipcMain of the process. */
export const ipcMain = new IpcMain();
ipcMain satisfies Faithful<IpcMain, Electron.IpcMain>;
