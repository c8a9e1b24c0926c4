import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { accountAt } from '../fakes/gateway.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { type FakedWindow, hasFocus, openFakedWindow, tabTo } from './window-of.ts';

/** The accounts page of the built window in a real browser: what is done there is what the next turn meets. */
const missing = (await browserPath()) === null;

const FIRST = 'sk-accounts-first-1111';
const SECOND = 'sk-accounts-second-2222';
const TYPED = 'sk-accounts-typed-3333';

describe.skipIf(missing)(missing ? 'the accounts page (no browser here)' : 'the accounts page', () => {
  let upstream: Upstream;
  let window: FakedWindow;
  const page = () => window.page;
  const row = (id: string) => page().locator(`[data-account="${id}"]`);
  const key = (source: string) => page().locator(`[data-key="${source}"]`);
  const orders = async () => {
    const { accounts } = await window.client.call('account.list');
    return accounts.toSorted((a, b) => a.priority - b.priority).map(({ id }) => id);
  };
  const ask = () => window.openai.responses.create({ model: 'gpt-5.5', input: 'hi' });

  beforeAll(async () => {
    upstream = await startUpstream({ keys: [FIRST, SECOND, TYPED] });
    const keychain = new FakeKeychain();
    for (const [name, value] of [
      ['lab/1', FIRST],
      ['lab/2', SECOND],
    ] as const)
      await keychain.set(name, value);
    const lab = accountAt(upstream.baseUrl, {
      keys: [{ keychain: 'lab/1' }, { keychain: 'lab/2' }],
      modelMapping: { 'gpt-5': 'gpt-5.5', '*': '*' },
      headers: { 'x-team': 'a-private-team' },
      concurrency: 8,
    });
    const spare = accountAt(upstream.baseUrl, { id: 'spare', keys: [{ env: 'NOT_SET' }], priority: 2 });
    window = await openFakedWindow({ accounts: [lab, spare] }, { keychain });
    await window.go('#/accounts');
    await row('lab').waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  test('shows each account in its place and tells its keys apart without showing one', async () => {
    expect(await page().locator('[data-account]').evaluateAll(idsOf)).toEqual(['lab', 'spare']);
    await row('spare').getByText('no key', { exact: true }).waitFor();
    await row('lab').getByText('serving').click();
    expect(page().url()).toMatch(/#\/accounts\/lab$/);
    await key('keychain lab/1').getByText('…1111').waitFor();
    await key('keychain lab/2').getByText('…2222').waitFor();
    await row('lab').getByText('x-team: ••••').waitFor();
    expect(await page().content()).not.toMatch(/sk-accounts|a-private-team/);
    expect(await window.violations()).toEqual([]);
  });

  test('opens the account that the address means', async () => {
    await window.go('#/accounts/spare');
    await key('env NOT_SET').getByText('missing').waitFor();
    await key('env NOT_SET').getByText('is not set').waitFor();
    expect(await key('keychain lab/1').count()).toBe(0);
  });

  test('tests an account: what it answers, or what is wrong and the next step', async () => {
    await page().getByRole('button', { name: 'Test lab' }).click();
    const result = page().getByRole('region', { name: 'Test of lab' });
    await result.getByText('It works.').waitFor();
    await page().getByRole('button', { name: 'Test spare' }).click();
    const failure = page().getByRole('region', { name: 'Test of spare' });
    await failure.getByText('A key is missing.').waitFor();
    await failure.getByText('Add the key again').waitFor();
    expect(await window.violations()).toEqual([]);
    await failure.getByRole('button', { name: 'Close' }).click();
    await failure.waitFor({ state: 'detached' });
  });

  test('counts a cooldown down, and clears it on the person’s word', async () => {
    await window.go('#/accounts/lab');
    upstream.next({ kind: 'error', status: 429, headers: { 'retry-after': '600' } });
    await ask();
    await key('keychain lab/1').getByText('rate limited').waitFor();
    const timer = key('keychain lab/1').getByRole('timer');
    const first = await timer.textContent();
    expect(first).toMatch(/^(?:10:00|9:5\d) left$/);
    await expect.poll(() => timer.textContent()).not.toBe(first);
    await row('lab').getByText('1 of 2 keys ready').waitFor();
    expect(await window.violations()).toEqual([]);
    await page().getByRole('button', { name: 'More for lab' }).click();
    await page().getByRole('menuitem', { name: 'Clear cooldowns' }).click();
    await row('lab').getByText('serving').waitFor();
    expect(await timer.count()).toBe(0);
    await ask();
    expect(upstream.last.header('authorization')).toEqual([`Bearer ${FIRST}`]);
  });

  test('takes another order by dragging', async () => {
    await window.go('#/accounts');
    await expect.poll(() => key('keychain lab/1').count()).toBe(0);
    const from = await page().locator('[data-handle="spare"]').boundingBox();
    const to = await row('lab').boundingBox();
    if (from === null || to === null) throw new Error('nothing to drag');
    await page().mouse.move(from.x + 5, from.y + 5);
    await page().mouse.down();
    await page().mouse.move(from.x + 5, to.y + 4, { steps: 6 });
    await page().mouse.up();
    await expect.poll(orders).toEqual(['spare', 'lab']);
  });

  test('is worked with the keyboard alone: order, switch, details, test', async () => {
    const handle = page().locator('[data-handle="spare"]');
    await handle.focus();
    await page().keyboard.press('ArrowDown');
    await expect.poll(orders).toEqual(['lab', 'spare']);
    await expect.poll(() => hasFocus(handle)).toBe(true);
    await tabTo(page(), page().getByRole('switch', { name: 'Ask spare for turns' }));
    await page().keyboard.press('Space');
    await row('spare').getByText('switched off').waitFor();
    await tabTo(page(), row('spare').getByRole('button', { name: 'switched off' }));
    await page().keyboard.press('Enter');
    await key('env NOT_SET').waitFor();
    await tabTo(page(), page().getByRole('button', { name: 'Test spare' }));
    await page().keyboard.press('Enter');
    await page().getByRole('region', { name: 'Test of spare' }).waitFor();
  });

  test('asks before an account goes, and lets go of it and its row', async () => {
    await page().getByRole('button', { name: 'More for spare' }).click();
    await page().getByRole('menuitem', { name: 'Remove…' }).click();
    const dialog = page().getByRole('dialog', { name: 'Remove spare?' });
    await dialog.waitFor();
    expect(await window.violations()).toEqual([]);
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await orders()).toEqual(['lab', 'spare']);
    await page().getByRole('button', { name: 'More for spare' }).click();
    await page().getByRole('menuitem', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row('spare').waitFor({ state: 'detached' });
    expect(await orders()).toEqual(['lab']);
  });

  test('speaks Chinese, and the page never complained', async () => {
    await window.speak('zh');
    await page().getByRole('heading', { name: '账户', level: 1 }).waitFor();
    await row('lab').getByText('可用').first().click();
    await key('keychain lab/1').getByText('钥匙串 lab/1').waitFor();
    expect(await window.violations()).toEqual([]);
    await window.speak('en');
    await page().getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
    expect(window.complaints).toEqual([]);
  });
});

function idsOf(rows: readonly unknown[]): (string | undefined)[] {
  return rows.map((row) => (row as { dataset: Record<string, string> }).dataset['account']);
}
