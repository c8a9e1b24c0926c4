import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { accountAt } from '../fakes/gateway.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { hasFocus, openWindow, type OpenWindow, tabTo } from './window-of.ts';

/** The policy page of the built gateway in a real browser: what is changed there is what the next request meets. */
const missing = (await browserPath()) === null;

describe.skipIf(missing)(missing ? 'the policy page (no browser here)' : 'the policy page', () => {
  let upstream: Upstream;
  let window: OpenWindow;
  const page = () => window.page;

  beforeAll(async () => {
    upstream = await startUpstream();
    window = await openWindow({ accounts: [accountAt(upstream.baseUrl)] });
    await window.openai.responses.create({ model: 'gpt-5.5', input: 'hi', service_tier: 'priority' });
    await window.go('#/policy');
    await page().getByRole('heading', { name: 'Policy', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await window.close();
    await upstream.close();
  });

  const order = async (): Promise<string[]> =>
    page()
      .locator('ol[aria-label="Rules"] [data-row]')
      .evaluateAll((rows) =>
        rows.map((row) => (row as unknown as { dataset: Record<string, string> }).dataset['row'] ?? ''),
      );
  const inForce = async (): Promise<{ rules: { id: string }[] }> =>
    JSON.parse((await window.tiergate.run(['policy', 'show'])).out) as { rules: { id: string }[] };

  test('makes a rule by mouse, tried and simulated before it is saved, and the next request meets it', async () => {
    await page().getByRole('button', { name: 'New rule' }).click();
    const dialog = page().getByRole('dialog');
    await dialog.getByLabel('What happens').selectOption('block');
    await dialog.getByLabel('Message to the tool').fill('not with the lab tool');
    await dialog.getByLabel('Only these tools').fill('lab');
    await dialog.getByLabel('Name').fill('lab-no-fast');
    await dialog.getByLabel('Tool', { exact: true }).fill('lab');
    await dialog.locator('[data-verdict="block"]').waitFor();
    await dialog.getByRole('tab', { name: 'Simulate recorded turns' }).click();
    await dialog.getByRole('button', { name: 'Simulate' }).click();
    await dialog.getByText('1 of 1 turns would have gone another way').waitFor();
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Save rule' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await order()).toEqual(['lab-no-fast', 'no-fast', 'no-ultrafast']);
    await expect(
      window.openai.responses.create({ model: 'gpt-5.5', input: 'hi', service_tier: 'priority' }),
    ).rejects.toThrow('not with the lab tool');
  });

  test('drags a rule to another place, and takes it back', async () => {
    const from = await page().locator('[data-handle="lab-no-fast"]').boundingBox();
    const to = await page().locator('[data-row="no-ultrafast"]').boundingBox();
    if (from === null || to === null) throw new Error('nothing to drag');
    await page().mouse.move(from.x + 5, from.y + 5);
    await page().mouse.down();
    await page().mouse.move(from.x + 5, to.y + to.height - 4, { steps: 6 });
    await page().mouse.up();
    await expect
      .poll(async () => (await inForce()).rules.map(({ id }) => id))
      .toEqual(['no-fast', 'no-ultrafast', 'lab-no-fast']);
    expect(await order()).toEqual(['no-fast', 'no-ultrafast', 'lab-no-fast']);
    await page().getByRole('button', { name: 'Undo' }).click();
    await expect.poll(order).toEqual(['lab-no-fast', 'no-fast', 'no-ultrafast']);
  });

  test('moves, edits and makes rules with the keyboard alone', async () => {
    await page().locator('[data-handle="lab-no-fast"]').focus();
    await page().keyboard.press('ArrowDown');
    await expect.poll(order).toEqual(['no-fast', 'lab-no-fast', 'no-ultrafast']);
    await expect.poll(() => hasFocus(page().locator('[data-handle="lab-no-fast"]'))).toBe(true);
    await page().keyboard.press('Tab');
    await page().keyboard.press('Space');
    await expect.poll(async () => (await inForce()).rules[1]).toMatchObject({ id: 'lab-no-fast', enabled: false });
    await tabTo(page(), page().getByRole('button', { name: 'Edit lab-no-fast' }));
    await page().keyboard.press('Enter');
    const dialog = page().getByRole('dialog');
    await dialog.waitFor();
    await tabTo(page(), dialog.getByLabel('Only these models'));
    await page().keyboard.type('gpt-5*');
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect((await inForce()).rules[1]).toMatchObject({ id: 'lab-no-fast', models: ['gpt-5*'] });
  });

  test('says in place what is wrong, and saves nothing', async () => {
    await page().getByRole('button', { name: 'New rule' }).click();
    const dialog = page().getByRole('dialog');
    await dialog.getByLabel('What happens').selectOption('force');
    await dialog.getByText('Choose the tier that is to be sent.').waitFor();
    await dialog.getByLabel('Name').fill('no-fast');
    await dialog.getByLabel('Sent as').selectOption('flex');
    await dialog.getByText('rules[1].id: the id no-fast is used twice', { exact: true }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Save rule' }).isDisabled()).toBe(true);
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await inForce()).rules).toHaveLength(3);
  });

  test('makes a rule from the tool and tier of a turn', async () => {
    await window.go('#/policy/new?tool=lab&tier=fast');
    const dialog = page().getByRole('dialog');
    expect(await dialog.getByLabel('Only these tools').inputValue()).toBe('lab');
    expect(await dialog.getByLabel('Turns asking for').inputValue()).toBe('priority');
    await page().keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page().waitForURL(/#\/policy$/);
  });

  test('reads the JSON of the sub2api setting, and goes back in the history', async () => {
    await page().getByRole('button', { name: 'JSON' }).click();
    await page().getByRole('menuitem', { name: 'Import…' }).click();
    const dialog = page().getByRole('dialog');
    const text = dialog.getByRole('textbox', { name: 'JSON' });
    await text.fill('{ "rules": [ 7 ] }');
    await dialog.getByRole('alert').first().waitFor();
    await text.fill(
      JSON.stringify({ rules: [{ service_tier: 'priority', action: 'block', scope: 'all', error_message: 'no' }] }),
    );
    await dialog.getByRole('heading', { name: '1 rule' }).waitFor();
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Put in force' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await inForce()).rules).toMatchObject([{ serviceTier: 'priority', action: 'block', errorMessage: 'no' }]);
    await page().getByRole('button', { name: 'History' }).click();
    await page().getByRole('button', { name: 'Put back in force' }).first().click();
    await page().getByRole('dialog').waitFor({ state: 'detached' });
    expect((await inForce()).rules).toHaveLength(3);
  });

  test('reads well for everybody, in Chinese too, and the page never complained', async () => {
    expect(await window.violations()).toEqual([]);
    await window.tiergate.run(['policy', 'set', '-'], JSON.stringify({ rules: [] }));
    await page().getByText('The policy has no rules').waitFor();
    expect(await window.violations()).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});
