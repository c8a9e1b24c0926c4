import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import OpenAI from 'openai';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, makeHome, type SettingsInput, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The window of a built gateway with a data folder of its own, in a real browser. */
export interface OpenWindow {
  readonly page: Page;
  readonly tiergate: Tiergate;
  readonly serving: Serving;
  /** A tool that talks to the gateway. */
  readonly openai: OpenAI;
  /** What the page said on its console that a clean page does not say. */
  readonly complaints: readonly string[];
  /** Goes to a page of the window by its address. */
  go(fragment: string): Promise<void>;
  /** Puts the window into a language, by the settings file. */
  speak(language: 'en' | 'zh'): Promise<void>;
  /** What axe finds in light, dark, Chinese and in a small window; each by its circumstances. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens it; the browser's path comes from `browserPath`. */
export async function openWindow(settings: SettingsInput): Promise<OpenWindow> {
  const home = makeHome();
  writeSettings(home, settings);
  const tiergate = new Tiergate(BUILT, home, { LAB_KEY: FAKE_KEY });
  const serving = await tiergate.serve();
  const executablePath = (await browserPath()) ?? '';
  const browser: Browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 820 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  // A refusal of the content security policy is an error on the console.
  page.on('console', (message) => {
    // The browser also notes each call that the gateway refuses, which the page tells in its own words; a file that
    // is missing is a complaint.
    const refusal = message.text().startsWith('Failed to load resource') && message.location().url.includes('/api/');
    if (!refusal && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(serving.windowUrl);
  await page.getByText(serving.baseUrl).first().waitFor();

  const look = async (circumstances: string): Promise<string[]> => {
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await checker.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
    });
    return found.map((text) => `${circumstances}: ${text}`);
  };
  const speak = async (language: 'en' | 'zh'): Promise<void> => {
    const file = join(home, 'settings.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { app?: object };
    writeFileSync(file, JSON.stringify({ ...kept, app: { ...kept.app, language } }));
    await page.locator(`html[lang="${language === 'zh' ? 'zh-CN' : 'en'}"]`).waitFor({ state: 'attached' });
  };
  return {
    page,
    tiergate,
    speak,
    serving,
    openai: new OpenAI({ baseURL: serving.baseUrl, apiKey: LOCAL_KEY, maxRetries: 0 }),
    complaints,
    async go(fragment) {
      await page.evaluate((hash) => {
        (globalThis as unknown as { location: { hash: string } }).location.hash = hash;
      }, fragment);
    },
    async violations() {
      const wide = page.viewportSize() ?? { width: 1280, height: 820 };
      const found: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        found.push(...(await look(colorScheme)));
      }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await speak('zh');
      found.push(...(await look('zh')));
      await speak('en');
      await page.setViewportSize({ width: 900, height: 600 });
      found.push(...(await look('900x600')));
      await page.setViewportSize(wide);
      return found;
    },
    async close() {
      await browser.close();
      await serving.stop('SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** True while an element has the focus. */
export function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate(
    (node: unknown) =>
      node === (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement,
  );
}

/** Presses Tab until an element has the focus, as somebody without a mouse would. */
export async function tabTo(page: Page, element: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await hasFocus(element)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not reach it');
}
