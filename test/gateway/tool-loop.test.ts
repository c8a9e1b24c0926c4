import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { accountAt, writeSettings } from '../fakes/gateway.ts';
import { startMcpHttp } from '../fakes/mcp-http.ts';
import type { AnswerScript } from '../fakes/provider-script.ts';
import { CHAT, RESPONSES, type Speech } from '../fakes/tool-speech.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { type WholeAnswer, dial, send } from './tool.ts';

/** Turns whose model calls the tools of the person's MCP servers, run as a real program and over real HTTP. */
const folder = mkdtempSync(join(tmpdir(), 'tiergate-mcp-'));
const LOG = join(folder, 'log');
const PROGRAM = new URL('../fakes/mcp-stdio.ts', import.meta.url).pathname;
const SERVER = { name: 'lab', command: [process.execPath, PROGRAM], env: ['MCP_LOG', 'MCP_SHOWN'] };
const ENVIRONMENT = { LAB_KEY: FAKE_KEY, MCP_LOG: LOG, MCP_SHOWN: 'shown' };

let lab: Lab;

afterEach(async () => {
  await lab.close();
  rmSync(LOG, { force: true });
});

async function start(mcp: object = {}, account: Readonly<Record<string, unknown>> = {}): Promise<void> {
  lab = await startLab({
    account,
    settings: { mcp: { enabled: true, servers: [SERVER], ...mcp } },
    runtime: { environment: ENVIRONMENT },
  });
}

const log = (): string[] => (existsSync(LOG) ? readFileSync(LOG, 'utf8').trim().split('\n') : []);
const ADD = { name: 'tg_lab_add', arguments: '{"a":2,"b":3}' };
const ALL = ['tg_lab_add', 'tg_lab_fail', 'tg_lab_see', 'tg_lab_wait'];
const DONE: AnswerScript = { kind: 'answer', text: 'It is five.', deltas: 1 };

async function ask({ path }: Speech, body: object): Promise<WholeAnswer> {
  return send(lab.origin, { path, body });
}

/** Each protocol, whole and streamed. */
const WAYS = [
  ['Responses', RESPONSES, false],
  ['Responses, streamed', RESPONSES, true],
  ['Chat', CHAT, false],
  ['Chat, streamed', CHAT, true],
] as const;

// A program takes its time to begin on a slow machine.
describe.each(WAYS)('%s', { timeout: 60_000 }, (_, speech, stream) => {
  test('calls what the model calls, judges and bills each round, and tells the tool the last answer only', async () => {
    await start();
    const wish = speech.calls(stream, [ADD]);
    lab.upstream.next(wish, DONE);
    const answer = await ask(speech, speech.request(stream, ['mine']));
    expect(answer.status).toBe(200);
    if (stream) expect(answer.header('content-type')).toContain('text/event-stream');
    expect(speech.asks(answer.text, stream)).toEqual([]);
    expect(answer.text).toContain('It is five.');
    expect(log()).toEqual([expect.stringMatching(/^begun /), 'add 2 3']);

    const [first, second] = lab.upstream.requests;
    expect(speech.offered(first?.json)).toEqual(['mine', ...ALL]);
    expect(speech.offered(second?.json)).toEqual(['mine', ...ALL]);
    expect(first?.json).toMatchObject({ parallel_tool_calls: false });
    expect([speech.results(first?.json), speech.results(second?.json)]).toEqual([[], ['5']]);
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    expect(lab.upstream.violations).toEqual([]);

    const rows = await lab.newRows();
    const round = {
      verdict: 'filter',
      tiers: { requested: 'priority', sent: null },
      status: 200,
      error: null,
      partial: false,
    };
    expect(rows).toMatchObject([
      { ...round, tokens: { input: 120, output: 40 }, toolCalls: [] },
      { ...round, tokens: { input: 120, output: 40 }, toolCalls: [{ server: 'lab', tool: 'add', error: null }] },
    ]);
    expect(answer.header('x-tiergate-turn')).toBe(rows[1]?.id);
  });

  test('hands the tool its own calls, also where the model calls both at once', async () => {
    await start();
    lab.upstream.next(speech.calls(stream, [{ name: 'mine', arguments: '{}' }]));
    const own = await ask(speech, speech.request(stream, ['mine']));
    expect(speech.asks(own.text, stream)).toEqual(['mine']);
    lab.upstream.next(speech.calls(stream, [ADD, { name: 'mine', arguments: '{}' }]));
    const both = await ask(speech, speech.request(stream, ['mine']));
    expect(speech.asks(both.text, stream)).toEqual(['mine']);
    expect(both.text).not.toContain('tg_lab_add');
    expect(log().slice(1)).toEqual([]);
    expect(lab.upstream.requests.length).toBe(2);
  });

  test('never makes a call that was cut off', async () => {
    await start();
    lab.upstream.next(speech.calls(stream, [ADD], true));
    const answer = await ask(speech, speech.request(stream));
    expect(answer.text).not.toContain('tg_lab_add');
    expect(answer.text).toContain(speech === CHAT ? '"finish_reason":"length"' : 'incomplete');
    expect(log().slice(1)).toEqual([]);
  });

  test('passes an upstream’s error of a later round on', async () => {
    await start();
    lab.upstream.next(speech.calls(stream, [ADD]), { kind: 'error', status: 400 });
    expect((await ask(speech, speech.request(stream))).status).toBe(400);
    expect(await lab.newRows()).toMatchObject([{ status: 200 }, { status: 400, toolCalls: [{ tool: 'add' }] }]);
  });

  test('ends after so many rounds with an answer that cannot call', async () => {
    await start({ maxRounds: 2 });
    lab.upstream.next(speech.calls(stream, [ADD]), speech.calls(stream, [ADD]), DONE);
    const answer = await ask(speech, speech.request(stream));
    expect(answer.text).toContain('It is five.');
    const { last } = lab.upstream;
    expect([lab.upstream.requests.length, speech.offered(last.json), speech.results(last.json)]).toEqual([
      3,
      [],
      ['5', '5'],
    ]);
    expect((await lab.newRows()).map(({ toolCalls }) => toolCalls.length)).toEqual([0, 1, 1]);
  });
});

describe('a call', { timeout: 60_000 }, () => {
  test('beside words that are nested too deep to go up again still ends with an answer', async () => {
    await start({ maxRounds: 1 });
    const wish = RESPONSES.calls(false, [ADD]);
    const deep = '['.repeat(300) + ']'.repeat(300);
    lab.upstream.next({ ...wish, body: String(wish.body).replace('"summary":[]', `"summary":${deep}`) }, DONE);
    expect((await ask(RESPONSES, RESPONSES.request(false))).text).toContain('It is five.');
  });

  test.each<[string, string, RegExp, RegExp]>([
    ['that fails', 'tg_lab_fail', /^Error: .*it is broken/, /it is broken/],
    ['whose arguments are no JSON', 'tg_lab_add', /^Error: the arguments are not a JSON object$/, /arguments/],
    ['that never ends', 'tg_lab_wait', /^Error: .*timed out/i, /timed out/i],
  ])('%s is told to the model as an error, and recorded without any key', async (_, name, told, recorded) => {
    await start({ callSeconds: 1 });
    lab.upstream.next(RESPONSES.calls(false, [{ name, arguments: name === 'tg_lab_add' ? '{"a":' : '{}' }]), DONE);
    expect((await ask(RESPONSES, RESPONSES.request(false))).text).toContain('It is five.');
    const [result = ''] = RESPONSES.results(lab.upstream.last.json);
    expect(result).toMatch(told);
    const [, row] = await lab.newRows();
    expect(row?.toolCalls.map(({ server }) => server)).toEqual(['lab']);
    expect(row?.toolCalls[0]?.error).toMatch(recorded);
    expect(JSON.stringify(row) + result).not.toContain(FAKE_KEY);
  });

  test('sees of the environment only what is named', async () => {
    await start();
    lab.upstream.next(RESPONSES.calls(false, [{ name: 'tg_lab_see', arguments: '' }]), DONE);
    await ask(RESPONSES, RESPONSES.request(false));
    expect(RESPONSES.results(lab.upstream.last.json)).toEqual(['shown and nothing']);
  });

  test('goes to a server over HTTP too', async () => {
    const server = await startMcpHttp();
    await start({ servers: [{ name: 'far', url: server.url, allow: ['a*', 'fail'], deny: ['fail'] }] });
    lab.upstream.next(CHAT.calls(true, [{ ...ADD, name: 'tg_far_add' }]), DONE);
    expect((await ask(CHAT, CHAT.request(true))).text).toContain('It is five.');
    expect(CHAT.offered(lab.upstream.last.json)).toEqual(['tg_far_add']);
    expect(CHAT.results(lab.upstream.last.json)).toEqual(['5']);
    expect(server.asked).toBeGreaterThan(0);
    await server.close();
  });

  test('is offered under another name where the tool has that one', async () => {
    await start({ servers: [{ ...SERVER, allow: ['add'] }] });
    lab.upstream.next(CHAT.calls(false, [{ ...ADD, name: 'tg_lab_add_2' }]), CHAT.calls(false, [ADD]));
    const answer = await ask(CHAT, CHAT.request(false, ['tg_lab_add']));
    expect(CHAT.offered(lab.upstream.last.json)).toEqual(['tg_lab_add', 'tg_lab_add_2']);
    expect(CHAT.asks(answer.text, false)).toEqual(['tg_lab_add']);
    expect(log().slice(1)).toEqual(['add 2 3']);
  });

  test('works where Chat is translated for an account that speaks Responses only', async () => {
    await start({}, { speaks: ['responses'] });
    lab.upstream.next(RESPONSES.calls(true, [ADD]), DONE);
    expect((await ask(CHAT, CHAT.request(true))).text).toContain('It is five.');
    expect(lab.upstream.last.path).toBe('/v1/responses');
    expect(RESPONSES.results(lab.upstream.last.json)).toEqual(['5']);
  });
});

describe('nothing is offered', { timeout: 60_000 }, () => {
  test.each<[string, object, object]>([
    ['while it is switched off', { enabled: false }, {}],
    ['to another tool', { tools: ['other'] }, {}],
    ['where no server is', { servers: [] }, {}],
    ['where the tool wants no calls', {}, { tool_choice: 'none' }],
    ['where the tool wants one of its own', {}, { tool_choice: { type: 'function', name: 'mine' } }],
    ['in the background', {}, { background: true }],
    ['in a conversation that the provider keeps', {}, { conversation: 'conv_1' }],
  ])('%s: the body goes up as it came, and no server begins', async (_, mcp, more) => {
    await start(mcp);
    const body = JSON.stringify({ model: 'gpt-5.5', input: 'hi', ...more });
    expect((await send(lab.origin, { body })).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(body);
    expect(log()).toEqual([]);
  });

  test('by a server that cannot begin: the person is told, and the turn goes out all the same', async () => {
    await start({ servers: [{ name: 'dead', command: ['/nowhere/at-all'] }] });
    const body = '{"model":"gpt-5.5","input":"hi"}';
    expect((await send(lab.origin, { body })).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(body);
    const notices = (): string[] =>
      lab.gateway.runtime.status().notices.map(({ code, message }) => `${code} ${message}`);
    expect(notices()).toEqual([expect.stringMatching(/^mcp_failed .*dead \(.*ENOENT/)]);
    writeSettings(lab.gateway.home, { accounts: [accountAt(lab.upstream.baseUrl)], mcp: { enabled: true } });
    await expect.poll(notices, { timeout: 30_000 }).toEqual([]);
  });
});

describe('a server', { timeout: 60_000 }, () => {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const pid = (): number => Number(/^begun (\d+)/.exec(log()[0] ?? '')?.[1]);

  test('begins with the first turn, serves the next ones, and ends when it is taken out of the settings', async () => {
    await start();
    expect(log()).toEqual([]);
    await ask(RESPONSES, RESPONSES.request(false));
    await ask(RESPONSES, RESPONSES.request(false));
    expect(log().length).toBe(1);
    expect(isAlive(pid())).toBe(true);
    writeSettings(lab.gateway.home, { accounts: [accountAt(lab.upstream.baseUrl)], mcp: { enabled: true } });
    await expect.poll(() => isAlive(pid()), { timeout: 30_000 }).toBe(false);
    await ask(RESPONSES, RESPONSES.request(false));
    expect(RESPONSES.offered(lab.upstream.last.json)).toEqual([]);
  });

  test('is begun again after it has ended', async () => {
    await start();
    await ask(RESPONSES, RESPONSES.request(false));
    process.kill(pid());
    await expect.poll(() => isAlive(pid()), { timeout: 30_000 }).toBe(false);
    await expect
      .poll(
        async () => {
          await ask(RESPONSES, RESPONSES.request(false));
          return log().length;
        },
        { timeout: 30_000 },
      )
      .toBe(2);
    expect(RESPONSES.offered(lab.upstream.last.json)).toEqual(ALL);
  });

  test('ends with the gateway', async () => {
    await start();
    await ask(RESPONSES, RESPONSES.request(false));
    await lab.gateway.runtime.stop();
    await expect.poll(() => isAlive(pid()), { timeout: 30_000 }).toBe(false);
  });
});

describe('a tool that leaves', { timeout: 60_000 }, () => {
  test('ends its turn: no further call, no further round', async () => {
    await start({ callSeconds: 600 });
    lab.upstream.next(RESPONSES.calls(true, [{ name: 'tg_lab_wait', arguments: '{}' }, ADD]), DONE);
    const request = dial(lab.origin, { path: RESPONSES.path, body: RESPONSES.request(true) });
    request.on('error', () => undefined);
    await expect.poll(() => log().at(-1), { timeout: 30_000 }).toBe('wait');
    request.destroy();
    await expect.poll(() => lab.gateway.runtime.status().openTurns, { timeout: 30_000 }).toBe(0);
    expect(log().slice(1)).toEqual(['wait']);
    expect(lab.upstream.requests.length).toBe(1);
  });
});
