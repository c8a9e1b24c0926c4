import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { accountAt } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The tools page of the built gateway in a real browser: a key that is made there opens, and one that is taken back does not. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the tools page (no browser here)' : 'the tools page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;
  const row = (name: string) => page().locator(`[data-tool="${name}"]`);
  const focused = () =>
    page().evaluate<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id");
  const names = async () => (await window.client.call('tool.list')).tools.map(({ name }) => name);
  const statusWith = async (key: string) => {
    const { status } = await fetch(`${window.serving.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5.5', input: 'hi' }),
    });
    return status;
  };
  const keyShown = async (name: string): Promise<string> => {
    const dialog = page().getByRole('dialog', { name: `Local key for ${name}` });
    return (await dialog.getByLabel(`Local key for ${name}`, { exact: true }).getByText('tg-').textContent()) ?? '';
  };
  let key = '';

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({
      accounts: [accountAt(upstream.baseUrl)],
      policy: { rules: [{ id: 'lab-may', serviceTier: 'priority', action: 'pass', tools: ['lab'] }] },
    });
    await window.go('#/tools');
    await row('lab').waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  test('tells what a tool has done, and leads to its turns and the rules that name it', async () => {
    await row('lab').getByText('not used yet').waitFor();
    await window.openai.responses.create({ model: 'gpt-5.5', input: 'hi' });
    await row('lab').getByRole('link', { name: '1 turn' }).waitFor();
    expect(await row('lab').getByRole('link', { name: 'rule lab-may' }).getAttribute('href')).toBe('#/policy/lab-may');
    expect(await window.violations()).toEqual([]);
  });

  test('makes a tool by mouse and shows its key this once, with what to put where', async () => {
    await page().getByRole('button', { name: 'Add tool' }).click();
    const dialog = page().getByRole('dialog', { name: 'Add a tool' });
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    await dialog.getByText('A tool needs a name.').waitFor();
    await dialog.getByLabel('Name').fill('lab');
    await dialog.getByText('Another tool has this name.').waitFor();
    await dialog.getByLabel('Name').fill('/codex');
    await dialog.getByText('beginning with a letter or digit').waitFor();
    expect(await window.violations()).toEqual([]);
    await dialog.getByLabel('Name').fill('codex');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    key = await keyShown('codex');
    expect(key).toMatch(/^tg-[\w-]{32}$/);
    await page().getByRole('dialog').getByText(`export TIERGATE_KEY=${key}`).waitFor();
    await page().getByRole('dialog').getByRole('tab', { name: 'Claude Code' }).click();
    await page().getByRole('dialog').getByText(`export ANTHROPIC_API_KEY=${key}`).waitFor();
    expect(await window.violations()).toEqual([]);
    await page().getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await row('codex').waitFor();
    // The browser hides a dialog before the page has taken it away.
    await expect.poll(() => page().content()).not.toContain(key);
    expect(await statusWith(key)).toBe(200);
    await row('codex').getByRole('link', { name: '1 turn' }).waitFor();
  });

  test('sets limits with the keyboard alone, and takes them away', async () => {
    await tabTo(page(), page().getByRole('button', { name: 'Limits of codex' }));
    await page().keyboard.press('Enter');
    const dialog = page().getByRole('dialog', { name: 'Limits of codex' });
    await dialog.waitFor();
    await page().keyboard.type('0');
    await dialog.getByText('A whole number, 1 or more, or nothing.').waitFor();
    await page().keyboard.press('Backspace');
    await page().keyboard.type('30');
    await page().keyboard.press('Tab');
    await page().keyboard.type('2');
    expect(await window.violations()).toEqual([]);
    await dialog.getByLabel('Open turns at one time').focus();
    await page().keyboard.press('Enter');
    await row('codex').getByText('30 turns a minute · 2 open turns').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Limits of codex');
    await page().getByRole('button', { name: 'Limits of codex' }).click();
    await dialog.getByLabel('Turns a minute').fill('');
    await dialog.getByLabel('Open turns at one time').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row('codex').getByText('no limits').waitFor();
  });

  test('gives a new key, after which the old one opens nothing', async () => {
    await page().getByRole('button', { name: 'More for codex' }).click();
    await page().getByRole('menuitem', { name: 'New key…' }).click();
    await page().getByRole('dialog').getByRole('button', { name: 'Make a new key' }).click();
    const next = await keyShown('codex');
    expect(next).not.toBe(key);
    expect(await statusWith(key)).toBe(401);
    expect(await statusWith(next)).toBe(200);
    key = next;
    await page().keyboard.press('Escape');
    await page().getByRole('dialog').waitFor({ state: 'detached' });
    // The browser hides a dialog before the page has taken it away.
    await expect.poll(() => page().content()).not.toContain(key);
  });

  test('asks before it revokes, and then the key opens nothing', async () => {
    await page().getByRole('button', { name: 'More for codex' }).click();
    await page().getByRole('menuitem', { name: 'Revoke…' }).click();
    const dialog = page().getByRole('dialog', { name: 'Revoke codex?' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await names()).toEqual(['lab', 'codex']);
    await page().getByRole('button', { name: 'More for codex' }).click();
    await page().getByRole('menuitem', { name: 'Revoke…' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await row('codex').waitFor({ state: 'detached' });
    await dialog.waitFor({ state: 'detached' });
    // Its opener is gone with the row.
    await expect.poll(focused).toBe('page');
    expect(await statusWith(key)).toBe(401);
  });

  test('speaks Chinese, has a next step where there is no tool, and never complained', async () => {
    await window.speak('zh');
    await page().getByRole('heading', { name: '连接工具' }).waitFor();
    await window.client.call('tool.revoke', { name: 'lab' });
    await page().getByText('尚无工具').waitFor();
    expect(await window.violations()).toEqual([]);
    await page().getByText('No tools yet').waitFor();
    expect(window.complaints).toEqual([]);
  });
});
