import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply, Status } from '../../src/shared/control.ts';
import { findRunning } from '../../src/main/control/running.ts';
import {
  answerDialogs,
  askedDialogs,
  callFrom,
  clickTray,
  type DesktopApp,
  onDouble,
  startDesktopApp,
  trayLabels,
  watchTray,
} from '../desktop-app.ts';

/** The built app, started, used, attacked and ended, in this order, on the double or on the program TIERGATE_ELECTRON names. */
let desktop: DesktopApp;
let app: ElectronApplication;
let page: Page;
let baseUrl: string;

beforeAll(async () => {
  desktop = await startDesktopApp();
  ({ app } = desktop);
  page = await app.firstWindow();
  await page.waitForFunction('"tiergate" in globalThis');
  await watchTray(app);
});
afterAll(() => desktop.remove());

function windowCount(): Promise<number> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
}

async function status(): Promise<Status> {
  const reply = await callFrom(page, 'status.get', {});
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.value as Status;
}

async function closeWindow(): Promise<void> {
  const closed = page.waitForEvent('close');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await closed;
}

/** Does what should open the window, and waits for its page. */
async function opened(act: () => Promise<unknown>): Promise<Page> {
  const [fresh] = await Promise.all([app.waitForEvent('window'), act()]);
  await fresh.getByText(baseUrl).first().waitFor();
  return fresh;
}

describe('the tray app', () => {
  it('shows the gateway’s address, which came over the real preload and IPC', async () => {
    baseUrl = (await status()).baseUrl ?? '';
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    await page.getByText(baseUrl).first().waitFor();
  });

  it('lets the gateway answer on that address', async () => {
    const answer = await fetch(new URL('/healthz', baseUrl));
    expect(answer.status).toBe(200);
  });

  it('takes a switch in the window to the policy in force, and to the tray', async () => {
    await page.getByRole('link', { name: 'Policy', exact: true }).click();
    await page.getByRole('switch', { name: 'no-fast' }).click();
    await expect.poll(() => trayLabels(app)).toContain('Fast: passes');
    const reply = await callFrom(page, 'policy.get', {});
    expect(reply).toMatchObject({ ok: true, value: { rules: [{ id: 'no-fast', enabled: false }, {}] } });
    await page.getByRole('switch', { name: 'no-fast' }).click();
    await expect.poll(() => trayLabels(app)).toContain('Fast: filtered to Standard');
  });

  it('has the address in the tray menu, where a click copies it', async () => {
    expect(await trayLabels(app)).toEqual(
      expect.arrayContaining([`Copy ${baseUrl}`, 'Open Tiergate', 'Quit Tiergate']),
    );
    await clickTray(app, 'Copy');
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(baseUrl);
  });

  it('tells once what closing the window means, and then goes on without it', async () => {
    await answerDialogs(app, 0);
    await closeWindow();
    expect(await askedDialogs(app)).toEqual([expect.stringContaining('goes on without its window')]);
    page = await opened(() => clickTray(app, 'Open'));
    await closeWindow();
    expect(await askedDialogs(app)).toHaveLength(1);
    page = await opened(() => clickTray(app, 'Open'));
    const settings = await callFrom(page, 'settings.get', {});
    expect(settings).toMatchObject({ ok: true, value: { app: { closeExplained: true } } });
  });

  it('goes on without a window, and opens one from the tray', async () => {
    await closeWindow();
    expect(await windowCount()).toBe(0);
    expect((await fetch(new URL('/healthz', baseUrl))).status).toBe(200);
    page = await opened(() => clickTray(app, 'Open'));
  });

  it('opens the window when the system activates the app', async () => {
    await closeWindow();
    page = await opened(() => app.evaluate(({ app: own }) => own.emit('activate')));
    await app.evaluate(({ app: own }) => own.emit('activate'));
    expect(await windowCount()).toBe(1);
  });

  it('is one instance: a second launch ends at once and opens the first one’s window', async () => {
    await closeWindow();
    let code: number | null = null;
    page = await opened(async () => {
      code = await desktop.launchAgain();
    });
    expect(code).toBe(0);
    expect(await windowCount()).toBe(1);
  });
});

describe('an attack', () => {
  let attacker: Server;
  let lure: string;
  const asked: string[] = [];
  const refused: Reply = expect.objectContaining({ ok: false }) as Reply;

  beforeAll(async () => {
    attacker = createServer(({ url }, response) => {
      asked.push(url ?? '');
      response.end('<p>got you</p>');
    }).listen(0, '127.0.0.1');
    await once(attacker, 'listening');
    lure = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
  });
  afterAll(() => attacker.close());

  it.each([
    ['a navigation', (to: string) => `location.href = '${to}/navigation'`],
    ['a new window', (to: string) => `void window.open('${to}/open')`],
    [
      'a link to a new window',
      (to: string) =>
        `{ const a = document.createElement('a'); a.href = '${to}/link'; a.target = '_blank'; document.body.append(a); a.click(); a.remove() }`,
    ],
    [
      'a form',
      (to: string) =>
        `{ const f = document.createElement('form'); f.action = '${to}/form'; document.body.append(f); f.submit(); f.remove() }`,
    ],
    [
      'a frame',
      (to: string) => `{ const f = document.createElement('iframe'); f.src = '${to}/frame'; document.body.append(f) }`,
    ],
    ['an image', (to: string) => `{ new Image().src = '${to}/image' }`],
    ['a fetch', (to: string) => `void fetch('${to}/fetch', { mode: 'no-cors' }).catch(() => 0)`],
    [
      'a script',
      (to: string) =>
        `{ const s = document.createElement('script'); s.src = '${to}/script.js'; document.body.append(s) }`,
    ],
  ])('by %s reaches nobody and leaves the window where it is', async (_name, script) => {
    const before = page.url();
    await page.evaluate(script(lure));
    await page.waitForTimeout(200);
    expect(asked).toEqual([]);
    expect(page.url()).toBe(before);
    expect(await windowCount()).toBe(1);
    expect(app.windows()).toHaveLength(1);
    expect(await page.evaluate('document.body.textContent')).toContain(baseUrl);
  });

  it('to have the system open something opens only what is on the list, in the person’s own browser', async () => {
    await app.evaluate(({ shell }) => {
      const kept = globalThis as unknown as { external: string[] };
      kept.external = [];
      shell.openExternal = (url) => {
        kept.external.push(url);
        return Promise.resolve();
      };
    });
    for (const url of [
      `${lure}/open`,
      'file:///etc/passwd',
      'https://platform.openai.com.evil.example/',
      'https://platform.openai.com@evil.example/',
      'smb://evil.example/share',
      'https://status.openai.com/',
    ])
      await page.evaluate(`void window.open('${url}')`);
    const opened = (): Promise<string[]> =>
      app.evaluate(() => (globalThis as unknown as { external: string[] }).external);
    await expect.poll(opened).toEqual(['https://status.openai.com/']);
    expect(await windowCount()).toBe(1);
    expect(asked).toEqual([]);
  });

  it('by a script in the page’s text or by eval does not run', async () => {
    await page.evaluate(
      `{ const s = document.createElement('script'); s.textContent = 'globalThis.run = 1'; document.body.append(s) }`,
    );
    // The page's own code, unlike a debugger's, is under the policy: a timer runs the text as the page would.
    await page.evaluate(`setTimeout("globalThis.run = 2")`).catch(() => undefined);
    await page.waitForTimeout(50);
    expect(await page.evaluate('typeof globalThis.run')).toBe('undefined');
    expect(
      await page.evaluate(`fetch(location.href).then((answer) => answer.headers.get('content-security-policy'))`),
    ).toContain("default-src 'none'");
  });

  it.each([
    '/..%2f..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fpackage.json',
    '/..%5c..%5cpackage.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/../../package.json',
    '/..%2fmain/index.js',
  ])('on the window’s files by %s finds nothing', async (path) => {
    const answer = await page.evaluate<{ status: number; text: string }>(
      `fetch('${path}').then(async (answer) => ({ status: answer.status, text: await answer.text() }))`,
    );
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('tiergate');
  });

  it('finds no Node, no Electron and no more than two functions in the page', async () => {
    expect(await page.evaluate('[typeof require, typeof process, typeof module, typeof ipcRenderer]')).toEqual(
      Array(4).fill('undefined'),
    );
    expect(await page.evaluate('Object.keys(tiergate).sort()')).toEqual(['call', 'subscribe']);
  });

  it.each(['geolocation', 'notifications', 'midi'])('is not given the permission %s', async (name) => {
    expect(await page.evaluate(`navigator.permissions.query({ name: '${name}' }).then(({ state }) => state)`)).toBe(
      'denied',
    );
  });

  it.each<[string, unknown]>([
    ['no.such.call', {}],
    ['__proto__', {}],
    ['status.get', { more: 1 }],
    ['policy.set', { policy: { rules: [{ serviceTier: 'priority' }] } }],
    ['tool.add', { name: 7 }],
  ])('with the call %s and a bad input is an answer, not a crash', async (name, input) => {
    expect(await callFrom(page, name, input)).toEqual(refused);
  });

  it('from a frame inside the page has no bridge, nor is its message heard', async () => {
    await page.evaluate(
      `{ const f = document.createElement('iframe'); f.name = 'inner'; f.srcdoc = '<p>inner'; document.body.append(f) }`,
    );
    await expect.poll(() => page.frame('inner') !== null).toBe(true);
    const frame = page.frame('inner');
    expect(await frame?.evaluate('typeof tiergate')).toBe('undefined');
    // A renderer that has been taken over can send what it likes; only the double offers its bare line for that.
    if (onDouble) {
      await page.evaluate('{ globalThis.heard = []; fromMain.settle = (outcome) => heard.push(outcome) }');
      await frame?.evaluate(
        `toMain(JSON.stringify({ id: 9001, channel: 'control:call', values: ['status.get', {}] }))`,
      );
      await expect.poll(() => page.evaluate('heard')).toEqual([{ id: 9001, value: refused }]);
    }
    page = await reopened();
  });

  it.each(['app://tiergate/index.html', 'data:text/html,<p>elsewhere'])(
    'from another window that holds the preload and shows %s is refused',
    async (url) => {
      const [other] = await Promise.all([
        app.waitForEvent('window'),
        app.evaluate(
          async ({ BrowserWindow }, { address, preload }) => {
            const webPreferences = { preload, contextIsolation: true, sandbox: true };
            await new BrowserWindow({ show: false, webPreferences }).loadURL(address);
          },
          { address: url, preload: desktop.preload },
        ),
      ]);
      await other.waitForFunction('"tiergate" in globalThis');
      expect(await callFrom(other, 'status.get', {})).toEqual(refused);
      await other.close();
      await expect.poll(() => windowCount()).toBe(1);
    },
  );

  it('from our own window, led elsewhere, is refused, and nothing is pushed there', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.loadURL('data:text/html,<p>elsewhere'));
    await page.getByText('elsewhere').waitFor();
    expect(await callFrom(page, 'status.get', {})).toEqual(refused);
    await page.evaluate('{ globalThis.heard = []; tiergate.subscribe((push) => heard.push(push)) }');
    // The command line's way in, which lies beside the window's.
    const other = await findRunning(desktop.home);
    expect(await other?.call('tool.add', { name: 'codex' })).toMatchObject({ ok: true });
    await page.waitForTimeout(300);
    expect(await page.evaluate('heard')).toEqual([]);
    page = await reopened();
  });

  /** The attacked page makes room for a fresh one. */
  async function reopened(): Promise<Page> {
    await closeWindow();
    return opened(() => clickTray(app, 'Open'));
  }
});

describe('a link from outside', () => {
  it('that would act is put to the person first, and a refusal ends it', async () => {
    await answerDialogs(app, 0);
    expect(await desktop.launchAgain('tiergate://pause')).toBe(0);
    await expect.poll(() => askedDialogs(app)).toEqual([expect.stringContaining('Refuse new turns of all tools')]);
    expect((await status()).paused).toBeNull();
  });

  it('acts when the person says so', async () => {
    await answerDialogs(app, 1);
    await desktop.launchAgain('tiergate://pause?minutes=15');
    await expect.poll(async () => (await status()).paused).not.toBeNull();
    await desktop.launchAgain('tiergate://resume');
    await expect.poll(async () => (await status()).paused).toBeNull();
  });

  it('that makes no sense only opens the window', async () => {
    await answerDialogs(app, 1);
    await closeWindow();
    page = await opened(() => desktop.launchAgain('tiergate://policy/set?rules=[]'));
    expect(await askedDialogs(app)).toEqual([]);
  });
});

describe('the machine', () => {
  it('may sleep: after it wakes turns are answered as before', async () => {
    await app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
    expect((await fetch(new URL('/healthz', baseUrl))).status).toBe(200);
    expect((await status()).notices).toEqual([]);
  });

  it('may lose the page’s process: a fresh page takes its place', async () => {
    const [fresh] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        contents?.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
      }),
    ]);
    page = fresh;
    await page.getByText(baseUrl).first().waitFor();
    expect(await windowCount()).toBe(1);
  });
});

describe('the end', () => {
  it('comes with Quit from the tray, cleanly, and takes the gateway along', async () => {
    const exit = once(app.process(), 'exit');
    // The answer may be lost with the process.
    await clickTray(app, 'Quit').catch(() => undefined);
    expect(await exit).toEqual([0, null]);
    await expect(fetch(new URL('/healthz', baseUrl))).rejects.toThrow();
  });
});
