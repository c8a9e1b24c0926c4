import { afterEach, describe, expect, test } from 'vitest';
import { type McpHttp, startMcpHttp } from '../fakes/mcp-http.ts';
import type { AnswerScript } from '../fakes/provider-script.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { CHAT, RESPONSES } from '../fakes/tool-speech.ts';
import { type Lab, type LabOptions, startLab } from './lab.ts';
import { begin, send } from './tool.ts';

/** What a tool that streams sees while its turn runs in rounds. */
let lab: Lab;
let server: McpHttp;

afterEach(async () => {
  await lab.close();
  await server.close();
});

async function start(mcp: object, runtime: LabOptions['runtime'] = {}): Promise<void> {
  server = await startMcpHttp();
  lab = await startLab({
    settings: { mcp: { enabled: true, servers: [{ name: 'far', url: server.url }], ...mcp } },
    runtime,
  });
}

const ADD = { name: 'tg_far_add', arguments: '{"a":2,"b":3}' };
const DONE: AnswerScript = { kind: 'answer', text: 'It is five.', deltas: 1 };
const BODY = RESPONSES.request(true);

describe('a stream', { timeout: 60_000 }, () => {
  test('is kept alive from when the upstream has begun to answer', async () => {
    const timers = new FakeTimers();
    await start({}, { after: timers.after });
    const first = Promise.withResolvers<undefined>();
    const second = Promise.withResolvers<undefined>();
    lab.upstream.next(
      { ...RESPONSES.calls(true, [ADD]), pause: (event) => (event === 1 ? first.promise : undefined) },
      { ...DONE, pause: (event) => (event === 0 ? second.promise : undefined) },
    );
    const begun = begin(lab.origin, { body: BODY });
    await lab.upstream.requested(1);
    // The head of the upstream's answer has to be here before it can be known that it is a good one.
    const beat = setInterval(() => {
      timers.pass(10_000);
    }, 20);
    const answer = await begun;
    clearInterval(beat);
    expect([answer.status, answer.header('content-type')]).toEqual([200, 'text/event-stream']);
    expect((await answer.piece())?.toString()).toMatch(/^(:\n\n)+$/);
    first.resolve(undefined);
    await lab.upstream.requested(2);
    second.resolve(undefined);
    const { text, broken } = await answer.whole();
    expect(text).toMatch(/^(:\n\n)*event: response\.created\n/);
    expect(text).toContain('It is five.');
    expect(text).not.toContain('function_call');
    expect(broken).toBe(false);
  });

  test('that has been kept alive says in its last event what went wrong', async () => {
    const timers = new FakeTimers();
    await start({}, { after: timers.after });
    const first = Promise.withResolvers<undefined>();
    lab.upstream.next(
      { ...RESPONSES.calls(true, [ADD]), pause: (event) => (event === 1 ? first.promise : undefined) },
      { kind: 'error', status: 400, body: '{"error":{"message":"no such thing"}}' },
    );
    const begun = begin(lab.origin, { body: BODY });
    await lab.upstream.requested(1);
    const beat = setInterval(() => {
      timers.pass(10_000);
    }, 20);
    const answer = await begun;
    clearInterval(beat);
    first.resolve(undefined);
    const { text } = await answer.whole();
    expect(text).toMatch(/event: response\.failed\ndata: .*no such thing.*\n\n$/);
  });

  test('that breaks off breaks off for the tool, with what has come of it', async () => {
    await start({});
    lab.upstream.next(RESPONSES.calls(true, [ADD]), { ...DONE, cutAfter: 3 });
    const { text, broken } = await send(lab.origin, { body: BODY });
    expect(broken).toBe(true);
    expect(text).toContain('response.created');
    expect((await lab.newRows()).map(({ partial }) => partial)).toEqual([false, true]);
  });

  test('that is longer than what can be held comes as it comes', async () => {
    await start({});
    lab.upstream.next({ kind: 'answer', textLength: 18 * 1024 * 1024, deltas: 18 });
    const answer = await send(lab.origin, { path: CHAT.path, body: CHAT.request(true) });
    expect(answer.body.length).toBeGreaterThan(18 * 1024 * 1024);
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await lab.newRows()).toMatchObject([{ status: 200, partial: false }]);
  });

  test('ends when the time for calls is used up, with what the model says without them', async () => {
    let time = Date.now();
    await start({ maxSeconds: 60 }, { now: () => time });
    lab.upstream.next(() => {
      time += 61_000;
      return RESPONSES.calls(true, [ADD]);
    }, DONE);
    expect((await send(lab.origin, { body: BODY })).text).toContain('It is five.');
    const { last } = lab.upstream;
    expect([RESPONSES.offered(last.json), RESPONSES.results(last.json)]).toEqual([
      [],
      ['Error: there is no time left for calls'],
    ]);
    const [, row] = await lab.newRows();
    expect(row?.toolCalls).toEqual([{ server: 'far', tool: 'add', took: 0, error: 'there is no time left for calls' }]);
  });
});
