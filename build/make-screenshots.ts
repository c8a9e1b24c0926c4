import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { request } from 'undici';
import { startRuntime } from '../src/main/runtime.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../test/browser.ts';

/** The pictures of the documentation: real turns against the sandbox, in the built window. Run after `npm run build`. */
const root = resolve(import.meta.dirname, '..');
const pictures = join(root, 'docs', 'images');

/** What the tools of the picture ask for. */
const TURNS: readonly { readonly tool: string; readonly body: Readonly<Record<string, unknown>> }[] = [
  { tool: 'scripts', body: { model: 'gpt-5.5', input: 'Summarise the log.' } },
  { tool: 'nightly', body: { model: 'gpt-5.4-mini', input: 'Grade these.', service_tier: 'flex' } },
  { tool: 'codex', body: { model: 'gpt-5.5', input: 'Fix the test.', service_tier: 'priority', stream: true } },
  { tool: 'editor', body: { model: 'gpt-6-sol', input: 'Complete this.', service_tier: 'ultrafast' } },
  { tool: 'codex', body: { model: 'gpt-5.5', input: 'Now the docs.', service_tier: 'priority', stream: true } },
  { tool: 'scripts', body: { input: 'No model.' } },
  { tool: 'codex', body: { model: 'gpt-5.5', input: 'And the changelog.', service_tier: 'fast', stream: true } },
];

const executablePath = await browserPath();
if (executablePath === null) throw new Error('no Chromium was found; TIERGATE_CHROMIUM can name one');
const home = mkdtempSync(join(tmpdir(), 'tiergate-pictures-'));
const runtime = await startRuntime({ home, port: 4141, version: '0.1.0', windowFiles: join(root, 'out', 'renderer') });
const browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
try {
  const { baseUrl } = runtime.status();
  const windowUrl = runtime.windowUrl();
  if (baseUrl === null || windowUrl === null) throw new Error('port 4141 is taken, and it stands in the pictures');
  await runtime.handlers['policy.set']({
    policy: {
      rules: [
        { id: 'no-fast', serviceTier: 'priority', action: 'filter' },
        { id: 'no-ultrafast', serviceTier: 'ultrafast', action: 'block', tools: ['editor'] },
      ],
    },
  });
  const keys = new Map<string, string>();
  for (const { tool, body } of TURNS) {
    if (!keys.has(tool)) keys.set(tool, (await runtime.handlers['tool.add']({ name: tool })).key);
    const { body: answer } = await request(`${baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.get(tool) ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.dump();
  }
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height: 560 }, deviceScaleFactor: 2 });
    await page.goto(windowUrl);
    await page.getByText('no-ultrafast').waitFor();
    await page.screenshot({ path: join(pictures, colorScheme === 'dark' ? 'window.png' : 'window-light.png') });
    await page.close();
  }
} finally {
  await browser.close();
  await runtime.stop();
  rmSync(home, { recursive: true, force: true });
}
