import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import OpenAI from 'openai';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';

/** The built gateway’s own window in a real browser: it shows turns as they end, and what is changed in it counts. */
const executablePath = await browserPath();
const missing = executablePath === null;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is waited for comes; how soon depends on the machine. */
const SOON = { timeout: 10_000 };

describe.skipIf(missing)(missing ? 'the window (no browser here: apt-get install -y chromium)' : 'the window', () => {
  let upstream: Upstream;
  let tiergate: Tiergate;
  let serving: Serving;
  let openai: OpenAI;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    upstream = await startUpstream();
    const home = makeHome();
    writeSettings(home, { accounts: [accountAt(upstream.baseUrl)] });
    tiergate = new Tiergate(BUILT, home, { LAB_KEY: FAKE_KEY });
    serving = await tiergate.serve();
    openai = new OpenAI({ baseURL: serving.baseUrl, apiKey: LOCAL_KEY, maxRetries: 0 });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...BROWSER_ARGUMENTS] });
    page = await browser.newPage();
    // A refusal of the content security policy is an error on the console.
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(serving.windowUrl);
  });
  beforeEach(() => {
    upstream.reset();
  });
  afterAll(async () => {
    await browser.close();
    await serving.stop('SIGKILL');
    await upstream.close();
    rmSync(tiergate.home, { recursive: true, force: true });
  });

  async function fastTurn(model: string): Promise<void> {
    await openai.responses.create({ model, input: 'hi', service_tier: 'priority' });
  }

  async function violations(): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = (await checker.run()).violations;
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
  }

  test('opens at the printed address, and takes the token out of the address bar', async () => {
    await page.getByText(serving.baseUrl).first().waitFor();
    const token = new URL(serving.windowUrl).hash.slice('#session='.length);
    expect(page.url()).toBe(`${serving.origin}/_tiergate/`);
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain(token);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  test('without turns says how to make one, and reads well for everybody', async () => {
    await page.getByRole('link', { name: 'Turns', exact: true }).click();
    await page.getByText('No turns yet').waitFor();
    expect(await violations()).toEqual([]);
  });

  test('shows a turn within a second of its end', async () => {
    await fastTurn('model-seen-live');
    const ended = performance.now();
    await page.getByText('model-seen-live').first().waitFor({ timeout: 10_000 });
    const took = Math.round(performance.now() - ended);
    expect(took, `the turn was on the screen ${took} ms after the client had its end`).toBeLessThan(1000);
    const row = page.getByRole('row').filter({ hasText: 'model-seen-live' });
    expect(await row.innerText()).toContain('no-fast');
    expect(await violations()).toEqual([]);
  });

  test('takes a rule that is switched off to the next request', async () => {
    await fastTurn('before');
    expect(upstream.last.json).not.toHaveProperty('service_tier');
    await page.getByRole('link', { name: 'Policy', exact: true }).click();
    const rule = page.getByRole('switch', { name: 'no-fast' });
    expect(await rule.getAttribute('aria-checked')).toBe('true');
    expect(await violations()).toEqual([]);
    await rule.click();
    await expect.poll(() => rule.getAttribute('aria-checked'), SOON).toBe('false');
    await expect.poll(() => rule.getAttribute('aria-busy'), SOON).not.toBe('true');
    await expect
      .poll(async () => (JSON.parse((await tiergate.run(['policy', 'show'])).out) as { rules: unknown }).rules, SOON)
      .toMatchObject([{ id: 'no-fast', enabled: false }, {}]);
    await fastTurn('after');
    expect(upstream.last.json).toMatchObject({ model: 'after', service_tier: 'priority' });
    await rule.click();
    await expect.poll(() => rule.getAttribute('aria-checked'), SOON).toBe('true');
  });

  test('follows a rule that is changed on the command line', async () => {
    const rule = page.getByRole('switch', { name: 'no-fast' });
    const { out } = await tiergate.run(['policy', 'show']);
    await tiergate.run(['policy', 'set', '-'], out.replace('"enabled": true', '"enabled": false'));
    await expect.poll(() => rule.getAttribute('aria-checked'), SOON).toBe('false');
    await tiergate.run(['policy', 'set', '-'], out);
    await expect.poll(() => rule.getAttribute('aria-checked'), SOON).toBe('true');
  });

  test('comes back as it was when it is loaded again', async () => {
    await page.reload();
    await page.getByRole('switch', { name: 'no-fast' }).waitFor();
    await page.getByRole('link', { name: 'Turns', exact: true }).click();
    await page.getByText('model-seen-live').first().waitFor();
    await page.getByRole('link', { name: 'Tools', exact: true }).click();
    await page.getByText('lab', { exact: true }).first().waitFor();
    expect(await violations()).toEqual([]);
  });

  test('shows nothing to a browser that was not given the address', async () => {
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    await other.goto(`${serving.origin}/_tiergate/`);
    await other.getByText('This window has no session yet').waitFor();
    expect(await other.content()).not.toContain('model-seen-live');
    await stranger.close();
  });

  test('was never stopped by its own security policy, and loads nothing from elsewhere', async () => {
    expect(complaints).toEqual([]);
    const answer = await fetch(`${serving.origin}/_tiergate/`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(loaded.filter((name) => !name.startsWith(`${serving.origin}/_tiergate/`))).toEqual([]);
  });

  test('says that the gateway has gone, and does not hold up its end', async () => {
    expect(await serving.stop()).toBe(0);
    await page.getByText('Reconnecting').first().waitFor();
  });
});
