import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Runtime, startRuntime } from '../src/main/runtime.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../test/browser.ts';
import { FakeKeychain } from '../test/fakes/keychain.ts';
import { fillLedger } from '../test/fakes/ledger-fill.ts';

/** The pictures of the documentation: the built window over a filled ledger, every page light and dark. Run after `npm run build`. */
const root = resolve(import.meta.dirname, '..');
const pictures = join(root, 'docs', 'images');

/** What is set up in the pictures; nothing is asked of the accounts, so their addresses may be the real ones. */
const SETTINGS = {
  tools: ['codex', 'cursor', 'nightly-eval', 'review-bot', 'scripts'].map((name, index) => ({
    name,
    keyHash: `sha256:${String(index).repeat(64)}`,
  })),
  accounts: [
    {
      id: 'openai',
      provider: 'openai',
      kind: 'apikey',
      baseUrl: 'https://api.openai.com/v1',
      keys: [{ keychain: 'openai/1' }, { keychain: 'openai/2' }],
      concurrency: 8,
    },
    {
      id: 'anthropic',
      provider: 'anthropic',
      kind: 'apikey',
      baseUrl: 'https://api.anthropic.com/v1',
      keys: [{ keychain: 'anthropic/1' }],
      priority: 2,
    },
  ],
  policy: {
    rules: [
      { id: 'reviews-may-hurry', serviceTier: 'priority', action: 'pass', tools: ['review-bot'] },
      { id: 'no-fast', serviceTier: 'priority', action: 'filter' },
      { id: 'no-ultrafast', serviceTier: 'ultrafast', action: 'block' },
    ],
  },
  budgets: [
    { id: 'everything', period: 'month', usd: 400, action: 'filterFast' },
    { id: 'codex', period: 'day', tool: 'codex', usd: 12 },
  ],
};

/** What is shown: the name of the picture, the address, and what is done before it is taken. */
const SHOTS: readonly {
  readonly name: string;
  readonly fragment: string;
  readonly before?: (page: Page) => Promise<void>;
}[] = [
  { name: 'overview', fragment: '#/overview?range=month' },
  { name: 'turns', fragment: '#/turns' },
  {
    name: 'turn',
    fragment: '#/turns?verdicts=filter',
    before: async (page) => {
      await page.locator('[data-turn]').nth(2).click();
      await page.getByRole('complementary').getByText('Facts').waitFor();
    },
  },
  {
    name: 'accounts',
    fragment: '#/accounts/openai',
    before: async (page) => {
      await page.getByRole('heading', { name: 'Keys' }).waitFor();
    },
  },
  ...['policy', 'tools', 'budgets', 'prices', 'settings', 'logs'].map((name) => ({
    name,
    fragment: `#/${name}`,
  })),
  {
    name: 'about',
    fragment: '#/about',
    before: async (page) => {
      await page.locator('[data-check]').first().waitFor();
    },
  },
];

const executablePath = await browserPath();
if (executablePath === null) throw new Error('no Chromium was found; TIERGATE_CHROMIUM can name one');
mkdirSync(pictures, { recursive: true });
const browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
try {
  await withGateway(SETTINGS, 3000, async (address) => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await openPage(browser, address, scheme, { width: 1440, height: 900 });
      for (const { name, fragment, before } of SHOTS) await take(page, `${name}-${scheme}`, fragment, before);
      await page.close();
    }
    const narrow = await openPage(browser, address, 'light', { width: 900, height: 600 });
    await take(narrow, 'narrow', '#/turns');
    const readme = await openPage(browser, address, 'dark', { width: 1280, height: 800 }, 'en-US', 2);
    await take(readme, 'window', '#/overview?range=month');
  });
  await withGateway({}, 0, async (address) => {
    const page = await openPage(browser, address, 'light', { width: 1440, height: 900 });
    await take(page, 'first-run', '#/overview', async () => {
      await page.getByRole('button', { name: 'Send a turn' }).click();
      await page.getByRole('link', { name: 'See the whole turn' }).waitFor();
    });
  });
} finally {
  await browser.close();
}

/** Starts a gateway on a data folder of its own and gives the address of its window. */
async function withGateway(settings: unknown, turns: number, work: (address: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'tiergate-pictures-'));
  const keychain = new FakeKeychain();
  for (const name of ['openai/1', 'openai/2', 'anthropic/1']) await keychain.set(name, `sk-not-a-key-${name}`);
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  await fillLedger(home, turns, Date.now());
  const runtime: Runtime = await startRuntime({
    home,
    port: 4141,
    version: '0.1.0',
    windowFiles: join(root, 'out', 'renderer'),
    keychain,
  });
  try {
    const address = runtime.windowUrl();
    if (address === null) throw new Error('port 4141 is taken, and it stands in the pictures');
    await work(address);
  } finally {
    await runtime.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function openPage(
  from: Browser,
  address: string,
  colorScheme: 'light' | 'dark',
  viewport: { readonly width: number; readonly height: number },
  locale = 'en-US',
  deviceScaleFactor = 1,
): Promise<Page> {
  const page = await from.newPage({ colorScheme, viewport, locale, deviceScaleFactor, reducedMotion: 'reduce' });
  await page.goto(address);
  await page.getByRole('navigation').waitFor();
  return page;
}

async function take(page: Page, name: string, fragment: string, before?: (page: Page) => Promise<void>): Promise<void> {
  await page.evaluate((hash) => {
    (globalThis as unknown as { location: { hash: string } }).location.hash = hash;
  }, fragment);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await before?.(page);
  // Charts are drawn a moment after their figures have come, and nothing on the page says that they are.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
