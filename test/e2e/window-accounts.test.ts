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
  // The one that a gateway of the tests makes for itself would be empty when the keys are first read.
  const keychain = new FakeKeychain();
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
    await expect.poll(() => page().url()).toMatch(/#\/accounts\/lab$/);
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
    await failure.getByText('A key is missing: the environment variable NOT_SET is not set.').waitFor();
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

  test('adds an account by mouse, with a key that goes in and never comes out', async () => {
    await page().getByRole('button', { name: 'Add account' }).click();
    const dialog = page().getByRole('dialog', { name: 'Add an account' });
    await dialog.getByRole('radio', { name: 'Compatible' }).click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('lab');
    await dialog.getByText('Another account has this name.').waitFor();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('router');
    await dialog.getByLabel('Base URL').fill('ftp://example.test');
    await dialog.getByText('An http or https address').waitFor();
    await dialog.getByLabel('Base URL').fill(upstream.baseUrl);
    await dialog.getByLabel('Key', { exact: true }).fill('tg-not-a-provider-key');
    await dialog.getByText('This is a local key of Tiergate').waitFor();
    expect(await dialog.getByLabel('Key', { exact: true }).getAttribute('type')).toBe('password');
    await dialog.getByLabel('Key', { exact: true }).fill(`  ${TYPED} `);
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await dialog.waitFor({ state: 'detached' });
    await key('keychain router/1').getByText('…3333').waitFor();
    await expect.poll(() => page().url()).toMatch(/#\/accounts\/router$/);
    expect(keychain.entries.get('router/1')).toBe(TYPED);
    expect(await orders()).toEqual(['lab', 'spare', 'router']);
    await page().getByRole('button', { name: 'Test router' }).click();
    await page().getByRole('region', { name: 'Test of router' }).getByText('It works.').waitFor();
  });

  test('adds, replaces and removes keys', async () => {
    await page().getByRole('button', { name: 'Add a key' }).click();
    const adding = page().getByRole('dialog', { name: 'Add a key to router' });
    await adding.getByRole('button', { name: 'Save key' }).click();
    await adding.getByText('Paste the key.').waitFor();
    await adding.getByRole('radio', { name: 'Environment variable' }).click();
    await adding.getByLabel('Name of the variable').fill('ROUTER_KEY');
    expect(await window.violations()).toEqual([]);
    await adding.getByRole('button', { name: 'Save key' }).click();
    await key('env ROUTER_KEY').getByText('missing').waitFor();
    await page().getByRole('button', { name: 'Replace the key keychain router/1' }).click();
    const replacing = page().getByRole('dialog', { name: 'Replace the key router/1' });
    await replacing.getByLabel('Key', { exact: true }).fill(SECOND);
    await replacing.getByRole('button', { name: 'Save key' }).click();
    await key('keychain router/1').getByText('…2222').waitFor();
    await page().getByRole('button', { name: 'Remove the key env ROUTER_KEY' }).click();
    await page().getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await key('env ROUTER_KEY').waitFor({ state: 'detached' });
    await page().getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('maps models, tried before they are saved, and the next turn goes up under the mapped name', async () => {
    await window.go('#/accounts/lab');
    await page().getByRole('button', { name: 'Edit the models of lab' }).click();
    const dialog = page().getByRole('dialog', { name: 'Models of lab' });
    await dialog.getByLabel('The tool asks for, line 1').fill('gpt-5.5');
    await dialog.getByLabel('The upstream is asked for, line 1').fill('gpt-5.4');
    await dialog.getByLabel('What would be asked for').fill('gpt-5.5');
    await dialog.getByText('Goes up as gpt-5.4.').waitFor();
    await dialog.getByRole('button', { name: 'Remove line 2' }).click();
    await dialog.getByLabel('What would be asked for').fill('o3');
    await dialog.getByText('o3 is not served by this account.').waitFor();
    await dialog.getByRole('button', { name: 'Add a model' }).click();
    await dialog.getByLabel('The tool asks for, line 2').fill('gpt-5.5');
    await dialog.getByText('A model is there twice.').waitFor();
    await dialog.getByLabel('The tool asks for, line 2').fill('o3*');
    await dialog.getByLabel('The upstream is asked for, line 2').fill('*');
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ask();
    expect(upstream.last.json).toMatchObject({ model: 'gpt-5.4' });
  });

  test('changes limits, way out and headers with the keyboard alone, and shows no header’s value', async () => {
    await tabTo(page(), page().getByRole('button', { name: 'Edit the settings of lab' }));
    await page().keyboard.press('Enter');
    const dialog = page().getByRole('dialog', { name: 'Edit lab' });
    await tabTo(page(), dialog.getByLabel('Turns at one time'));
    await page().keyboard.press('ControlOrMeta+A');
    await page().keyboard.type('lots');
    await dialog.getByText('A whole number, 1 or more, or nothing.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page().keyboard.press('ControlOrMeta+A');
    await page().keyboard.type('3');
    expect(await dialog.getByLabel('Value, line 1').getAttribute('type')).toBe('password');
    expect(await window.violations()).toEqual([]);
    await tabTo(page(), dialog.getByLabel('Turns at one time'));
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await row('lab').getByText('0 of 3 open').waitFor();
    const { accounts } = await window.client.call('account.list');
    expect(accounts[0]).toMatchObject({ id: 'lab', concurrency: 3, headers: { 'x-team': 'a-private-team' } });
  });

  test('a key that was typed is in no answer, no push and nowhere on the page', async () => {
    const pushes: unknown[] = [];
    const end = window.client.subscribe((push) => pushes.push(push));
    await ask();
    const answers = [
      await window.client.call('account.list'),
      await window.client.call('status.get'),
      await window.client.call('key.list'),
      await window.client.call('log.page', { level: 'debug' }),
      await window.client.call('account.test', { id: 'router' }),
    ];
    await expect.poll(() => pushes.length).toBeGreaterThan(0);
    end();
    const all = JSON.stringify([answers, pushes]) + (await page().content());
    for (const secret of [FIRST, SECOND, TYPED]) expect(all).not.toContain(secret);
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
    await expect.poll(orders).toEqual(['spare', 'lab', 'router']);
  });

  test('is worked with the keyboard alone: order, switch, details, test', async () => {
    const handle = page().locator('[data-handle="spare"]');
    await handle.focus();
    await page().keyboard.press('ArrowDown');
    await expect.poll(orders).toEqual(['lab', 'spare', 'router']);
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
    expect(await orders()).toEqual(['lab', 'spare', 'router']);
    await page().getByRole('button', { name: 'More for spare' }).click();
    await page().getByRole('menuitem', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row('spare').waitFor({ state: 'detached' });
    expect(await orders()).toEqual(['lab', 'router']);
  });

  test('without a keychain says what to do, and lets a variable be named', async () => {
    keychain.missing = 'no Secret Service is running.';
    await window.go('#/overview');
    await page().getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await window.client.call('account.enable', { id: 'lab', enabled: true });
    await window.go('#/accounts?add=1');
    const dialog = page().getByRole('dialog', { name: 'Add an account' });
    await dialog.getByLabel('Key', { exact: true }).fill(TYPED);
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await dialog.getByText('Install and unlock a keyring').waitFor();
    await dialog.getByRole('radio', { name: 'Environment variable' }).click();
    await dialog.getByLabel('Name of the variable').fill('OPENAI_API_KEY');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await key('env OPENAI_API_KEY').waitFor();
    keychain.missing = null;
  });

  test('speaks Chinese, and the page never complained', async () => {
    await window.speak('zh');
    await page().getByRole('heading', { name: '账户', level: 1 }).waitFor();
    await row('lab').getByText('可用').first().click();
    await key('keychain lab/1').getByText('钥匙串 lab/1').waitFor();
    await page().getByRole('button', { name: '添加账户' }).click();
    await page().getByRole('dialog', { name: '添加账户' }).getByText('OpenAI 平台的密钥').waitFor();
    await page().keyboard.press('Escape');
    await window.speak('en');
    await page().getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
    expect(window.complaints).toEqual([]);
  });
});

function idsOf(rows: readonly unknown[]): (string | undefined)[] {
  return rows.map((row) => (row as { dataset: Record<string, string> }).dataset['account']);
}
