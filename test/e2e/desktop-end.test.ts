import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Status } from '../../src/shared/control.ts';
import type { Turn } from '../../src/shared/turn.ts';
import {
  answerDialogs,
  askedDialogs,
  baseUrlOf,
  clickTray,
  type DesktopApp,
  executablePath,
  startDesktopApp,
  trayLabels,
  valueFrom,
  watchTray,
} from '../desktop-app.ts';
import { SOURCE, Tiergate } from '../cli/tiergate.ts';
import { accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream } from '../fakes/upstream.ts';

/** How the app ends, and what it does at its edges: open streams, a kill, a taken port, a newer version’s files, a command. */
const root = resolve(import.meta.dirname, '..', '..');
const leftovers: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of leftovers.splice(0).reverse()) await undo();
});

async function start(options?: Parameters<typeof startDesktopApp>[0]): Promise<DesktopApp> {
  const desktop = await startDesktopApp(options);
  leftovers.push(() => desktop.remove());
  return desktop;
}

/** A desktop in front of a provider whose next answer stops in the middle until it is let go. */
async function inStream(): Promise<{
  readonly desktop: DesktopApp;
  readonly letGo: () => void;
  readonly rest: () => Promise<string>;
}> {
  const upstream = await startUpstream();
  leftovers.push(() => upstream.close());
  const desktop = await start({
    settings: { accounts: [accountAt(upstream.baseUrl)] },
    environment: { LAB_KEY: FAKE_KEY },
  });
  const page = await desktop.app.firstWindow();
  const baseUrl = await baseUrlOf(page);
  await watchTray(desktop.app);
  // A change draws the menu anew, and from then on it is kept.
  await valueFrom(page, 'policy.set', { policy: { rules: [] } });
  const { key } = await valueFrom<{ key: string }>(page, 'tool.add', { name: 'codex' });
  const gate = Promise.withResolvers<undefined>();
  upstream.next({ kind: 'answer', pause: (event) => (event === 5 ? gate.promise : undefined) });
  const answer = await fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hi', stream: true }),
  });
  return { desktop, letGo: () => gate.resolve(undefined), rest: () => answer.text() };
}

describe('quitting while a stream is open', () => {
  it('warns, and a second thought changes nothing', async () => {
    const { desktop, letGo, rest } = await inStream();
    const { app } = desktop;
    await answerDialogs(app, 1);
    await expect.poll(() => trayLabels(app)).toContain('Quit Tiergate');
    await clickTray(app, 'Quit');
    await expect.poll(() => askedDialogs(app)).toEqual([expect.stringContaining('1 turn is under way')]);
    letGo();
    expect(await rest()).toContain('response.completed');
  });

  it('lets it end whole, says how far it is, and keeps its row', async () => {
    const { desktop, letGo, rest } = await inStream();
    const { app, home } = desktop;
    await answerDialogs(app, 0);
    await expect.poll(() => trayLabels(app)).toContain('Quit Tiergate');
    const exit = once(app.process(), 'exit');
    await clickTray(app, 'Quit');
    await expect.poll(() => trayLabels(app)).toContain('Tiergate is stopping: waiting for 1 open turn');
    letGo();
    expect(await rest()).toContain('response.completed');
    expect(await exit).toEqual([0, null]);
    const turns = await new Tiergate(SOURCE, home).turns();
    expect(turns satisfies Turn[]).toMatchObject([{ tool: 'codex', partial: false, status: 200 }]);
  });
});

it('after a kill it starts again on the same folder, with the rows of before', async () => {
  const desktop = await start();
  const page = await desktop.app.firstWindow();
  const baseUrl = await baseUrlOf(page);
  const { key } = await valueFrom<{ key: string }>(page, 'tool.add', { name: 'codex' });
  const answer = await fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hi' }),
  });
  await answer.text();
  const gone = once(desktop.app.process(), 'exit');
  desktop.app.process().kill('SIGKILL');
  await gone;
  const again = await desktop.restart();
  leftovers.push(() => again.remove());
  const fresh = await again.app.firstWindow();
  await baseUrlOf(fresh);
  const { turns } = await valueFrom<{ turns: Turn[] }>(fresh, 'turns.page', {});
  expect(turns).toMatchObject([{ tool: 'codex', status: 200 }]);
});

it('a taken port is told with its program in the window, and another is offered in the tray', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  leftovers.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  const { app } = await start({ port });
  const page = await app.firstWindow();
  expect(await baseUrlOf(page)).toBe('');
  await page
    .getByText(`Port ${String(port)}`)
    .first()
    .waitFor();
  await watchTray(app);
  await valueFrom(page, 'policy.set', { policy: { rules: [] } });
  const offer = async (): Promise<string | undefined> =>
    (await trayLabels(app)).find((label) => /^Use port \d+ instead$/.test(label));
  await expect.poll(offer).toBeDefined();
  await clickTray(app, 'Use port');
  await expect.poll(async () => (await valueFrom<Status>(page, 'status.get')).baseUrl).toMatch(/^http:\/\/127/);
  expect((await valueFrom<Status>(page, 'status.get')).port).not.toBe(port);
});

it.skipIf(process.platform === 'win32')(
  'the same program is the command line, with its words after --cli',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'tiergate-cli-'));
    leftovers.push(() => rmSync(home, { recursive: true, force: true }));
    writeFileSync(join(home, 'settings.json'), JSON.stringify({ policy: { rules: [] } }));
    const sandbox = process.platform === 'linux' ? ['--no-sandbox'] : [];
    const run = (...words: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(executablePath, [...sandbox, '.', '--cli', ...words, '--home', home], { cwd: root });
    expect(JSON.parse((await run('policy', 'show', '--json')).stdout)).toEqual({ rules: [] });
    await expect(run('policy', 'check', '/nowhere')).rejects.toMatchObject({ code: 1 });
    await expect(run('nothing')).rejects.toMatchObject({ code: 2 });
  },
);
