import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PAGES } from '../../src/renderer/address.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { makeHome, writeSettings } from '../fakes/gateway.ts';
import { fillLedger } from '../fakes/ledger-fill.ts';

/** How the built window looks to axe, on every page, in every theme and language, and with things open. */
const executablePath = await browserPath();
const missing = executablePath === null;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(missing)(
  missing ? 'the look of the window (no browser here: apt-get install -y chromium)' : 'the look of the window',
  () => {
    let tiergate: Tiergate;
    let serving: Serving;
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      const home = makeHome();
      writeSettings(home, { budgets: [{ id: 'month', period: 'month', usd: 50 }] });
      await fillLedger(home, 400, Date.now());
      tiergate = new Tiergate(BUILT, home, {});
      serving = await tiergate.serve();
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...BROWSER_ARGUMENTS] });
    });
    beforeEach(() => {
      complaints.length = 0;
    });
    afterAll(async () => {
      await browser.close();
      await serving.stop('SIGKILL');
      rmSync(tiergate.home, { recursive: true, force: true, maxRetries: 5 });
    });

    async function open(
      colorScheme: 'light' | 'dark',
      locale: string,
      viewport: { readonly width: number; readonly height: number },
    ): Promise<void> {
      page = await browser.newPage({ colorScheme, locale, viewport, reducedMotion: 'reduce' });
      page.on('console', (message) => {
        // The browser notes each call that the gateway refuses, which the page tells in its own words; a file that is
        // missing is a complaint.
        const refusal =
          message.text().startsWith('Failed to load resource') && message.location().url.includes('/api/');
        if (!refusal && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(serving.windowUrl);
      await page.getByRole('navigation').waitFor();
    }

    async function go(fragment: string): Promise<void> {
      await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }

    async function violations(): Promise<string[]> {
      await page.evaluate(axe);
      return page.evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))`);
    }

    test.each([
      ['light', 'en-US', { width: 1280, height: 800 }],
      ['dark', 'en-US', { width: 1280, height: 800 }],
      ['light', 'zh-CN', { width: 1280, height: 800 }],
      ['light', 'en-US', { width: 900, height: 600 }],
    ] as const)('every page reads well for everybody: %s, %s, %j', async (scheme, locale, viewport) => {
      await open(scheme, locale, viewport);
      for (const { name } of PAGES) {
        await go(`#/${name}`);
        // What the page asks for is there, so that its rows are looked at and not only their place.
        await page.waitForLoadState('networkidle');
        expect(await violations(), name).toEqual([]);
        const spilled = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        expect(spilled, `${name} is wider than the window`).toBe(false);
      }
      expect(complaints).toEqual([]);
      await page.close();
    });

    test.each([
      ['the smallest window', { width: 720, height: 520 }],
      ['a narrow browser', { width: 480, height: 800 }],
    ] as const)('no sum is cut short in %s', async (_, viewport) => {
      await open('light', 'en-US', viewport);
      await go('#/overview');
      await page.locator('dd', { hasText: '$' }).first().waitFor();
      const cut = await page.evaluate(`[...document.querySelectorAll('[aria-label="Money"] dd')]
        .map((figure) => {
          // More than anybody spends in a month, and longer than what is shown here.
          if (figure.firstElementChild !== null) figure.firstElementChild.textContent = '$123,456.78';
          return figure;
        })
        .flatMap((figure) => [figure, ...figure.querySelectorAll('*')])
        .filter(({ clientWidth, scrollWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
        .map(({ textContent }) => textContent)`);
      expect(cut).toEqual([]);
      await page.close();
    });

    test('speaks the language of the person', async () => {
      await open('light', 'zh-CN', { width: 1280, height: 800 });
      await page.getByRole('heading', { name: '概览' }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
      await page.close();
    });

    test.each(['light', 'dark'] as const)(
      'a turn, a menu and a dialog read well when they are open: %s',
      async (scheme) => {
        await open(scheme, 'en-US', { width: 1280, height: 800 });
        await go('#/turns');
        await page.locator('[data-turn]').nth(3).click();
        await page.getByRole('complementary').getByText('Facts').waitFor();
        expect(await violations(), 'the detail').toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Verdict' }).click();
        await page.getByRole('menu').waitFor();
        // An open menu hides what lies around it from readers, landmarks included.
        expect(
          (await violations()).filter((text) => !text.startsWith('region:')),
          'the menu',
        ).toEqual([]);
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
        expect(await violations(), 'the help').toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      },
    );

    test('everything to be done with turns can be done without a mouse', async () => {
      await open('light', 'en-US', { width: 1280, height: 800 });
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.getByRole('grid').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('codex');
      await expect.poll(() => page.evaluate('location.hash')).toBe('#/turns?text=codex');
      // The rows of before stay until the new ones have come.
      await expect.poll(() => page.locator('[data-turn]').filter({ hasNotText: 'codex' }).count()).toBe(0);
      await page.keyboard.press('Escape');
      for (let presses = 0; presses < 40; presses += 1) {
        if (await page.evaluate("document.activeElement?.getAttribute('role') === 'grid'")) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const third = await page.locator('[data-turn]').nth(2).getAttribute('data-turn');
      await expect.poll(() => page.evaluate('location.hash')).toBe(`#/turns/${third ?? ''}?text=codex`);
      // The address changes first; what k means depends on what is shown.
      await page
        .getByRole('complementary')
        .getByText(third ?? '')
        .waitFor();
      await page.keyboard.press('k');
      const second = await page.locator('[data-turn]').nth(1).getAttribute('data-turn');
      await expect.poll(() => page.evaluate('location.hash')).toBe(`#/turns/${second ?? ''}?text=codex`);
      await page
        .getByRole('complementary')
        .getByText(second ?? '')
        .waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('complementary').waitFor({ state: 'detached' });
      for (const { name, letter } of PAGES) {
        await page.keyboard.press('g');
        await page.keyboard.press(letter);
        await expect.poll(() => page.evaluate('location.hash')).toBe(`#/${name}`);
        // The letter must follow its g within a second or so, which a page that is still being drawn may take.
        await page.locator(`nav a[href="#/${name}"][aria-current="page"]`).waitFor();
        await page.locator('main h1').first().waitFor();
      }
      expect(complaints).toEqual([]);
      await page.close();
    });
  },
);
