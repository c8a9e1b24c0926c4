import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type * as Electron from 'electron';
import { app } from './app.ts';
import { Chromium, type Json } from './chromium.ts';
import { type Faithful, preventable, type Proof } from './faithful.ts';
import { type Frame, Frames } from './frames.ts';
import { IpcMain, ipcMain } from './ipc.ts';
import { askForWindows, installPreload } from './page-side.ts';
import { answerRequest, schemePatterns, toApp, toPage } from './protocol.ts';
import { settlePermissions } from './session.ts';

interface Paused {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly redirectedRequestId?: string;
  readonly request: { readonly url: string; readonly method: string; readonly headers: Record<string, string> };
}

type WindowSize = Pick<Electron.BrowserWindowConstructorOptions, 'width' | 'height' | 'webPreferences'>;
type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

/** Electron's `webContents`: one page of the private Chromium. */
export class WebContents extends EventEmitter {
  static readonly #all = new Map<string, WebContents>();
  static #numbers = 0;

  readonly id = ++WebContents.#numbers;
  readonly #frames = new Frames();
  readonly #attached: Promise<void>;
  readonly #close: () => void;
  #session = '';
  #target = '';
  #openHandler: OpenHandler | undefined;
  #loading: string | undefined;
  #destroyed = false;

  constructor({ width, height, webPreferences }: WindowSize, close: () => void) {
    super();
    this.#close = close;
    this.#attached = this.#attach({ url: 'about:blank', width, height }, webPreferences?.preload);
    app.emit('web-contents-created', preventable({}), this);
  }

  get mainFrame(): Frame {
    return this.#frames.named(this.#target);
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...values: unknown[]): void {
    const text = JSON.stringify(structured(values));
    void this.#attached.then(() => this.#tell(`deliver(${JSON.stringify(channel)}, ${text})`));
  }

  async loadURL(url: string): Promise<void> {
    await this.#attached;
    const loaded = once(this, 'did-finish-load');
    this.#loading = toPage(url);
    const { errorText } = await this.#ask('Page.navigate', { url: this.#loading });
    if (typeof errorText === 'string') throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  close(): void {
    this.#close();
  }

  /** What a window's end does to its page. */
  static destroy(contents: WebContents): void {
    contents.#destroyed = true;
    WebContents.#all.delete(contents.#target);
    void contents.#attached.then(() => Chromium.shared.send('Target.closeTarget', { targetId: contents.#target }));
    contents.emit('destroyed');
  }

  /** How Playwright finds the window of a page. */
  static fromDevToolsTargetId(target: string): WebContents | undefined {
    return WebContents.#all.get(target);
  }

  async #attach(target: Json, preload: string | undefined): Promise<void> {
    const { targetId } = await Chromium.shared.send('Target.createTarget', target);
    this.#target = String(targetId);
    WebContents.#all.set(this.#target, this);
    const { sessionId } = await Chromium.shared.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(sessionId);
    this.#hear('Runtime.bindingCalled', (event) => {
      const { name, payload, executionContextId } = event as {
        name: string;
        payload: string;
        executionContextId: number;
      };
      if (name === 'wantWindow') void this.#wantWindow(payload);
      else void this.#fromPage(payload, this.#frames.ofContext(executionContextId));
    });
    this.#hear('Runtime.executionContextCreated', (event) => this.#frames.created(event));
    this.#hear('Runtime.executionContextDestroyed', (event) => this.#frames.destroyed(event));
    this.#hear('Runtime.executionContextsCleared', () => this.#frames.cleared());
    this.#hear('Page.frameNavigated', (event) => this.#frames.navigated(event));
    this.#hear('Page.loadEventFired', () => this.emit('did-finish-load'));
    this.#hear('Fetch.requestPaused', (event) => void this.#paused(event as unknown as Paused));
    await this.#ask('Fetch.enable', { patterns: [{ resourceType: 'Document' }, ...schemePatterns()] });
    await this.#ask('Page.enable');
    await this.#ask('Runtime.enable');
    await this.#ask('Runtime.addBinding', { name: 'toMain' });
    await this.#ask('Runtime.addBinding', { name: 'wantWindow' });
    await settlePermissions(this);
    const script = preload === undefined ? 'undefined' : readFileSync(preload, 'utf8');
    const source = `(${installPreload.toString()})(function (require, module, exports, process) {${script}\n})`;
    await this.#ask('Page.addScriptToEvaluateOnNewDocument', { source });
    await this.#ask('Page.addScriptToEvaluateOnNewDocument', { source: `(${askForWindows.toString()})()` });
  }

  /** A page wants a window of its own; like Electron, an app that says nothing lets it have one. */
  async #wantWindow(url: string): Promise<void> {
    const answer = this.#openHandler?.({ url } as Electron.HandlerDetails);
    if (answer?.action !== 'deny') await Chromium.shared.send('Target.createTarget', { url });
  }

  /** A request of the page waits for an answer: a navigation may be prevented, and the app serves its own schemes. */
  async #paused({ requestId, frameId, resourceType, redirectedRequestId, request }: Paused): Promise<void> {
    const { url, method, headers } = request;
    if (resourceType === 'Document' && this.#isPrevented(url, frameId, redirectedRequestId !== undefined)) {
      await this.#ask('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const response = await answerRequest(toApp(url), method, headers);
    if (response === null) {
      await this.#ask('Fetch.continueRequest', { requestId });
      return;
    }
    await this.#ask('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  #isPrevented(url: string, frameId: string, redirect: boolean): boolean {
    // What the app itself loads is no navigation of the page; where that leads on is.
    if (!redirect && url === this.#loading) {
      this.#loading = undefined;
      return false;
    }
    const isMainFrame = frameId === this.#target;
    const event = preventable({ url: toApp(url), isMainFrame, isSameDocument: false });
    if (redirect) this.emit('will-redirect', event);
    else {
      this.emit('will-frame-navigate', event);
      if (isMainFrame) this.emit('will-navigate', event);
    }
    return event.defaultPrevented;
  }

  async #fromPage(payload: string, senderFrame: Frame | null): Promise<void> {
    const { id, channel, values } = JSON.parse(payload) as { id: number; channel: string; values: unknown[] };
    const event = preventable({ sender: this, senderFrame });
    try {
      const value = structured(await IpcMain.invoke(ipcMain, event, channel, values));
      await this.#tell(`settle(${JSON.stringify({ id, value })})`);
    } catch (error) {
      const text = `Error invoking remote method '${channel}': ${String(error)}`;
      await this.#tell(`settle(${JSON.stringify({ id, error: text })})`);
    }
  }

  /** A page that is between two documents, or gone, hears nothing. */
  async #tell(call: string): Promise<void> {
    if (!this.#destroyed) await this.#ask('Runtime.evaluate', { expression: `globalThis.fromMain?.${call}` });
  }

  async #ask(method: string, params: Json = {}): Promise<Json> {
    try {
      return await Chromium.shared.send(method, params, this.#session);
    } catch (error) {
      // A closed page answers nothing more; that is no fault of who asked.
      if (this.#destroyed) return {};
      throw error;
    }
  }

  #hear(method: string, listener: (event: Json) => void): void {
    Chromium.shared.on(this.#session, method, listener);
  }
}

/** What Electron's own serialisation lets through. */
function structured<Value>(value: Value): Value {
  return deserialize(serialize(value)) as Value;
}

/** Electron's `webContents` module. */
export const webContents = { fromDevToolsTargetId: (target: string) => WebContents.fromDevToolsTargetId(target) };

/** Proof for the compiler that a page offers nothing that Electron's lacks. */
export type Checked = Proof<Faithful<WebContents, Electron.WebContents, 'mainFrame'>, WebContents>;
