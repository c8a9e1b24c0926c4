const STORED = 'tiergate.session';
const FRAGMENT = '#session=';

/** True when the address carries a session token. */
export function addressHasToken(): boolean {
  return location.hash.startsWith(FRAGMENT);
}

/**
 * The session token: from the address, where it is taken away so that it stays in no history and no screenshot, else
 * from an earlier visit of this tab; null when there is none.
 */
export function takeSessionToken(): string | null {
  if (!addressHasToken()) return sessionStorage.getItem(STORED);
  const token = location.hash.slice(FRAGMENT.length);
  history.replaceState(null, '', location.pathname + location.search);
  // The token also travels as a WebSocket subprotocol, which allows these characters only.
  if (!/^[\w.~-]+$/.test(token)) return sessionStorage.getItem(STORED);
  sessionStorage.setItem(STORED, token);
  return token;
}

/** Where this tab's window is found when the gateway listens elsewhere, with the session; null where it is here already, or in the app. */
export function windowAddress({ host, port }: { readonly host: string; readonly port: number }): string | null {
  const token = sessionStorage.getItem(STORED);
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return token === null || location.origin === origin ? null : `${origin}${location.pathname}${FRAGMENT}${token}`;
}
