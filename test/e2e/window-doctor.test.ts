import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The about page of the built gateway in a real browser: what runs, and what the doctor finds when something is wrong. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the about page (no browser here)' : 'the about page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;
  const check = (id: string) => page().locator(`[data-check="${id}"]`);

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({ accounts: [accountAt(upstream.baseUrl)] });
    await window.go('#/about');
    await page().getByRole('heading', { name: 'About', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  test('says what runs, and where its data are', async () => {
    await page().getByText(window.tiergate.home, { exact: true }).waitFor();
    await page().getByText('MIT: use it').waitFor();
    await page().getByText('in a browser', { exact: true }).waitFor();
    const links = await page()
      .locator('main a[target=_blank]')
      .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href));
    expect(links).toHaveLength(4);
    expect(links.every((link) => /^https:\/\/(?:status|platform|console)\./.test(link))).toBe(true);
  });

  test('finds what is wrong, and sees that it was put right', async () => {
    await check('settings').waitFor();
    expect(await check('settings').getAttribute('data-result')).toBe('ok');
    chmodSync(join(window.tiergate.home, 'settings.json'), 0o644);
    await page().getByRole('button', { name: 'Look again' }).click();
    await page().locator('[data-check="files"][data-result="failed"]').waitFor();
    await check('files')
      .getByText(/Run: chmod 600/)
      .waitFor();
    await page().getByText('check failed.').waitFor();
    expect(await window.violations()).toEqual([]);
    chmodSync(join(window.tiergate.home, 'settings.json'), 0o600);
    await page().getByRole('button', { name: 'Look again' }).click();
    await page().locator('[data-check="files"][data-result="ok"]').waitFor();
  });

  test('looks at upstreams and copies the report with the keyboard alone', async () => {
    await page().context().grantPermissions(['clipboard-read', 'clipboard-write']);
    expect(await check('upstream').count()).toBe(0);
    await tabTo(page(), page().getByRole('switch', { name: 'Connect to the accounts’ upstreams too' }));
    await page().keyboard.press('Space');
    await check('upstream').getByText('takes connections').waitFor();
    await page().keyboard.press('Shift+Tab');
    await page().keyboard.press('Shift+Tab');
    await page().keyboard.press('Enter');
    await expect
      .poll(async () => String(await page().evaluate('navigator.clipboard.readText()')))
      .toMatch(/^Report of .*\nTiergate \d[^]*ok {7}upstream: lab/);
    expect(String(await page().evaluate('navigator.clipboard.readText()'))).not.toContain(FAKE_KEY);
  });

  test('speaks Chinese, reads well for everybody, and never complained', async () => {
    await window.go('#/settings');
    await page().getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page().getByRole('heading', { name: '设置', level: 1 }).waitFor();
    await window.go('#/about');
    await page().getByRole('heading', { name: '关于', level: 1 }).waitFor();
    await check('clock').getByText('时钟').waitFor();
    await check('clock').getByText('正常').waitFor();
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});
