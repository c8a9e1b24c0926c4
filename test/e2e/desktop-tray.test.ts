import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Turn } from '../../src/shared/turn.ts';
import {
  baseUrlOf,
  clickTray,
  type DesktopApp,
  startDesktopApp,
  trayLabels,
  valueFrom,
  watchTray,
} from '../desktop-app.ts';
import { accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream, type Upstream } from '../fakes/upstream.ts';

/** What a click in the tray menu changes for the next real request, and what a real turn changes in tray and window. */
let upstream: Upstream;
let desktop: DesktopApp;
let app: ElectronApplication;
let page: Page;
let baseUrl: string;
let key: string;

beforeAll(async () => {
  upstream = await startUpstream();
  desktop = await startDesktopApp({
    settings: {
      accounts: [accountAt(upstream.baseUrl), accountAt(upstream.baseUrl, { id: 'spare', priority: 2 })],
      policy: { rules: [] },
    },
    environment: { LAB_KEY: FAKE_KEY },
  });
  ({ app } = desktop);
  page = await app.firstWindow();
  baseUrl = await baseUrlOf(page);
  await watchTray(app);
  ({ key } = await valueFrom<{ key: string }>(page, 'tool.add', { name: 'codex' }));
});
afterAll(async () => {
  await desktop.remove();
  await upstream.close();
});

/** Sends one Fast turn as a tool would; the answer’s status, and the tier that reached the provider. */
async function fastTurn(localKey = key): Promise<{ readonly status: number; readonly sent: unknown }> {
  const before = upstream.requests.length;
  const answer = await fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${localKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hi', service_tier: 'fast' }),
  });
  await answer.text();
  if (upstream.requests.length === before) return { status: answer.status, sent: 'nothing' };
  return { status: answer.status, sent: (upstream.last.json as { service_tier?: string }).service_tier ?? null };
}

describe('the tier switch in the tray', () => {
  it('keeps Fast here from the next request on', async () => {
    expect(await fastTurn()).toEqual({ status: 200, sent: 'priority' });
    // The turn has drawn the menu anew, and from then on it is kept.
    await expect.poll(() => trayLabels(app)).toContain('Last turn: Fast, codex');
    await clickTray(app, 'Fast:', 'No Fast for 15 minutes');
    await expect.poll(() => trayLabels(app)).toContain('Fast: filtered to Standard');
    expect((await trayLabels(app)).find((label) => label.startsWith('•'))).toMatch(
      /^• No Fast for 15 minutes, until \d\d:\d\d$/,
    );
    expect(await fastTurn()).toEqual({ status: 200, sent: null });
  });

  it('gives way to the policy again, and Fast can be allowed above it', async () => {
    await valueFrom(page, 'policy.set', { policy: { rules: [{ serviceTier: 'fast', action: 'block' }] } });
    await clickTray(app, 'Fast:', 'By the policy');
    await expect.poll(() => trayLabels(app)).toContain('Fast: blocked');
    expect(await fastTurn()).toEqual({ status: 403, sent: 'nothing' });
    await clickTray(app, 'Fast:', 'Fast allowed for 1 hour');
    await expect.poll(() => trayLabels(app)).toContain('Fast: passes');
    expect(await fastTurn()).toEqual({ status: 200, sent: 'priority' });
    await clickTray(app, 'Fast:', 'By the policy');
    await expect.poll(() => trayLabels(app)).toContain('Fast: blocked');
    expect((await valueFrom<{ rules: unknown[] }>(page, 'policy.get')).rules).toHaveLength(1);
  });
});

it('the pause in the tray refuses new turns until they are resumed there', async () => {
  await clickTray(app, 'Pause', 'Until resumed');
  await expect.poll(() => trayLabels(app)).toContain('Gateway paused until resumed');
  expect(await fastTurn()).toEqual({ status: 503, sent: 'nothing' });
  await clickTray(app, 'Resume');
  await expect.poll(() => trayLabels(app)).toContain('Pause the gateway');
  expect((await fastTurn()).status).toBe(403);
});

it('another account is asked first when it is chosen in the tray', async () => {
  await clickTray(app, 'Account first asked: lab', 'spare');
  await expect.poll(() => trayLabels(app)).toContain('Account first asked: spare');
  await valueFrom(page, 'policy.set', { policy: { rules: [] } });
  expect((await fastTurn()).status).toBe(200);
  const { turns } = await valueFrom<{ turns: Turn[] }>(page, 'turns.page', { order: 'newest', limit: 1 });
  expect(turns).toMatchObject([{ account: 'spare' }]);
});

describe('a notification', () => {
  interface Shown {
    readonly title: string;
    emit(event: string, details?: unknown): boolean;
  }
  const kept = (): Promise<readonly string[]> =>
    app.evaluate(() => (globalThis as unknown as { shown: Shown[] }).shown.map(({ title }) => title));

  it('tells of a blocked turn once, and its step lets Fast through', async () => {
    await app.evaluate(({ Notification }) => {
      const shown: Shown[] = [];
      Object.assign(globalThis, { shown });
      Notification.prototype.show = function (): void {
        shown.push(this);
      };
    });
    await valueFrom(page, 'policy.set', { policy: { rules: [{ serviceTier: 'fast', action: 'block' }] } });
    // A tool that was not blocked before: one that was is one matter for a while.
    const { key: other } = await valueFrom<{ key: string }>(page, 'tool.add', { name: 'editor' });
    expect((await fastTurn(other)).status).toBe(403);
    expect((await fastTurn(other)).status).toBe(403);
    await expect.poll(kept).toEqual(['The policy blocked editor']);
    await app.evaluate(() => {
      (globalThis as unknown as { shown: Shown[] }).shown[0]?.emit('action', { actionIndex: 0 });
    });
    await expect.poll(() => trayLabels(app)).toContain('Fast: passes');
    expect((await fastTurn()).sent).toBe('priority');
  });

  it('is not shown while the person wants none', async () => {
    const { app: own } = await valueFrom<{ app: Record<string, unknown> }>(page, 'settings.get');
    await valueFrom(page, 'settings.set', { section: 'app', value: { ...own, notify: 'none' } });
    await valueFrom(page, 'policy.set', { policy: { rules: [{ serviceTier: 'fast', action: 'block' }] } });
    // The word of the policy comes with that of the settings, so both have been heard when this is drawn.
    await expect.poll(() => trayLabels(app)).toContain('Fast: blocked');
    const before = await kept();
    const { key: other } = await valueFrom<{ key: string }>(page, 'tool.add', { name: 'scripts' });
    expect((await fastTurn(other)).status).toBe(403);
    await expect.poll(() => trayLabels(app), { timeout: 5000 }).toContain('Last turn: Fast blocked, scripts');
    expect(await kept()).toEqual(before);
  });
});

it('tray and window change their language together, and at once', async () => {
  const { app: own } = await valueFrom<{ app: Record<string, unknown> }>(page, 'settings.get');
  await valueFrom(page, 'settings.set', { section: 'app', value: { ...own, language: 'zh' } });
  await expect.poll(() => trayLabels(app), { timeout: 5000 }).toContain('退出 Tiergate');
  await page.locator('html[lang="zh-CN"]').waitFor({ state: 'attached' });
  await valueFrom(page, 'settings.set', { section: 'app', value: { ...own, language: 'en' } });
  await expect.poll(() => trayLabels(app), { timeout: 5000 }).toContain('Quit Tiergate');
});

it('a real turn goes from the gateway to the ledger, to the tray and to the page, where a click asks the ledger', async () => {
  await valueFrom(page, 'policy.set', {
    policy: { rules: [{ id: 'no-fast', serviceTier: 'fast', action: 'filter' }] },
  });
  expect((await fastTurn()).sent).toBeNull();
  await expect.poll(() => trayLabels(app), { timeout: 5000 }).toContain('Last turn: Fast → Standard, codex');
  const { turns } = await valueFrom<{ turns: Turn[] }>(page, 'turns.page', { order: 'newest', limit: 1 });
  expect(turns).toMatchObject([{ tool: 'codex', rule: 'no-fast', tiers: { requested: 'priority', sent: null } }]);
  // A fresh page knows nothing yet: what it shows it has asked the ledger for.
  await Promise.all([
    page.waitForEvent('close'),
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.destroy()),
  ]);
  const [fresh] = await Promise.all([app.waitForEvent('window'), clickTray(app, 'Open')]);
  await fresh.getByRole('link', { name: 'Policy', exact: true }).click();
  await fresh.getByRole('link', { name: 'Turns', exact: true }).click();
  await fresh.getByText('no-fast').first().waitFor();
});
