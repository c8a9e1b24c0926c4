import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../browser.ts';
import { type CodexBackend, startCodexBackend } from '../fakes/codex-backend.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { fakeToken } from '../fakes/login-server.ts';
import { type FakedWindow, openFakedWindow, tabTo } from './window-of.ts';

/** A ChatGPT login in the built window: taken over from Codex, what its plan says of itself, and taken over again. */
const missing = (await browserPath()) === null;

const HOUR = 3_600_000;
const REFRESH = 'refresh-secret-0';

describe.skipIf(missing)(missing ? 'a login (no browser here)' : 'a login', () => {
  let backend: CodexBackend;
  let window: FakedWindow;
  let folder: string;
  let file: string;
  const keychain = new FakeKeychain();
  const token = fakeToken('user-0', Date.now() + HOUR);
  const page = () => window.page;
  const row = () => page().locator('[data-account="codex"]');
  const login = () => page().locator('[data-key="keychain codex"]');
  const ask = () =>
    window.openai.responses.create({ model: 'gpt-5.5', instructions: 'Be short.', input: 'hi', stream: true });

  beforeAll(async () => {
    backend = await startCodexBackend();
    backend.tokens.push(token);
    folder = mkdtempSync(join(tmpdir(), 'tiergate-login-'));
    file = join(folder, 'auth.json');
    window = await openFakedWindow({}, { keychain, environment: { CODEX_HOME: folder } });
    await window.go('#/accounts?add=1');
  });
  afterAll(async () => {
    await window.close();
    backend.sockets.close();
    await backend.upstream.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('where Codex is not logged in, its import says what to do', async () => {
    const dialog = page().getByRole('dialog', { name: 'Add an account' });
    await dialog.getByRole('radio', { name: 'ChatGPT login' }).click();
    expect(await dialog.getByLabel('Key', { exact: true }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Import the login' }).click();
    await dialog.getByText(`there is no ${file}: log in with "codex login" first`).waitFor();
    expect(await window.violations()).toEqual([]);
  });

  test('it is imported with the keyboard alone, into the keychain and nowhere else', async () => {
    writeFileSync(file, JSON.stringify({ tokens: { access_token: token, refresh_token: REFRESH } }));
    const dialog = page().getByRole('dialog', { name: 'Add an account' });
    await tabTo(page(), dialog.getByRole('button', { name: 'Import the login' }));
    await page().keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await login().getByText('ready').waitFor();
    await expect.poll(() => page().url()).toMatch(/#\/accounts\/codex$/);
    await row().getByText('ChatGPT login').waitFor();
    await row().getByText('Nothing said yet').waitFor();
    expect([...keychain.entries.values()].join()).toContain(REFRESH);
    const told = JSON.stringify([await window.client.call('account.list'), await window.client.call('status.get')]);
    for (const secret of [token, REFRESH]) {
      expect(told).not.toContain(secret);
      expect(await page().content()).not.toContain(secret);
    }
  });

  test('what its plan says with an answer is shown, with when it begins anew', async () => {
    await page().getByRole('button', { name: 'Edit the settings of codex' }).click();
    const dialog = page().getByRole('dialog', { name: 'Edit codex' });
    await dialog.getByLabel('Base URL').fill(backend.baseUrl);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    backend.answer = {
      headers: {
        'x-codex-primary-used-percent': '42.4',
        'x-codex-primary-window-minutes': '300',
        'x-codex-primary-reset-after-seconds': '3600',
        'x-codex-secondary-used-percent': '97',
        'x-codex-secondary-window-minutes': '10080',
        'x-codex-secondary-reset-after-seconds': '86400',
      },
    };
    const events: string[] = [];
    for await (const { type } of await ask()) events.push(type);
    expect(events).toContain('response.completed');
    const short = row().getByRole('meter', { name: '5 hours' });
    const week = row().getByRole('meter', { name: '7 days' });
    await expect.poll(() => short.getAttribute('aria-valuenow')).toBe('42');
    expect(await week.getAttribute('aria-valuenow')).toBe('97');
    await row().getByText('97% used').waitFor();
    await row()
      .getByText(/begins anew .+ · as the upstream said/)
      .first()
      .waitFor();
    expect(await window.violations()).toEqual([]);
  });

  test('an account that rests by its plan says so in words, in both languages', async () => {
    await page().getByRole('button', { name: 'Edit the settings of codex' }).click();
    const dialog = page().getByRole('dialog', { name: 'Edit codex' });
    await dialog.getByLabel('Rest from, % of the week').fill('90');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row().getByText('resting: 97 % of the 7-day quota is used').waitFor();
    await window.speak('zh');
    await row().getByText('休息中：7 天配额已用 97%').waitFor();
    await row().getByRole('meter', { name: '7 天' }).waitFor();
    await window.speak('en');
  });

  test('one that is gone from the keychain is imported again from its account', async () => {
    for (const name of [...keychain.entries.keys()]) await keychain.remove(name);
    await page().getByRole('button', { name: 'Test codex' }).click();
    await login().getByText('the keychain has no login codex: import it').waitFor();
    await row().getByRole('button', { name: 'Import the login' }).click();
    const dialog = page().getByRole('dialog', { name: 'Import the login of codex' });
    await dialog.getByLabel('Login file').fill(join(folder, 'other.json'));
    await dialog.getByRole('button', { name: 'Import the login' }).click();
    await dialog.getByText(`there is no ${join(folder, 'other.json')}`).waitFor();
    await dialog.getByLabel('Login file').fill('');
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Import the login' }).click();
    await dialog.waitFor({ state: 'detached' });
    await login().getByText('ready').waitFor();
    await row().getByRole('button', { name: 'Import again' }).waitFor();
    // The address that was changed by hand is still the account's.
    const { accounts } = await window.client.call('account.list');
    expect(accounts).toMatchObject([{ id: 'codex', baseUrl: backend.baseUrl }]);
    expect(window.complaints).toEqual([]);
  });
});
