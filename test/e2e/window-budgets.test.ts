import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/shared/settings.ts';
import { browserPath } from '../browser.ts';
import { accountAt } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The budgets page of the built gateway in a real browser: a budget made there stops the turns it says. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the budgets page (no browser here)' : 'the budgets page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({
      accounts: [accountAt(upstream.baseUrl)],
      prices: [{ model: 'gpt-5.5', tiers: { standard: { input: '1000', output: '1000' } } }],
    });
    await window.go('#/budgets');
    await page().getByRole('heading', { name: 'Budgets', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  const saved = (): Settings['budgets'] =>
    (JSON.parse(readFileSync(join(window.tiergate.home, 'settings.json'), 'utf8')) as Settings).budgets;
  const turn = () => window.openai.responses.create({ model: 'gpt-5.5', input: 'hi' });
  const row = (id: string) => page().locator(`[data-budget="${id}"]`);

  test('begins with what to do, and makes a budget that stops turns when it is used up', async () => {
    await page().getByText('No budget yet').waitFor();
    expect(await window.violations()).toEqual([]);
    await page().getByRole('button', { name: 'New budget' }).last().click();
    const dialog = page().getByRole('dialog', { name: 'New budget' });
    await dialog.getByLabel('US dollars').fill('0');
    await dialog.getByRole('button', { name: 'Save budget' }).click();
    await dialog.getByText('More than 0, at most 1,000,000').waitFor();
    await dialog.getByLabel('US dollars').fill('0.0001');
    await dialog.getByLabel('Turns of').selectOption('lab');
    await dialog.getByLabel('In', { exact: true }).selectOption('day');
    await dialog.getByLabel('When it is used up').selectOption('block');
    await dialog.getByText('then new turns are refused').waitFor();
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Save budget' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(saved()).toEqual([
      { id: 'lab-day', enabled: true, period: 'day', tool: 'lab', usd: 0.0001, action: 'block' },
    ]);
    await row('lab-day').getByText('When used up: Refuse new turns').waitFor();
    await turn();
    await row('lab-day').getByText('Used up: new turns are refused').waitFor();
    expect(await row('lab-day').getByRole('meter').getAttribute('aria-valuenow')).toBe('100');
    await row('lab-day').getByText(/over$/).waitFor();
    await expect(turn()).rejects.toThrow('budget lab-day');
    expect(await window.violations()).toEqual([]);
  });

  test('raises it, after which turns go on', async () => {
    await page().getByRole('button', { name: 'Edit lab-day' }).click();
    const dialog = page().getByRole('dialog', { name: 'Budget lab-day' });
    expect(await dialog.getByLabel('US dollars').inputValue()).toBe('0.0001');
    await dialog.getByLabel('US dollars').fill('100');
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await row('lab-day').getByText(/left$/).waitFor();
    await turn();
  });

  test('switches one off, removes it, and takes that back', async () => {
    await page().getByRole('switch', { name: 'Budget lab-day' }).click();
    await row('lab-day').getByText('Switched off').waitFor();
    await expect.poll(() => saved()[0]?.enabled).toBe(false);
    await page().getByRole('button', { name: 'Remove lab-day' }).click();
    await page().getByText('No budget yet').waitFor();
    await expect.poll(saved).toEqual([]);
    await page().getByRole('button', { name: 'Undo' }).click();
    await row('lab-day').waitFor();
    await expect.poll(saved).toHaveLength(1);
  });

  test('makes and removes one with the keyboard alone', async () => {
    await tabTo(page(), page().getByRole('button', { name: 'New budget' }));
    await page().keyboard.press('Enter');
    const dialog = page().getByRole('dialog', { name: 'New budget' });
    await dialog.waitFor();
    await page().keyboard.type('40');
    await tabTo(page(), dialog.getByLabel('Name'));
    await page().keyboard.type('lab-day');
    await page().keyboard.press('Enter');
    await dialog.getByText('Another budget has this name.').waitFor();
    await page().keyboard.type('-two');
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(saved()[1]).toEqual({ id: 'lab-day-two', enabled: true, period: 'month', usd: 40, action: 'notify' });
    await row('lab-day-two')
      .getByText(/of \$40\.00/)
      .waitFor();
    await tabTo(page(), page().getByRole('button', { name: 'Remove lab-day-two' }));
    await page().keyboard.press('Space');
    await row('lab-day-two').waitFor({ state: 'detached' });
    await expect.poll(saved).toHaveLength(1);
  });

  test('opens for one tool by its address, and speaks Chinese', async () => {
    await window.go('#/budgets/new?tool=lab');
    const dialog = page().getByRole('dialog', { name: 'New budget' });
    expect(await dialog.getByLabel('Turns of').inputValue()).toBe('lab');
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page().url()).toMatch(/#\/budgets$/);
    await window.go('#/settings');
    await page().getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await window.go('#/budgets');
    await page().getByRole('heading', { name: '预算', level: 1 }).waitFor();
    await row('lab-day').getByText('已停用：既不统计也不阻止。').waitFor();
    await page().getByRole('button', { name: '新建预算' }).click();
    await page().getByRole('dialog').getByText('仅通知我').waitFor({ state: 'attached' });
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});
