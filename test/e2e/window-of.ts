import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import OpenAI from 'openai';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import type { RuntimeOptions } from '../../src/main/runtime.ts';
import { createHttpCarrier } from '../../src/renderer/http-carrier.ts';
import { type ControlClient, createControlClient } from '../../src/shared/control.ts';
import {
  LOCAL_KEY,
  makeHome,
  type SettingsInput,
  startGateway,
  type TestGateway,
  writeSettings,
} from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';

const WINDOW_FILES = resolve(import.meta.dirname, '..', '..', 'out', 'renderer');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The built window in a real browser. */
interface WindowPage {
  readonly page: Page;
  /** Asks the gateway beside the page, over the same carrier. */
  readonly client: ControlClient;
  /** A tool that talks to the gateway. */
  readonly openai: OpenAI;
  /** What the page said on its console that a clean page does not say. */
  readonly complaints: readonly string[];
  /** Goes to a page of the window by its address. */
  go(fragment: string): Promise<void>;
  /** Sets the language in the settings and waits until the page speaks it. */
  speak(language: 'en' | 'zh'): Promise<void>;
  /** What axe finds in light, dark, Chinese and in a small window; each by its circumstances. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** The window of a built gateway with a data folder of its own. */
export interface OpenWindow extends WindowPage {
  readonly tiergate: Tiergate;
  readonly serving: Serving;
}

/** The built window over a gateway in this process, whose keychain is a fake. */
export interface FakedWindow extends WindowPage {
  readonly gateway: TestGateway;
}

/** Opens the window of a built gateway; the browser's path comes from `browserPath`. */
export async function openWindow(settings: SettingsInput): Promise<OpenWindow> {
  const home = makeHome();
  writeSettings(home, settings);
  const tiergate = new Tiergate(BUILT, home, { LAB_KEY: FAKE_KEY });
  const serving = await tiergate.serve();
  const window = await lookAt(serving.windowUrl, serving.baseUrl);
  return {
    ...window,
    tiergate,
    serving,
    async close() {
      await window.close();
      await serving.stop('SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Opens the built window over a gateway in this process, for what needs a keychain, which not every machine has. */
export async function openFakedWindow(
  settings: SettingsInput,
  options: Partial<RuntimeOptions> = {},
): Promise<FakedWindow> {
  const gateway = await startGateway(settings, { windowFiles: WINDOW_FILES, ...options });
  const window = await lookAt(gateway.runtime.windowUrl() ?? '', gateway.baseUrl);
  return {
    ...window,
    gateway,
    async close() {
      await window.close();
      await gateway.close();
    },
  };
}

async function lookAt(windowUrl: string, baseUrl: string): Promise<WindowPage> {
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
  await page.goto(windowUrl);
  await page.getByText(baseUrl).first().waitFor();
  const token = new URL(windowUrl).hash.slice('#session='.length);
  const client = createControlClient(createHttpCarrier(token, windowUrl));
  const speak = async (language: 'en' | 'zh'): Promise<void> => {
    const { app } = await client.call('settings.get');
    await client.call('settings.set', { section: 'app', value: { ...app, language } });
    await page.locator(`html[lang="${language === 'zh' ? 'zh-CN' : 'en'}"]`).waitFor({ state: 'attached' });
  };

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
  return {
    page,
    client,
    openai: new OpenAI({ baseURL: baseUrl, apiKey: LOCAL_KEY, maxRetries: 0 }),
    complaints,
    speak,
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

/** Presses an arrow key and waits for the focus, which moves a moment later: a second press would else come from where it was. */
export async function arrowTo(key: 'ArrowLeft' | 'ArrowRight', element: Locator): Promise<void> {
  await element.page().keyboard.press(key);
  await expect.poll(() => hasFocus(element)).toBe(true);
}
