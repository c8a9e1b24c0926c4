import { rmSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, makeHome, writeSettings } from '../fakes/gateway.ts';

/** The first three steps, from an empty ledger to a tool that is connected. */
const executablePath = await browserPath();
const missing = executablePath === null;

describe.skipIf(missing)(
  missing ? 'the first steps (no browser here: apt-get install -y chromium)' : 'the first steps',
  () => {
    let tiergate: Tiergate;
    let serving: Serving;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      const home = makeHome();
      writeSettings(home, {});
      tiergate = new Tiergate(BUILT, home, {});
      serving = await tiergate.serve();
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...BROWSER_ARGUMENTS] });
      page = await browser.newPage({ locale: 'en-US' });
      await page.goto(serving.windowUrl);
    });
    afterAll(async () => {
      await browser.close();
      await serving.stop('SIGKILL');
      rmSync(tiergate.home, { recursive: true, force: true, maxRetries: 5 });
    });

    test('begin with a turn by one click, which shows what the policy did', async () => {
      const steps = page.getByRole('region', { name: 'Three steps to begin' });
      await steps.getByRole('button', { name: 'Send a turn' }).click();
      await steps.getByText('It asked for Fast, and the policy had it run at Standard.').waitFor();
      expect(await steps.innerText()).toMatch(/priority[^]*default[^]*filtered/);
      expect((await tiergate.turns()).map(({ verdict }) => verdict)).toEqual(['filter']);
      await steps.getByRole('link', { name: 'See the whole turn' }).click();
      await page.getByRole('complementary').getByText('Served').first().waitFor();
      await page.goBack();
    });

    test('go on with the sandbox or an account', async () => {
      const steps = page.getByRole('region', { name: 'Three steps to begin' });
      await steps.getByRole('button', { name: 'Keep the sandbox' }).click();
      await steps.getByText('The sandbox goes on answering.').waitFor();
      await page.reload();
      await steps.getByText('The sandbox goes on answering.').waitFor();
    });

    test('are over when a tool’s turn arrives, and the figures follow within a second or so', async () => {
      const answer = await fetch(`${serving.baseUrl}/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-5.5', input: 'hi' }),
      });
      await answer.text();
      await page.getByRole('region', { name: 'Three steps to begin' }).waitFor({ state: 'detached' });
      const latest = page.getByRole('region', { name: 'Latest turns' });
      await latest.getByText('lab').waitFor();
      await page.getByRole('region', { name: 'Top tools' }).getByText('lab').waitFor();
      await page.getByRole('region', { name: 'Tier mix' }).getByRole('tab', { name: 'Table' }).click();
      const table = page.getByRole('region', { name: 'Tier mix' }).getByRole('table');
      expect(await table.getByRole('row').nth(1).innerText()).toContain('2');
    });
  },
);
