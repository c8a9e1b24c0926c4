import { app, type Event, type Session, shell, type WebContents } from 'electron';
import { externalUrl } from './external.ts';
import type { Page } from './page.ts';

/** Refuses every permission: Electron's own default is to grant them all. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** Nails every page the app ever makes to where it is; returns the function that ends that for later ones. */
export function nailPages(page: Page): () => void {
  const nail = (_event: Event, contents: WebContents): void => {
    nailPage(contents, page);
  };
  app.on('web-contents-created', nail);
  return () => {
    app.off('web-contents-created', nail);
  };
}

function nailPage(contents: WebContents, page: Page): void {
  const prevent = (details: Event<{ readonly url: string }>): void => {
    if (!isReload(page, details.url)) details.preventDefault();
  };
  contents.on('will-navigate', prevent);
  contents.on('will-frame-navigate', prevent);
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const allowed = externalUrl(url);
    // The person's own browser shows it, or nobody does.
    if (allowed !== null) shell.openExternal(allowed).catch(() => undefined);
    return { action: 'deny' };
  });
}

/** A development server reloads its page after an edit; the window itself never goes anywhere. */
function isReload(page: Page, url: string): boolean {
  return (
    URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) && new URL(url).origin === page.origin
  );
}
