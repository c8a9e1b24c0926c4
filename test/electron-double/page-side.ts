/** What the page's side may be handed: the built preload script as a function. */
type Preload = (require: unknown, module: unknown, exports: unknown, process: unknown) => void;

/** The page's side of the line, which the double calls by name. */
interface Line {
  settle(outcome: { readonly id: number; readonly value?: unknown; readonly error?: string }): void;
  deliver(channel: string, values: readonly unknown[]): void;
}

/**
 * Serialised into the page: hands the real preload script its `require('electron')`. It stands alone, since nothing of
 * this module goes with it; and only the main frame gets it, as in Electron.
 */
export function installPreload(preload?: Preload): void {
  const scope = globalThis as unknown as Record<string, unknown> & {
    readonly toMain: (payload: string) => void;
    readonly top: unknown;
  };
  if (scope.top !== scope || preload === undefined) return;
  const toMain = scope.toMain;
  const waiting = new Map<number, { settle: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Set<(event: unknown, ...values: unknown[]) => void>>();
  let next = 1;

  const ipcRenderer = {
    invoke: (channel: string, ...values: unknown[]) =>
      new Promise((settle, reject) => {
        const id = next++;
        waiting.set(id, { settle, reject });
        toMain(JSON.stringify({ id, channel, values: structuredClone(values) }));
      }),
    on(channel: string, listener: () => void) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      return ipcRenderer;
    },
    off(channel: string, listener: () => void) {
      listeners.get(channel)?.delete(listener);
      return ipcRenderer;
    },
  };
  const contextBridge = {
    exposeInMainWorld: (name: string, api: object) => {
      Object.defineProperty(scope, name, { value: Object.freeze(api), enumerable: true });
    },
  };
  const line: Line = {
    settle({ id, value, error }) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) call?.settle(value);
      else call?.reject(new Error(error));
    },
    deliver(channel, values) {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...values);
    },
  };
  Object.defineProperty(scope, 'fromMain', { value: line });
  preload(
    (name: string) => {
      if (name === 'electron') return { contextBridge, ipcRenderer };
      throw new Error(`module not found: ${name}`);
    },
    { exports: {} },
    {},
    { platform: 'linux', versions: {}, env: {} },
  );
}

/**
 * Serialised into every frame: a wish for another window goes to the app and comes back as a refusal, since Chromium would
 * make the window first and ask later.
 */
export function askForWindows(): void {
  const scope = globalThis as unknown as {
    readonly wantWindow: (url: string) => void;
    open: (url?: string) => null;
    addEventListener(type: string, listener: (event: LinkEvent) => void, capture: boolean): void;
  };
  interface LinkEvent {
    readonly target: { closest?(selector: string): { readonly href: string; readonly target: string } | null };
    preventDefault(): void;
  }
  const { wantWindow } = scope;
  scope.open = (url = 'about:blank') => {
    wantWindow(url);
    return null;
  };
  scope.addEventListener(
    'click',
    (event) => {
      const link = event.target.closest?.('a[target]');
      if (link === undefined || link === null || ['_self', '_top', '_parent'].includes(link.target)) return;
      event.preventDefault();
      wantWindow(link.href);
    },
    true,
  );
}
