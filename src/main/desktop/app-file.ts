import { extname, resolve, sep } from 'node:path';
import { APP_HOST, APP_SCHEME } from './page.ts';

/** One file of the window, and what it is served as. */
export interface AppFile {
  readonly path: string;
  readonly contentType: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * Finds the file an app:// address means; null for anything that is not a file type of the window under its folder. The
 * path is resolved as the file system would and then compared, since a URL parser leaves `..%2f` and `%5c` standing.
 */
export function appFile(folder: string, address: string): AppFile | null {
  if (!URL.canParse(address)) return null;
  const { protocol, host, pathname } = new URL(address);
  if (protocol !== `${APP_SCHEME}:` || host !== APP_HOST) return null;
  const name = decoded(pathname);
  // A backslash is a separator on Windows only, and a NUL ends a path early in the system below: neither is a name.
  if (name === null || /[\\\0]/.test(name)) return null;
  const root = resolve(folder);
  const path = resolve(root, `.${name === '' || name === '/' ? '/index.html' : name}`);
  if (!path.startsWith(root + sep)) return null;
  const contentType = CONTENT_TYPES[extname(path).toLowerCase()];
  return contentType === undefined ? null : { path, contentType };
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
