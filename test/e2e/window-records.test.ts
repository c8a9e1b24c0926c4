import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Turn } from '../../src/shared/turn.ts';
import { browserPath } from '../browser.ts';
import { KEY_PLACEHOLDER } from '../../src/renderer/words/connect-snippet.ts';
import { LOCAL_KEY, type TestGateway, accountAt } from '../fakes/gateway.ts';
import { UpstreamSockets } from '../fakes/upstream-socket.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';
import { ToolSocket, dial } from '../gateway/socket-lab.ts';
import { type FakedWindow, openFakedWindow, tabTo } from './window-of.ts';

/** What the built window gives of a turn to read, to repeat and to take along. The gateway is of this process, for a keychain that is always there. */
const missing = (await browserPath()) === null;
const QUESTION = 'Where is the treasure?';

describe.skipIf(missing)(missing ? 'records (no browser here: apt-get install -y chromium)' : 'records', () => {
  let upstream: Upstream;
  let sockets: UpstreamSockets;
  let gateway: TestGateway;
  let window: FakedWindow;

  beforeAll(async () => {
    upstream = await startUpstream();
    sockets = new UpstreamSockets(upstream);
    window = await openFakedWindow({
      accounts: [accountAt(upstream.baseUrl)],
      capture: { enabled: true },
      dump: { enabled: true },
      gateway: { ownKeys: ['openai'] },
    });
    gateway = window.gateway;
  });
  afterAll(async () => {
    await window.close();
    sockets.close();
    await upstream.close();
  });

  /** Makes a turn, waits for what is kept of it, and returns it. */
  async function turn(input: string, model = 'gpt-5.5', kept = true): Promise<Turn> {
    const { data, response } = await window.openai.responses.create({ model, input }).withResponse();
    expect(data.output_text).not.toBe('');
    const id = response.headers.get('x-tiergate-turn') ?? '';
    if (kept)
      await expect.poll(async () => (await gateway.client.call('capture.get', { turn: id })).answer).not.toBeNull();
    const found = (await gateway.client.call('turns.get', { id })).turn;
    if (found === null) throw new Error('the turn has no row');
    return found;
  }

  test('a turn’s prompt, answer and raw bytes are read one beside the other, by keyboard', async () => {
    const { page } = window;
    const { id } = await turn(QUESTION);
    await window.go(`#/turns/${id}`);
    const detail = page.getByRole('complementary');
    await detail.getByRole('region', { name: 'Prompt' }).getByText(QUESTION).waitFor();
    const dumped = detail.getByRole('tab', { name: 'Response 1' });
    await dumped.waitFor();
    await tabTo(page, detail.getByRole('tab', { name: 'Prompt' }));
    await page.keyboard.press('ArrowRight');
    const { answer } = await gateway.client.call('capture.get', { turn: id });
    const said = (JSON.parse(answer ?? '') as { output: { content?: { text: string }[] }[] }).output
      .flatMap(({ content = [] }) => content.map(({ text }) => text))
      .join('');
    expect(await detail.getByRole('region', { name: 'Answer', exact: true }).innerText()).toBe(said);
    await page.keyboard.press('ArrowRight');
    expect(await detail.getByRole('region', { name: 'Whole answer' }).innerText()).toContain('"object": "response"');
    await page.keyboard.press('ArrowRight');
    const request = await detail.getByRole('region', { name: 'Request 1' }).innerText();
    expect(request).toContain('authorization: [removed]');
    expect(request).toContain(QUESTION);
    await page.keyboard.press('ArrowRight');
    expect(await detail.getByRole('region', { name: 'Response 1' }).innerText()).toContain('HTTP/1.1 200');
    expect(await window.violations()).toEqual([]);
  });

  test('a wipe asks first, and then nothing is left but the raw bytes', async () => {
    const { page } = window;
    const { id } = await turn(QUESTION);
    await window.go(`#/turns/${id}`);
    const detail = page.getByRole('complementary');
    await detail.getByRole('button', { name: 'Wipe…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Wipe every prompt and answer?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect((await gateway.client.call('capture.get', { turn: id })).prompt).toContain(QUESTION);
    await detail.getByRole('button', { name: 'Wipe…' }).click();
    await dialog.getByRole('button', { name: 'Wipe' }).click();
    await detail.getByText('The prompts and answers of 2 turns were removed.').waitFor();
    await detail.getByRole('tab', { name: 'Prompt' }).waitFor({ state: 'detached' });
    await detail.getByRole('tab', { name: 'Request 1' }).waitFor();
    expect(await gateway.client.call('capture.get', { turn: id })).toEqual({ prompt: null, answer: null, cut: false });
    expect(gateway.keychain.entries.size).toBe(0);
  });

  test('without a record the turn says why, and leads to where it is switched on', async () => {
    const { page } = window;
    await gateway.client.call('settings.set', { section: 'dump', value: { enabled: false } });
    await gateway.client.call('settings.set', { section: 'capture', value: { enabled: false } });
    const { id } = await turn(QUESTION, 'gpt-5.5', false);
    await window.go(`#/turns/${id}`);
    const detail = page.getByRole('complementary');
    await detail.getByText('Prompts and answers are not kept.').waitFor();
    await detail.getByRole('link', { name: 'Switch it on in the settings' }).click();
    await page.getByRole('switch', { name: /Keep prompts and answers/ }).click();
    await expect.poll(async () => (await gateway.client.call('settings.get', {})).capture.enabled).toBe(true);
    await window.go(`#/turns/${id}`);
    await detail.getByText('Nothing was kept of this turn').waitFor();
  });

  test('a turn is repeated by the command that is copied of it', async () => {
    const { page } = window;
    const { id, models } = await turn(QUESTION);
    await page.context().grantPermissions(['clipboard-read']);
    await window.go(`#/turns/${id}`);
    await page.getByRole('complementary').getByRole('button', { name: 'Copy as curl' }).click();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain(`curl ${gateway.baseUrl}/responses`);
    expect(command).not.toContain(LOCAL_KEY);
    const before = (await gateway.turns()).length;
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replace(KEY_PLACEHOLDER, LOCAL_KEY)]);
    expect(JSON.parse(stdout)).toMatchObject({ object: 'response', status: 'completed' });
    const rows = (await gateway.turns()).slice(before);
    expect(rows.map((row) => row.models.requested)).toEqual([models.requested]);
  });

  test('what is exported is the list as it is narrowed', async () => {
    const { page } = window;
    await turn('one', 'gpt-5.4-mini');
    await turn('two', 'gpt-5.4-mini');
    await window.go('#/turns?models=gpt-5.4-mini');
    await page.getByText('2 turns').waitFor();
    for (const [name, lines] of [
      ['CSV', 3],
      ['JSON Lines', 2],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const saved = page.waitForEvent('download');
      await page.getByRole('menuitem', { name }).click();
      const file = await saved;
      expect(file.suggestedFilename()).toMatch(/^tiergate-turns\.(?:csv|jsonl)$/);
      const text = await readFile(await file.path(), 'utf8');
      expect(text.trim().split('\n')).toHaveLength(lines);
      expect(text.match(/gpt-5\.4-mini/g)?.length).toBeGreaterThanOrEqual(2);
      expect(text).not.toContain('gpt-5.5');
      expect(text).not.toContain('treasure');
    }
    expect(window.complaints).toEqual([]);
  });

  test('each turn of a session has raw bytes of its own, and a tool’s own key is told from the account’s', async () => {
    const { page } = window;
    await gateway.client.call('settings.set', { section: 'dump', value: { enabled: true } });
    const headers = { authorization: `Bearer ${FAKE_KEY}`, 'x-tiergate-key': LOCAL_KEY };
    const tool = new ToolSocket(dial(gateway.origin, { headers }));
    await tool.opened;
    await tool.turn({ input: 'first of two' });
    await tool.turn({ input: 'second of two' });
    tool.webSocket.close();
    const [first] = (await gateway.turns()).filter(({ transport }) => transport === 'websocket');
    await expect
      .poll(async () => {
        const { attempts } = await gateway.client.call('dump.get', { turn: first?.id ?? '' });
        return attempts.map(({ request, response }) => request + response).join();
      })
      .toMatch(/first of two[^]*response\.completed/);
    await window.go(`#/turns/${first?.id ?? ''}`);
    const detail = page.getByRole('complementary');
    await detail.getByRole('tab', { name: 'Request 1' }).click();
    const raw = detail.getByRole('region', { name: 'Request 1' });
    await raw.getByText('first of two').waitFor();
    const text = (await raw.textContent()) ?? '';
    expect(text).toContain('authorization: [removed]');
    expect(text).not.toContain('second of two');
    await detail.getByText(`${first?.keyFingerprint ?? ''}, the tool’s own`).waitFor();
  });
});
