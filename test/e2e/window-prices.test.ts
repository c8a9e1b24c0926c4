import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/shared/settings.ts';
import { browserPath } from '../browser.ts';
import { LOCAL_KEY, accountAt } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The prices page of the built gateway in a real browser: what has no price gets one, and the turns are priced again. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the prices page (no browser here)' : 'the prices page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;

  beforeAll(async () => {
    upstream = await startUpstream();
    const claude = accountAt(upstream.baseUrl, { id: 'claude', provider: 'anthropic' });
    window = await openWindow({ accounts: [accountAt(upstream.baseUrl), claude] });
    await window.openai.responses.create({ model: 'lab-model', input: 'hi' });
    await window.go('#/prices');
    await page().getByRole('heading', { name: 'Prices', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  const saved = (): Settings['prices'] =>
    (JSON.parse(readFileSync(join(window.tiergate.home, 'settings.json'), 'utf8')) as Settings).prices;
  const table = () => page().getByRole('table', { name: 'Table' });

  test('shows a table of thousands of lines of which few are there, and finds some by words', async () => {
    await table().getByRole('row').nth(5).waitFor();
    expect(Number(await table().getAttribute('aria-rowcount'))).toBeGreaterThan(1500);
    expect(await table().getByRole('row').count()).toBeLessThan(80);
    expect(await window.violations()).toEqual([]);
    await page().keyboard.press('/');
    await page().keyboard.type('openai gpt-5.5 fast');
    await expect.poll(() => page().url()).toContain('text=openai');
    await expect.poll(async () => Number(await table().getAttribute('aria-rowcount'))).toBeLessThan(20);
    const cells = await table().locator('[data-row="0"] [role=cell]').allTextContents();
    expect(cells.slice(1, 3)).toEqual([expect.stringContaining('Fast'), expect.stringMatching(/^\$\d+\.\d\d/)]);
    await page().getByRole('searchbox').fill('no-such-model-anywhere');
    await page().getByText('No price matches').waitFor();
    await page().getByRole('button', { name: 'Show all' }).click();
    await table().waitFor();
  });

  test('scrolls to its end with the keyboard', async () => {
    await table().focus();
    await page().keyboard.press('End');
    const last = Number(await table().getAttribute('aria-rowcount')) - 2;
    await table().locator(`[data-row="${last}"]`).waitFor();
  });

  test('gives a model without a price one, and prices its turns again', async () => {
    await page().getByRole('radio', { name: 'Without a price (1)' }).click();
    await page().getByRole('button', { name: 'Set your price for lab-model' }).click();
    const dialog = page().getByRole('dialog', { name: 'Your price' });
    expect(await dialog.getByLabel('Model').inputValue()).toBe('lab-model');
    await dialog.getByLabel('Standard, Input').fill('1,5');
    await dialog.getByText('A price such as 1.25').waitFor();
    await dialog.getByLabel('Standard, Input').fill('1000');
    await dialog.getByRole('button', { name: 'Save price' }).click();
    await dialog.getByText('Input and output belong together.').waitFor();
    await dialog.getByLabel('Standard, Output').fill('2000.5');
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Save price' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(saved()).toEqual([{ model: 'lab-model', tiers: { standard: { input: '1000', output: '2000.5' } } }]);
    await page().getByRole('button', { name: 'Price turns again…' }).click();
    const again = page().getByRole('dialog', { name: 'Price recorded turns again' });
    await again.getByRole('button', { name: 'Look first' }).click();
    await again
      .getByText('Recorded turns looked at: 1. 1 would change, 1 of them without a price until now.')
      .waitFor();
    expect(await window.violations()).toEqual([]);
    await again.getByRole('button', { name: 'Price them again' }).click();
    await again.getByText('1 turn of 1 was priced again').waitFor();
    await again.getByText(/All sums together: \$\d.* more/).waitFor();
    await again.getByRole('button', { name: 'Done' }).click();
    await page().getByText('Every turn has a price').waitFor();
    expect(await window.violations()).toEqual([]);
  });

  test('edits, removes and takes back with the keyboard alone', async () => {
    await page().getByRole('radio', { name: 'Your prices (1)' }).click();
    await tabTo(page(), page().getByRole('button', { name: 'Edit the price of lab-model' }));
    await page().keyboard.press('Enter');
    const dialog = page().getByRole('dialog', { name: 'Your price of lab-model' });
    await dialog.waitFor();
    await tabTo(page(), dialog.getByLabel('Account'));
    await page().keyboard.press('ArrowDown');
    await tabTo(page(), dialog.getByLabel('Fast, Input', { exact: true }));
    await page().keyboard.type('3');
    await tabTo(page(), dialog.getByLabel('Fast, Output', { exact: true }));
    await page().keyboard.type('4');
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(saved()).toEqual([
      {
        model: 'lab-model',
        account: 'lab',
        tiers: { standard: { input: '1000', output: '2000.5' }, fast: { input: '3', output: '4' } },
      },
    ]);
    await tabTo(page(), page().getByRole('button', { name: 'Remove the price of lab-model' }));
    await page().keyboard.press('Enter');
    await page().getByText('No price of your own').waitFor();
    await expect.poll(saved).toEqual([]);
    await page().getByRole('button', { name: 'Undo' }).press('Enter');
    await page().getByRole('region', { name: 'Your prices' }).waitFor();
    await expect.poll(saved).toHaveLength(1);
    expect(await window.violations()).toEqual([]);
  });

  test('a turn tells what an hour of cache cost apart from five minutes of it', async () => {
    const usage = { input: 1000, cached: 100, cacheWrite: 700, cacheWriteHour: 400, output: 10, reasoning: 0 };
    upstream.next({ kind: 'answer', usage });
    const asked = await fetch(`${window.serving.baseUrl}/messages`, {
      method: 'POST',
      headers: { 'x-api-key': LOCAL_KEY, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'claude-opus-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    });
    await asked.text();
    const { turns } = await window.client.call('turns.page', { order: 'newest', limit: 1 });
    await window.go(`#/turns/${turns[0]?.id ?? ''}`);
    const cells = (name: string) =>
      page().getByRole('row').filter({ hasText: name }).getByRole('cell').allTextContents();
    await page().getByRole('rowheader', { name: 'Cache write, 1 h' }).waitFor();
    // 300 × 6.25 and 400 × 10 millionths of a dollar.
    expect(await cells('Cache write, 1 h')).toEqual(['400', '$0.004']);
    expect((await cells('Cache write')).slice(0, 2)).toEqual(['300', expect.stringMatching(/^\$0\.001(?:8|9)/)]);
    expect(await window.violations()).toEqual([]);
  });

  test('speaks Chinese, and never complained', async () => {
    await window.go('#/settings');
    await page().getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page().getByRole('heading', { name: '设置', level: 1 }).waitFor();
    await window.go('#/prices');
    await page().getByRole('heading', { name: '价格', level: 1 }).waitFor();
    await page().getByText('缓存写入', { exact: true }).waitFor();
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});
