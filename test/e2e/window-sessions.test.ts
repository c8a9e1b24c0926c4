import { rmSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, makeHome, writeSettings } from '../fakes/gateway.ts';

/** The built gateway's window shows what goes on over WebSockets while it goes on; the sandbox answers. */
const executablePath = await browserPath();
const missing = executablePath === null;

describe.skipIf(missing)(
  missing
    ? 'open sessions in the window (no browser here: apt-get install -y chromium)'
    : 'open sessions in the window',
  () => {
    let tiergate: Tiergate;
    let serving: Serving;
    let browser: Browser;

    beforeAll(async () => {
      const home = makeHome();
      writeSettings(home, {});
      tiergate = new Tiergate(BUILT, home, {});
      serving = await tiergate.serve();
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...BROWSER_ARGUMENTS] });
    });
    afterAll(async () => {
      await browser.close();
      await serving.stop('SIGKILL');
      rmSync(tiergate.home, { recursive: true, force: true });
    });

    /** One turn over an open socket, to its terminal event. */
    function turn(socket: WebSocket, serviceTier?: string): Promise<void> {
      socket.send(
        JSON.stringify({ type: 'response.create', model: 'gpt-5.5', input: 'hi', service_tier: serviceTier }),
      );
      return new Promise((resolve) => {
        const look = (data: Buffer): void => {
          if (!data.toString().includes('"type":"response.completed"')) return;
          socket.off('message', look);
          resolve();
        };
        socket.on('message', look);
      });
    }

    test('are shown with their tool, model and the tiers of their turns, until they end', async () => {
      const page = await browser.newPage();
      await page.goto(serving.windowUrl);
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      expect(await page.getByText('open session').count()).toBe(0);

      const socket = new WebSocket(`${serving.baseUrl.replace('http', 'ws')}/responses`, {
        headers: { authorization: `Bearer ${LOCAL_KEY}` },
      });
      await new Promise((resolve) => socket.once('open', resolve));
      for (const tier of ['priority', 'flex']) await turn(socket, tier);

      const sessions = page.getByRole('region', { name: '1 open session' });
      await sessions.getByText('2 turns').waitFor();
      expect(await sessions.getByRole('listitem').innerText()).toMatch(/lab[^]*gpt-5\.5[^]*none[^]*flex/);

      socket.close();
      await sessions.waitFor({ state: 'detached' });
      await page.close();
    });
  },
);
