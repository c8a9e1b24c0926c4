import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { WINDOW_HEADERS } from '../../shared/window-headers.ts';
import { appFile } from './app-file.ts';
import { APP_SCHEME } from './page.ts';

/** Tells Chromium about the scheme; only possible before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }]);
}

/** Serves the window's files from their folder; returns the function that ends that. */
export function serveAppFiles(folder: string): () => void {
  protocol.handle(APP_SCHEME, ({ method, url }) => answerAppRequest(folder, method, url));
  return () => {
    protocol.unhandle(APP_SCHEME);
  };
}

async function answerAppRequest(folder: string, method: string, url: string): Promise<Response> {
  if (method !== 'GET') return answer(405, 'text/plain', 'only GET');
  const file = appFile(folder, url);
  if (file === null) return answer(404, 'text/plain', 'no such file');
  try {
    return answer(200, file.contentType, await readFile(file.path));
  } catch {
    return answer(404, 'text/plain', 'no such file');
  }
}

function answer(status: number, contentType: string, body: string | Buffer<ArrayBuffer>): Response {
  return new Response(body, { status, headers: { ...WINDOW_HEADERS, 'content-type': contentType } });
}
