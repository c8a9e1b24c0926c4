import { rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_ARGUMENTS, browserPath } from '../browser.ts';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { makeHome, writeSettings } from '../fakes/gateway.ts';
import { fillLedger } from '../fakes/ledger-fill.ts';

/** A ledger of a hundred thousand turns in the built window, measured by the browser's own clock. */
const TURNS = 100_000;
const executablePath = await browserPath();
const missing = executablePath === null;

/** From how many milliseconds on a task is felt. */
const LONG = 50;

/** What the page gathers about itself; a task is long where the browser says so, from 50 ms on. */
interface Gathered {
  readonly clickToPaint: number;
  readonly longTasks: readonly number[];
}

/** What one stretch of scrolling took; times in milliseconds. */
interface Scrolled {
  readonly rows: number;
  readonly tasks: number;
  /** Tasks with too much work of their own. */
  readonly worked: readonly number[];
  /** Tasks that the browser calls long. */
  readonly byClock: readonly number[];
}

describe.skipIf(missing)(
  missing ? 'a large ledger (no browser here: apt-get install -y chromium)' : 'a large ledger',
  () => {
    let tiergate: Tiergate;
    let serving: Serving;
    let browser: Browser;
    let page: Page;
    let tools: CDPSession;

    beforeAll(async () => {
      const home = makeHome();
      writeSettings(home, {});
      await fillLedger(home, TURNS, Date.now());
      tiergate = new Tiergate(BUILT, home, {});
      serving = await tiergate.serve();
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...BROWSER_ARGUMENTS] });
      page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
      tools = await page.context().newCDPSession(page);
      await page.goto(serving.windowUrl);
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      // Whatever was begun by the first page has come to its end, so that the next measures the next alone.
      await page.waitForLoadState('networkidle');
      await page.evaluate(`{
      globalThis.gathered = { clickToPaint: 0, longTasks: [] };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) gathered.longTasks.push(Math.round(entry.duration));
      }).observe({ type: 'longtask' });
      addEventListener('click', ({ timeStamp }) => {
        const look = () => {
          if (document.querySelectorAll('[data-turn]').length < 10) return requestAnimationFrame(look);
          // The frame after the one in which the rows are there has painted them.
          requestAnimationFrame(() => { gathered.clickToPaint = performance.now() - timeStamp; });
        };
        look();
      }, { once: true, capture: true });
    }`);
    });
    afterAll(async () => {
      await browser.close();
      await serving.stop('SIGKILL');
      rmSync(tiergate.home, { recursive: true, force: true, maxRetries: 5 });
    });

    const gathered = (): Promise<Gathered> => page.evaluate('gathered');
    async function heap(): Promise<number> {
      await tools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await tools.send('Runtime.getHeapUsage');
      return Math.round(usedSize / 2 ** 20);
    }

    /** Scrolls on through some thousand rows, and tells which tasks were long. */
    async function scroll(): Promise<Scrolled> {
      const list = page.getByRole('grid');
      const top = (): Promise<number> => list.evaluate((node: unknown) => (node as { scrollTop: number }).scrollTop);
      const from = await top();
      await page.evaluate('{ gathered.longTasks.length = 0; }');
      const tasks = await recordTasks(tools);
      for (let step = 0; step < 240; step += 1) {
        await page.mouse.wheel(0, 700);
        await page.evaluate('new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))');
      }
      const worked = await tasks();
      const { longTasks } = await gathered();
      return {
        rows: ((await top()) - from) / 44,
        tasks: worked.length,
        worked: worked.filter((took) => took > LONG),
        // On a machine that is busy with other things a task is long by the clock because it waits its turn.
        byClock: (loadavg()[0] ?? Infinity) < availableParallelism() / 2 ? longTasks : [],
      };
    }

    test('shows its first page under 300 ms from click to paint', async () => {
      await page.getByRole('link', { name: 'Turns', exact: true }).click();
      await expect.poll(async () => (await gathered()).clickToPaint, { timeout: 10_000 }).toBeGreaterThan(0);
      const { clickToPaint } = await gathered();
      expect(Math.round(clickToPaint), 'milliseconds from the click to the painted rows').toBeLessThan(300);
      await page.getByText('100,000 turns').waitFor();
    });

    test('keeps only the rows on the screen, and scrolls through thousands without a long task', async () => {
      await page.getByRole('grid').hover();
      const before = await heap();
      let scrolled = await scroll();
      // A collection of garbage or a neighbour on the machine makes a task long once; what the page itself does too
      // slowly is slow every time.
      for (let again = 0; again < 2 && (scrolled.worked.length > 0 || scrolled.byClock.length > 0); again += 1)
        scrolled = await scroll();
      const rows = await page.locator('[data-turn]').count();
      const after = await heap();
      expect(scrolled.rows, 'rows scrolled past').toBeGreaterThan(3000);
      expect(rows, 'rows in the page').toBeLessThan(60);
      expect(scrolled.tasks, 'tasks recorded').toBeGreaterThan(200);
      expect(scrolled.worked, 'tasks with over 50 ms of work, in ms').toEqual([]);
      expect(scrolled.byClock, 'tasks over 50 ms by the clock, in ms').toEqual([]);
      expect(after, `MiB of the page's heap, from ${before}`).toBeLessThan(60);
    }, 180_000);

    test('is searched and narrowed by the ledger, and one turn has an address', async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('no-ultrafast');
      await expect.poll(() => page.getByRole('row').nth(1).innerText(), { timeout: 10_000 }).toContain('blocked');
      await expect.poll(() => page.evaluate('location.hash')).toBe('#/turns?text=no-ultrafast');
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.evaluate("location.hash = '#/turns/turn-00000042'");
      const detail = page.getByRole('complementary');
      await detail.getByText('turn-00000042').waitFor();
      await detail.getByRole('link', { name: 'Whole session' }).click();
      await page.getByRole('button', { name: /Take away: Session/ }).waitFor();
    });
  },
);

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds that the thread itself was at work. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Records every task of the page's main thread; the answer ends that and tells how long each was at work, in milliseconds. */
async function recordTasks(tools: CDPSession): Promise<() => Promise<readonly number[]>> {
  const events: TraceEvent[] = [];
  tools.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await tools.send('Tracing.start', { categories: 'toplevel,__metadata', transferMode: 'ReportEvents' });
  return async () => {
    const complete = new Promise((resolve) => tools.once('Tracing.tracingComplete', resolve));
    await tools.send('Tracing.end');
    await complete;
    const main = new Set(
      events
        .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    return events
      .filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`))
      .map(({ tdur = 0 }) => Math.round(tdur / 1000));
  };
}
