import type * as Electron from 'electron';

type Handler = Parameters<Electron.Protocol['handle']>[1];

const privileged = new Set<string>();
const handlers = new Map<string, Handler>();

/** Electron's `protocol`. */
export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly Electron.CustomScheme[]): void {
    for (const { scheme, privileges } of schemes) if (privileges?.standard === true) privileged.add(scheme);
  },
  handle(scheme: string, handler: Handler): void {
    handlers.set(scheme, handler);
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme);
  },
} satisfies Partial<Electron.Protocol>;

/** Chromium's interception patterns for every scheme of the app. */
export function schemePatterns(): readonly { readonly urlPattern: string }[] {
  return [...privileged].map((scheme) => ({ urlPattern: `http://*.${scheme}.localhost/*` }));
}

/** Headless Chromium knows no private scheme, so `app://host/x` travels as `http://host.app.localhost/x`: its own origin, and as secure. */
export function toPage(url: string): string {
  return url.replace(/^(\w+):\/\/([^/]+)/, (all, scheme: string, host: string) =>
    privileged.has(scheme) ? `http://${host}.${scheme}.localhost` : all,
  );
}

/** The way back of {@link toPage}, for addresses and origins. */
export function toApp(url: string): string {
  return url.replace(/^http:\/\/([^/]+)\.(\w+)\.localhost(?=\/|$)/, (all, host: string, scheme: string) =>
    privileged.has(scheme) ? `${scheme}://${host}` : all,
  );
}

/** Lets the app answer a request for one of its schemes; null when the address is none of them. */
export async function answerRequest(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<Response | null> {
  const handler = handlers.get(url.slice(0, url.indexOf(':')));
  return handler === undefined ? null : handler(new Request(url, { method, headers }));
}
