import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DRAIN_MS } from '../../src/main/gateway/socket-ending.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import type { Script } from '../fakes/provider-script.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { type SocketLab, type ToolSocket, startSocketLab } from './socket-lab.ts';

/** A tool's WebSocket in front of an upstream that only knows HTTP. */
let lab: SocketLab;

beforeAll(async () => {
  lab = await startSocketLab({ account: { sockets: 'http_bridge' } });
  lab.sockets.refuse = { kind: 'status', status: 404 };
});
afterEach(async () => {
  await lab.newRows();
  expect(lab.sockets.handshakes).toBe(0);
  expect(lab.upstream.violations).toEqual([]);
  lab.upstream.reset();
});
afterAll(() => lab.close());

const body = (): string => lab.upstream.last.body.toString();

test('a turn goes up as a streaming request made of the frame’s own bytes', async () => {
  const tool = await lab.open({ headers: { 'openai-beta': 'responses_websockets=2026-02-06', 'session-id': 's' } });
  tool.send('{"type":"response.create","model":"gpt-5.5","service_tier":"fast","x":1.0,"generate":true,"stream":true}');
  const event = await tool.event('response.completed');
  expect(body()).toBe('{"model":"gpt-5.5","x":1.0,"stream":true}');
  expect(lab.upstream.last.path).toBe('/v1/responses');
  expect(lab.upstream.last.header('openai-beta')).toEqual([]);
  expect(lab.upstream.last.header('session-id')).toEqual(['s']);
  expect(tool.events.map(({ type }) => type).slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
  expect(await lab.newRows()).toMatchObject([
    {
      transport: 'websocket',
      responseId: (event['response'] as { id: string }).id,
      verdict: 'filter',
      tiers: { requested: 'priority', sent: null, served: 'default' },
      tokens: { input: 120 },
    },
  ]);
  tool.webSocket.terminate();
});

test('turns of one lane run one after the other, and stream is asked for where it was not', async () => {
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  tool.send({ type: 'response.create', service_tier: 'scale', stream: false });
  await tool.event('response.completed', 2);
  expect(lab.upstream.requests.map((request) => request.body.toString())).toEqual([
    '{"model":"gpt-5.5","service_tier":"flex","stream":true}',
    '{"service_tier":"scale","stream":true,"model":"gpt-5.5"}',
  ]);
  expect((await lab.newRows()).map(({ tiers }) => tiers.sent)).toEqual(['flex', 'scale']);
  tool.webSocket.terminate();
});

test('prewarms that wait for a turn are all answered, however many, and then what stands behind them', async () => {
  const other = await startSocketLab({ account: { sockets: 'http_bridge' } });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  other.upstream.next({ kind: 'answer', pause: () => promise });
  const tool = await other.open();
  const prewarm = JSON.stringify({ type: 'response.create', model: 'gpt-5.5', generate: false });
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  for (let count = 0; count < 1000; count += 1) tool.send(prewarm);
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  await expect.poll(() => other.upstream.requests.length).toBe(1);
  resolve(undefined);
  await tool.event('response.completed', 1002);
  expect(other.upstream.last.body.toString()).toContain('"service_tier":"flex"');
  await other.close();
});

test('lanes keep their names', async () => {
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex', stream_id: 'a' });
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'scale', stream_id: 'b' });
  await tool.event('response.completed', 2);
  const rows = await lab.newRows();
  for (const lane of ['a', 'b']) {
    const end = tool.events.find(({ type, stream_id: name }) => type === 'response.completed' && name === lane);
    const { id } = end?.['response'] as { id: string };
    expect(rows.find(({ responseId }) => responseId === id)?.tiers.sent).toBe(lane === 'a' ? 'flex' : 'scale');
  }
  tool.webSocket.terminate();
});

describe('previous_response_id', () => {
  test('of a prewarm is resolved here, and the prewarm does not leave', async () => {
    const tool = await lab.open();
    await tool.turn({ generate: false, service_tier: 'flex', input: [{ role: 'developer', content: 'Be kind.' }] });
    expect(lab.upstream.requests).toHaveLength(0);
    const { response } = tool.events.at(-1) as unknown as { response: { id: string } };
    await tool.turn({ previous_response_id: response.id, input: [{ role: 'user', content: 'hi' }] });
    expect(body()).toBe(
      '{"model":"gpt-5.5","input":[{"role":"developer","content":"Be kind."},{"role":"user","content":"hi"}],"stream":true}',
    );
    expect((await lab.newRows()).map(({ tiers, tokens }) => [tiers.requested, tiers.sent, tokens.input])).toEqual([
      ['flex', null, 0],
      [null, null, 120],
    ]);
    tool.webSocket.terminate();
  });

  test('of prewarms that have grown beyond a request’s limit is refused, and the session goes on', async () => {
    const other = await startSocketLab({
      account: { sockets: 'http_bridge' },
      settings: { gateway: { bodyLimitMiB: 1 } },
    });
    const tool = await other.open();
    const input = [{ role: 'user', content: 'x'.repeat(600_000) }];
    await tool.turn({ generate: false, input });
    const { response } = tool.events.at(-1) as unknown as { response: { id: string } };
    tool.send({ type: 'response.create', model: 'gpt-5.5', generate: false, input, previous_response_id: response.id });
    expect(await tool.event('error')).toMatchObject({ status: 413, error: { code: 'body_too_large' } });
    await tool.turn({ previous_response_id: response.id, input: [] });
    expect(other.upstream.last.body.length).toBeGreaterThan(600_000);
    expect((await other.newRows()).map(({ error }) => error)).toEqual([null, 'body_too_large', null]);
    await other.close();
  });

  test('of another response is for a key account’s upstream to know', async () => {
    const tool = await lab.open();
    await tool.turn({ previous_response_id: 'resp_old' });
    expect(body()).toContain('"previous_response_id":"resp_old"');
    tool.webSocket.terminate();
  });

  test('of another response is refused in words where the upstream keeps nothing', async () => {
    const other = await startSocketLab({ account: { sockets: 'http_bridge', kind: 'oauth' } });
    const tool = await other.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', previous_response_id: 'resp_old' });
    expect(await tool.event('error')).toMatchObject({ status: 400, error: { code: 'previous_response_not_found' } });
    expect(other.upstream.requests).toEqual([]);
    await tool.turn();
    expect((await other.newRows()).map(({ error }) => error)).toEqual(['previous_response_not_found', null]);
    tool.send({ type: 'response.create', service_tier: 'flex', previous_response_id: 'resp_old' });
    await tool.event('error', 2);
    // Nothing left, so nothing is billed.
    expect(await other.newRows()).toMatchObject([
      { keyFingerprint: null, tiers: { requested: 'flex', sent: null, billed: null } },
    ]);
    const { sessions } = await other.gateway.client.call('status.get');
    expect(sessions[0]?.tiers).toEqual([null, null, null]);
    await other.close();
  });
});

test('a block is told as on any other session', async () => {
  await lab.gateway.client.call('policy.set', { policy: { rules: [{ serviceTier: 'scale', action: 'block' }] } });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'scale' });
  expect(await tool.closed).toMatchObject({ code: 1008, before: 1 });
  expect(lab.upstream.requests).toEqual([]);
});

test.each([
  [401, 502],
  [400, 400],
  [429, 429],
  [500, 500],
])('an upstream’s %i becomes an error event with status %i, and the session goes on', async (status, told) => {
  lab.upstream.next({ kind: 'error', status, quotesKey: true });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  const event = await tool.event('error');
  expect(event).toMatchObject({ status: told });
  expect(JSON.stringify(event)).not.toContain('sk-fake-provider-key-0001');
  await tool.turn();
  expect((await lab.newRows()).map((row) => [row.status, row.error, row.partial])).toEqual([
    [told, `upstream_${status}`, false],
    [200, null, false],
  ]);
  tool.webSocket.terminate();
});

describe('an answer that names no response gives its seat back, and the session goes on', () => {
  const nameless = (data: object): Script => ({ kind: 'answer', events: [{ name: null, data: JSON.stringify(data) }] });
  test.each<[what: string, script: Script, type: string, row: object]>([
    ['a page', { kind: 'error', status: 200, body: '<p>sign in</p>' }, 'error', { status: 502, partial: false }],
    ['another object', { kind: 'error', status: 200, body: '{"a":1}' }, 'error', { status: 502, partial: false }],
    [
      'an end without an id',
      nameless({ type: 'response.completed', response: {} }),
      'response.completed',
      { error: 'upstream_cut', partial: true },
    ],
    [
      'an error in a stream',
      nameless({ type: 'error', code: 'odd' }),
      'error',
      { status: null, error: 'odd', partial: true },
    ],
  ])('%s', async (_, script, type, row) => {
    lab.upstream.next(script);
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5' });
    await tool.event(type);
    await expect.poll(() => lab.newRows()).toMatchObject([row]);
    const { accounts } = await lab.gateway.client.call('status.get');
    expect(accounts[0]?.openTurns).toBe(0);
    await tool.turn();
    tool.webSocket.terminate();
  });
});

describe('an answer that came coded although nobody asked for it', () => {
  test.each(['gzip', 'deflate', 'br', 'zstd'] as const)('is read like any other: %s', async (coding) => {
    const tool = await lab.open();
    for (const writes of ['events', 7] as const) {
      lab.upstream.next({ kind: 'answer', coding, writes });
      tool.send({ type: 'response.create', model: 'gpt-5.5' });
    }
    await tool.event('response.completed', 2);
    const row = { tokens: { input: 120, output: 40 }, tiers: { served: 'default' }, partial: false, error: null };
    expect(await lab.newRows()).toMatchObject([row, row]);
    tool.webSocket.terminate();
  });

  test.each<[what: string, script: Script, row: object]>([
    [
      'in a coding that cannot be read',
      { kind: 'answer', headers: { 'content-encoding': 'rot13' } },
      { status: 502, error: 'upstream_unreachable' },
    ],
    [
      'in another coding than it says',
      { kind: 'answer', headers: { 'content-encoding': 'gzip' } },
      { partial: true, error: 'upstream_cut' },
    ],
    ['and broke off', { kind: 'answer', coding: 'gzip', cutAfter: 5 }, { partial: true, error: 'upstream_cut' }],
  ])('%s is told as what it is', async (_, script, row) => {
    lab.upstream.next(script);
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5' });
    await expect.poll(() => lab.newRows()).toMatchObject([row]);
    tool.webSocket.terminate();
  });
});

test('an error whose body never ends is one all the same, and is not read on', async () => {
  const left = Promise.withResolvers<undefined>();
  const endless = await startRawUpstream((socket) => {
    socket.on('close', () => {
      left.resolve(undefined);
    });
    const piece = chunk(Buffer.alloc(256 * 1024, 'x'));
    const more = (): void => {
      if (!socket.destroyed) socket.write(piece, more);
    };
    socket.write(answerText(['500 Busy', 'transfer-encoding: chunked']), more);
  });
  const other = await startSocketLab({ account: { baseUrl: endless.baseUrl, sockets: 'http_bridge' } });
  const tool = await other.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  expect(await tool.event('error')).toMatchObject({ status: 500, error: { code: 'upstream_500' } });
  await left.promise;
  expect(await other.newRows()).toMatchObject([{ status: 500, error: 'upstream_500' }]);
  await other.close();
  await endless.close();
});

test('an error that comes drop by drop is told as far as it came in ten seconds', async () => {
  const timers = new FakeTimers();
  const left = Promise.withResolvers<undefined>();
  const dripping = await startRawUpstream((socket) => {
    socket.on('close', () => {
      left.resolve(undefined);
    });
    socket.write(answerText(['429 Slow down', 'content-type: application/json', 'transfer-encoding: chunked']));
    socket.write(chunk('{"error":'));
  });
  const other = await startSocketLab({
    account: { baseUrl: dripping.baseUrl, sockets: 'http_bridge' },
    runtime: { after: timers.after },
  });
  const tool = await other.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  await expect
    .poll(() => {
      timers.pass(10_000);
      return tool.events.length;
    })
    .toBe(1);
  expect(await tool.event('error')).toMatchObject({ status: 429, error: { code: 'upstream_429' } });
  await left.promise;
  expect(await other.newRows()).toMatchObject([{ status: 429, error: 'upstream_429' }]);
  await other.close();
  await dripping.close();
});

test('an answer that breaks off ends the session with 1011', async () => {
  lab.upstream.next({ kind: 'answer', cutAfter: 5 });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  expect(await tool.closed).toMatchObject({ code: 1011 });
  expect(await lab.newRows()).toMatchObject([{ partial: true, error: 'upstream_cut' }]);
});

test('a tool that leaves ends the request', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? promise : undefined) });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  await tool.event('response.created');
  tool.webSocket.terminate();
  await lab.upstream.left(1);
  resolve(undefined);
  await expect.poll(() => lab.newRows()).toMatchObject([{ partial: true, error: 'tool_left' }]);
});

test('response.cancel gives the request up', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? promise : undefined) });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  await tool.event('response.created');
  tool.send({ type: 'response.cancel' });
  await tool.event('response.cancelled');
  await lab.upstream.left(1);
  resolve(undefined);
  expect(await lab.newRows()).toMatchObject([{ partial: false, tiers: { sent: 'flex' } }]);
  tool.webSocket.terminate();
});

test('a turn that still waits for the one before it has sent nothing when the tool leaves', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? promise : undefined) });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'auto' });
  await tool.event('response.created');
  tool.webSocket.terminate();
  await lab.upstream.left(1);
  resolve(undefined);
  let rows: Awaited<ReturnType<SocketLab['newRows']>> = [];
  await expect.poll(async () => (rows = [...rows, ...(await lab.newRows())])).toHaveLength(2);
  expect(rows.map(({ tiers, keyFingerprint }) => [tiers.requested, tiers.sent, keyFingerprint === null])).toEqual([
    ['flex', 'flex', false],
    ['auto', null, true],
  ]);
});

test('response.cancel before the first event ends that very turn', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 0 ? promise : undefined) });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'flex' });
  await lab.upstream.requested(1);
  tool.send({ type: 'response.cancel' });
  await tool.event('response.cancelled');
  resolve(undefined);
  await tool.turn({ service_tier: 'auto' });
  expect((await lab.newRows()).map(({ tiers, tokens }) => [tiers.sent, tokens.input])).toEqual([
    ['flex', null],
    ['auto', 120],
  ]);
  tool.webSocket.terminate();
});

test('an event that only mentions a cancel is none', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? promise : undefined) });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5' });
  await tool.event('response.created');
  tool.send({ type: 'response.steer', item: { type: 'response.cancel' } });
  expect(await tool.event('error')).toMatchObject({ error: { code: 'unsupported_event' } });
  resolve(undefined);
  await tool.event('response.completed');
  tool.webSocket.terminate();
});

describe('a turn names the model it was judged by', () => {
  const rules = [{ serviceTier: 'priority', action: 'filter', models: ['dear'], fallbackAction: 'pass' }];
  const bodies = (): string[] => lab.upstream.requests.map((request) => request.body.toString());

  beforeAll(() => lab.gateway.client.call('policy.set', { policy: { rules } }));

  test('also where an earlier turn named another', async () => {
    const tool = await lab.open();
    tool.send({ type: 'response.steer', model: 'cheap' });
    await tool.turn({ model: 'dear' });
    tool.send({ type: 'response.create', service_tier: 'priority' });
    await tool.event('response.completed', 2);
    expect(bodies()[1]).toBe('{"service_tier":"priority","stream":true,"model":"cheap"}');
    tool.webSocket.terminate();
  });

  test('also where it names it inside response', async () => {
    const tool = await lab.open();
    await tool.turn({ model: 'dear' });
    tool.send({ type: 'response.create', service_tier: 'priority', response: { model: 'cheap' } });
    await tool.event('response.completed', 2);
    expect(bodies()[1]).not.toContain('priority');
    tool.webSocket.terminate();
  });

  test('also where the session’s model changes while it waits', async () => {
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'cheap', input: [] });
    tool.send({ type: 'response.create', service_tier: 'priority' });
    tool.send({ type: 'session.update', session: { model: 'dear' } });
    await tool.event('response.completed', 2);
    expect(bodies()[1]).toBe('{"service_tier":"priority","stream":true,"model":"cheap"}');
    tool.webSocket.terminate();
  });

  test('and the hint of the handshake speaks for none', async () => {
    const tool = await lab.open({ headers: { 'x-codex-routing-hint': 'model=cheap;tier=priority' } });
    await tool.turn({ model: 'dear', service_tier: 'priority' });
    expect(bodies()).toEqual(['{"model":"dear","input":[],"stream":true}']);
    expect(lab.upstream.last.header('x-codex-routing-hint')).toEqual([]);
    tool.webSocket.terminate();
  });
});

test('every request of a session is dumped where the person wants that, and no key is in it', async () => {
  await lab.gateway.client.call('settings.set', {
    section: 'dump',
    value: { enabled: true, maxKiB: 64, maxFiles: 100, maxAgeHours: 1 },
  });
  lab.upstream.next({ kind: 'error', status: 400, quotesKey: true }, { kind: 'answer' });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', service_tier: 'fast', input: 'first words' });
  await tool.event('error');
  await tool.turn({ input: 'second words' });
  const rows = await lab.newRows();
  const dumps = async (): Promise<{ request: string; response: string }[]> => {
    const all = await Promise.all(rows.map(({ id }) => lab.gateway.client.call('dump.get', { turn: id })));
    return all.flatMap(({ attempts }) => attempts);
  };
  await expect.poll(async () => (await dumps()).map(({ response }) => response !== '')).toEqual([true, true]);
  const [first, second] = await dumps();
  expect(first?.request).toContain('POST http://127.0.0.1');
  expect(first?.request).toContain('first words');
  expect(first?.request).not.toContain('fast');
  expect(first?.response).toMatch(/^HTTP\/1.1 400/);
  expect(second?.request).toContain('second words');
  expect(second?.response).toContain('response.completed');
  expect(JSON.stringify([first, second])).not.toContain(FAKE_KEY);
  tool.webSocket.terminate();
});

test.each<[string, (tool: ToolSocket) => Promise<unknown>]>([
  [
    'a frame was blocked',
    (tool) => {
      tool.send({ type: 'response.create', model: 'gpt-5.5', input: [], service_tier: 'ultrafast' });
      return tool.event('error');
    },
  ],
  [
    'its tool has left',
    (tool) => {
      tool.webSocket.terminate();
      return tool.closed;
    },
  ],
])('nothing that waits in a session goes up once %s', async (_, end) => {
  const timers = new FakeTimers();
  const other = await startSocketLab({ account: { sockets: 'http_bridge' }, runtime: { after: timers.after } });
  const policy = { rules: [{ serviceTier: 'ultrafast', action: 'block' }] };
  await other.gateway.client.call('policy.set', { policy });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  other.upstream.next({ kind: 'answer', pause: () => promise });
  const tool = await other.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
  tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
  await expect.poll(() => other.upstream.requests.length).toBe(1);
  await expect.poll(() => other.gateway.runtime.status().openTurns).toBe(2);
  await end(tool);
  resolve(undefined);
  // The first turn may end; only then would the second one have begun.
  await expect.poll(() => other.gateway.runtime.status().openTurns).toBe(1);
  timers.pass(DRAIN_MS);
  await expect.poll(() => other.gateway.runtime.status().openTurns).toBe(0);
  expect(other.upstream.requests).toHaveLength(1);
  const waited = (await other.newRows()).filter(({ verdict, sentAt }) => verdict !== 'block' && sentAt === null);
  expect(waited).toMatchObject([{ partial: true, status: null }]);
  tool.webSocket.terminate();
  await other.close();
});

describe('a turn that waits for another does not leave by a verdict of before', () => {
  test('since a rule that let it pass has ended', async () => {
    let now = Date.parse('2026-11-24T21:00:00Z');
    const other = await startSocketLab({ account: { sockets: 'http_bridge' }, runtime: { now: () => now } });
    const until = new Date(now + 60_000).toISOString();
    const rules = [
      { serviceTier: 'priority', action: 'pass', until },
      { serviceTier: 'priority', action: 'block' },
    ];
    await other.gateway.client.call('policy.set', { policy: { rules } });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    other.upstream.next({ kind: 'answer', pause: () => promise });
    const tool = await other.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [], service_tier: 'priority' });
    await expect.poll(() => other.gateway.runtime.status().openTurns).toBe(2);
    await expect.poll(() => other.upstream.requests.length).toBe(1);
    now += 60_000;
    resolve(undefined);
    expect(await tool.event('error')).toMatchObject({ error: { code: 'policy_changed' } });
    expect(other.upstream.requests).toHaveLength(1);
    tool.webSocket.terminate();
    await other.close();
  });

  const FAST = { rules: [{ serviceTier: 'priority', action: 'block' }] };
  test.each<[string, (other: SocketLab) => Promise<unknown>, string]>([
    ['the policy', (other) => other.gateway.client.call('policy.set', { policy: FAST }), 'policy_changed'],
    ['a pause', (other) => other.gateway.client.call('gateway.pause', {}), 'gateway_paused'],
    ['its key', (other) => other.gateway.client.call('tool.revoke', { name: 'lab' }), 'local_key_invalid'],
  ])('since %s has changed', async (_, change, code) => {
    const other = await startSocketLab({ account: { sockets: 'http_bridge' } });
    await other.gateway.client.call('policy.set', { policy: { rules: [] } });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    other.upstream.next({ kind: 'answer', pause: () => promise });
    const tool = await other.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [], service_tier: 'priority' });
    await expect.poll(() => other.upstream.requests.length).toBe(1);
    // What was said has been judged, and stands behind the first turn.
    await expect.poll(() => other.gateway.runtime.status().openTurns).toBe(2);
    await change(other);
    resolve(undefined);
    expect(await tool.event('error')).toMatchObject({ error: { code } });
    expect(other.upstream.requests).toHaveLength(1);
    const rows = await other.newRows();
    expect(rows.map(({ sentAt, error }) => [sentAt === null, error])).toEqual([
      [false, null],
      [true, code],
    ]);
    tool.webSocket.terminate();
    await other.close();
  });
});
