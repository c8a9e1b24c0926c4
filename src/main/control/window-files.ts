import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { WINDOW_HEADERS } from '../../shared/window-headers.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** One file of the window, ready to be sent. */
export interface WindowFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The window's built files, listed once: a path is looked up and never joined to a folder, so no path leads out of it.
 */
export class WindowFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#names = new Set(listFiles(folder));
  }

  /** The file of that name; null when it is not on the list. */
  find(name: string): WindowFile | null {
    if (!this.#names.has(name)) return null;
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    try {
      return { headers: { ...WINDOW_HEADERS, 'content-type': type }, body: readFileSync(join(this.#folder, name)) };
    } catch {
      // A new build has taken it away.
      return null;
    }
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    // A checkout that was never built has no window; the gateway works without.
    return [];
  }
}
