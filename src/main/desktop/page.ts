/** The one document the window shows, and the origin that document speaks with. */
export interface Page {
  readonly url: string;
  /** As Electron serialises a frame's origin, which Node's URL cannot do for a scheme of our own. */
  readonly origin: string;
}

/** Where the packaged window lives; a scheme of its own has none of the rights of file:// and no host to re-bind. */
export const APP_SCHEME = 'app';

/** The host part of the window's address. */
export const APP_HOST = 'tiergate';

/** The built window. */
export const APP_PAGE: Page = {
  url: `${APP_SCHEME}://${APP_HOST}/index.html`,
  origin: `${APP_SCHEME}://${APP_HOST}`,
};

/** The page to show: the built window, or a local development server's when one is named and the app is not packaged. */
export function pageToShow(packaged: boolean, developmentUrl: string | undefined): Page {
  if (packaged || developmentUrl === undefined || !URL.canParse(developmentUrl)) return APP_PAGE;
  const { href, origin, protocol, hostname } = new URL(developmentUrl);
  const local = protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return local ? { url: href, origin } : APP_PAGE;
}
