import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { accountAt, LOCAL_KEY } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { arrowTo, openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The logs page of the built gateway in a real browser: what the gateway says stands there as it is said. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the logs page (no browser here)' : 'the logs page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({ accounts: [accountAt(upstream.baseUrl)] });
    await window.openai.responses.create({ model: 'gpt-5.5', input: 'hi' });
    await window.go('#/logs');
    await page().getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  const lines = () => page().getByRole('table', { name: 'Log lines' }).locator('[data-row]');
  const changed = () => lines().filter({ hasText: 'settings changed' });
  /** Has the gateway say that its settings changed. */
  const say = async (): Promise<void> => {
    const { out } = await window.tiergate.run(['policy', 'show']);
    await window.tiergate.run(['policy', 'set', '-'], out);
  };

  test('shows what is said as it is said', async () => {
    await lines().filter({ hasText: 'listening' }).first().waitFor();
    expect(await changed().count()).toBe(0);
    await say();
    await changed().first().waitFor();
    expect(await lines().first().textContent()).toContain('settings changed');
    expect(await window.violations()).toEqual([]);
  });

  test('opens a line, and copies it as JSON', async () => {
    await page().context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page().getByRole('button', { name: 'Copy the line: settings changed' }).first().click();
    const copied = JSON.parse(String(await page().evaluate('navigator.clipboard.readText()'))) as unknown;
    expect(copied).toMatchObject({ level: 'info', message: 'settings changed' });
    await page().getByRole('button', { name: 'Open the line: settings changed' }).first().click();
    const dialog = page().getByRole('dialog', { name: 'Log line' });
    await dialog.getByText('"message": "settings changed"').waitFor();
    expect(await window.violations()).toEqual([]);
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('is narrowed by level and text with the keyboard alone, and says so when nothing is left', async () => {
    await page().keyboard.press('/');
    await page().keyboard.type('LISTENING');
    await expect.poll(() => changed().count()).toBe(0);
    await lines().filter({ hasText: 'listening' }).first().waitFor();
    await page().keyboard.press('Escape');
    await tabTo(page(), page().getByRole('radio', { name: 'Info' }));
    for (const name of ['Warning', 'Error']) await arrowTo('ArrowRight', page().getByRole('radio', { name }));
    await page().keyboard.press('Space');
    await page().getByText('No line matches').waitFor();
    await expect.poll(() => page().url()).toContain('level=error');
    expect(await window.violations()).toEqual([]);
    await tabTo(page(), page().getByRole('button', { name: 'Show all' }));
    await page().keyboard.press('Enter');
    await changed().first().waitFor();
  });

  test('stands still while it is paused, and goes on', async () => {
    await page().getByRole('button', { name: 'Pause', exact: true }).click();
    await page().getByText('Paused', { exact: false }).first().waitFor();
    const before = await changed().count();
    await say();
    const file = join(window.tiergate.home, 'logs', 'tiergate.log');
    await expect.poll(() => readFileSync(file, 'utf8').split('settings changed').length - 1).toBeGreaterThan(before);
    expect(await changed().count()).toBe(before);
    await page().getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => changed().count()).toBeGreaterThan(before);
  });

  test('holds no key, speaks Chinese, and never complained', async () => {
    await window.go('#/settings');
    await page().getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page().getByRole('heading', { name: '设置', level: 1 }).waitFor();
    await window.go('#/logs?level=debug');
    await page().getByRole('heading', { name: '日志', level: 1 }).waitFor();
    await page().getByText('实时').waitFor();
    const spoken = page().getByRole('table', { name: '日志行' }).locator('[data-row]');
    await spoken.filter({ hasText: '设置已更改' }).first().waitFor();
    await page().keyboard.press('/');
    await page().keyboard.type('监听');
    await expect.poll(() => spoken.filter({ hasText: '设置已更改' }).count()).toBe(0);
    await spoken.filter({ hasText: '正在监听' }).first().waitFor();
    const shown = await page().locator('body').innerHTML();
    expect(shown).not.toContain(LOCAL_KEY);
    expect(shown).not.toContain(FAKE_KEY);
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});
