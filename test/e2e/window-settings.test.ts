import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/shared/settings.ts';
import { browserPath } from '../browser.ts';
import { accountAt, LOCAL_KEY } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { arrowTo, hasFocus, openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The settings page of the built gateway in a real browser: what is changed there is in the file, and in force. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the settings page (no browser here)' : 'the settings page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({ accounts: [accountAt(upstream.baseUrl, { proxy: 'socks5://127.0.0.1:1080' })] });
    await window.go('#/settings');
    await page().getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  const saved = (): Settings =>
    JSON.parse(readFileSync(join(window.tiergate.home, 'settings.json'), 'utf8')) as Settings;
  const row = (name: string) => page().locator(`[data-setting="${name}"]`);

  test('saves a switch at once, and takes it back', async () => {
    await page().getByRole('switch', { name: 'Compress WebSockets' }).click();
    await row('compress').getByText('Saved.').waitFor();
    expect(saved().gateway.compressSockets).toBe(false);
    await page().getByRole('button', { name: 'Undo: Compress WebSockets' }).click();
    await expect.poll(() => saved().gateway.compressSockets).toBe(true);
    await row('compress').getByText('Saved.').waitFor({ state: 'detached' });
  });

  test('says in place what may be typed, and saves only that', async () => {
    const limit = page().getByLabel('Largest request');
    await limit.fill('0');
    await row('bodyLimit').getByText('A number from 1 to 512').waitFor();
    await limit.press('Enter');
    await limit.press('Escape');
    expect(await limit.inputValue()).toBe('64');
    await limit.fill('1');
    await limit.press('Enter');
    await row('bodyLimit').getByText('Saved.').waitFor();
    expect(saved().gateway.bodyLimitMiB).toBe(1);
    const long = fetch(`${window.serving.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5.5', input: 'x'.repeat(1_100_000) }),
    });
    expect((await long).status).toBe(413);
  });

  test('warns before the local network is let in', async () => {
    const lan = page().getByRole('switch', { name: 'Local network' });
    await lan.click();
    const dialog = page().getByRole('dialog', { name: 'Let the local network in?' });
    await dialog.getByText('in clear text').waitFor();
    expect(await window.violations()).toEqual([]);
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await lan.getAttribute('aria-checked')).toBe('false');
    expect(saved().gateway.lan).toBe(false);
    await lan.click();
    await dialog.getByRole('button', { name: 'Let the network in' }).click();
    await row('lan').getByText('Saved.').waitFor();
    expect(saved().gateway.lan).toBe(true);
    await page().getByRole('button', { name: 'Undo: Local network' }).click();
    await expect.poll(() => saved().gateway.lan).toBe(false);
  });

  test('lets tools bring keys for the providers that were chosen', async () => {
    await page().getByRole('button', { name: 'Keys of tools: For no provider' }).click();
    await page().getByRole('menuitemcheckbox', { name: 'OpenAI', exact: true }).click();
    await row('ownKeys').getByText('Saved.').waitFor();
    expect(saved().gateway.ownKeys).toEqual(['openai']);
    await page().keyboard.press('Escape');
    await page().getByRole('button', { name: 'Keys of tools: OpenAI' }).waitFor();
  });

  test('keeps prompts and answers only when asked to, of the tools that were chosen', async () => {
    await page().getByRole('switch', { name: 'Keep prompts and answers' }).click();
    await page().getByRole('button', { name: 'Only of these tools: Every tool' }).click();
    await page().getByRole('menuitemcheckbox', { name: 'lab' }).click();
    await row('captureTools').getByText('Saved.').waitFor();
    await page().keyboard.press('Escape');
    await page().getByLabel('Share of turns').fill('12.5');
    await page().getByLabel('Share of turns').press('Enter');
    await row('captureSample').getByText('Saved.').waitFor();
    expect(saved().capture).toMatchObject({ enabled: true, tools: ['lab'], sample: 0.125 });
    await page().getByRole('button', { name: 'Wipe…' }).click();
    const dialog = page().getByRole('dialog', { name: 'Wipe every prompt and answer?' });
    await dialog.waitFor();
    expect(await window.violations()).toEqual([]);
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('asks before turns are let go, and makes a copy of them', async () => {
    await page().getByRole('button', { name: 'Make a backup' }).click();
    const file = await row('backup').locator('code').textContent();
    expect(existsSync(file ?? '')).toBe(true);
    const days = page().getByRole('textbox', { name: 'Keep turns for' });
    await days.fill('30');
    await days.press('Enter');
    const dialog = page().getByRole('dialog', { name: 'Keep turns for 30 days?' });
    await dialog.getByText('No recorded turn is older').waitFor();
    await dialog.getByRole('button', { name: 'Keep to it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(saved().retention.days).toBe(30);
    await days.fill('');
    await days.press('Enter');
    await expect.poll(() => saved().retention.days).toBe(null);
  });

  test('shows each account’s way out, and what needs the desktop app', async () => {
    await page().getByText('socks5://127.0.0.1:1080').waitFor();
    expect(await page().getByRole('link', { name: 'Edit lab' }).getAttribute('href')).toBe('#/accounts/lab');
    await page().getByText('started without the desktop app').waitFor();
  });

  test('changes theme and language with the keyboard alone, and speaks Chinese at once', async () => {
    await tabTo(page(), page().getByRole('radio', { name: 'System' }));
    for (const name of ['Light', 'Dark']) await arrowTo('ArrowRight', page().getByRole('radio', { name }));
    await page().keyboard.press('Space');
    await expect.poll(() => saved().app.theme).toBe('dark');
    await expect.poll(() => page().locator('html').getAttribute('data-theme')).toBe('dark');
    await window.speak('en');
    await tabTo(page(), page().getByRole('combobox', { name: 'Language' }));
    await page().keyboard.press('ArrowDown');
    await page().getByRole('heading', { name: '设置', level: 1 }).waitFor();
    expect(saved().app.language).toBe('zh');
    await expect.poll(() => hasFocus(page().getByRole('combobox', { name: '语言' }))).toBe(true);
    await page().getByText('每项更改会立即保存。').waitFor();
    expect(await page().locator('html').getAttribute('lang')).toBe('zh-CN');
    await page().getByRole('button', { name: '撤销：语言' }).press('Enter');
    await page().getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await page().getByRole('radio', { name: 'System' }).click();
    await expect.poll(() => saved().app.theme).toBe('system');
  });

  test('reads well for everybody, and the page never complained', async () => {
    await page().getByRole('switch', { name: 'Keep raw requests and answers' }).click();
    await row('dumpOn').getByText('Saved.').waitFor();
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });

  test('says where the window is when the gateway has moved to another port', async () => {
    const port = await freePort();
    await page().getByLabel('Port').fill(String(port));
    await page().getByLabel('Port').press('Enter');
    await row('port').getByText('this page stays behind').waitFor();
    await page().context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page().getByRole('button', { name: 'Copy the new address' }).click();
    const address = await page().evaluate('navigator.clipboard.readText()');
    // As somebody does who puts it in the address bar of another tab.
    await page().goto('about:blank');
    await page().goto(String(address));
    await page().getByText(`http://127.0.0.1:${port}/v1`).first().waitFor();
    await page().getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
