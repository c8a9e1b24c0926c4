import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_KEY, accountAt } from '../fakes/gateway.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { DIAL_TIMEOUT_MS } from '../../src/main/upstream/dial.ts';
import { DRAIN_MS } from '../../src/main/gateway/socket-ending.ts';
import { request, speak, statuses } from './raw-socket.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { send } from './tool.ts';

let lab: SocketLab;
const timers = new FakeTimers();

beforeAll(async () => {
  lab = await startSocketLab({
    runtime: { after: timers.after },
    sockets: {
      headers: [
        'x-codex-turn-state: state-1',
        'openai-model: gpt-5.5',
        'x-request-id: req_1',
        'x-ratelimit-remaining-requests: 9',
        'set-cookie: a=b',
      ],
    },
  });
});
afterEach(async () => {
  lab.sockets.refuse = null;
  await lab.newRows();
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(async () => {
  // Sessions whose tool has left in the middle of a turn would wait for its end, by a clock that stands still.
  timers.pass(DRAIN_MS);
  await lab.close();
});

describe('the handshake', () => {
  test.each(['/v1/responses', '/responses', '/v1/responses?client=1', '/v1/realtime?model=gpt-5.5', '/realtime'])(
    'opens %s at the upstream and carries what belongs to it both ways',
    async (path) => {
      const tool = await lab.open({
        path,
        headers: {
          'openai-beta': 'responses_websockets=2026-02-06',
          'x-codex-turn-metadata': '{"a":1}',
          'session-id': 's',
          'thread-id': 't',
          originator: 'codex_exec',
          cookie: 'a=b',
          'x-forwarded-for': '1.2.3.4',
          'x-tiergate-debug': '1',
        },
      });
      const { request: seen } = lab.sockets.last;
      expect(seen.path).toBe(path.startsWith('/v1') ? path : `/v1${path}`);
      const header = (name: string): string | undefined => seen.header(name)[0];
      expect(header('openai-beta')).toBe('responses_websockets=2026-02-06');
      expect(header('x-codex-turn-metadata')).toBe('{"a":1}');
      expect(header('session-id')).toBe('s');
      expect(header('thread-id')).toBe('t');
      expect(header('originator')).toBe('codex_exec');
      expect(header('sec-websocket-extensions')).toBeUndefined();
      expect(header('sec-websocket-protocol')).toBeUndefined();
      expect(tool.headers).toMatchObject({
        'x-codex-turn-state': 'state-1',
        'openai-model': 'gpt-5.5',
        'x-request-id': 'req_1',
        'x-ratelimit-remaining-requests': '9',
      });
      expect(tool.headers['set-cookie']).toBeUndefined();
      tool.webSocket.terminate();
    },
  );

  test('carries the upstream’s choice of subprotocol, and no key among the offers', async () => {
    const tool = await lab.open({ protocols: ['realtime', `openai-insecure-api-key.${LOCAL_KEY}`, 'beta'] });
    expect(lab.sockets.last.request.header('sec-websocket-protocol')).toEqual(['realtime, beta']);
    expect(tool.webSocket.protocol).toBe('realtime');
    tool.webSocket.terminate();
  });

  test('leaves a local key out of the query', async () => {
    const tool = await lab.open({ path: `/v1/responses?api_key=${LOCAL_KEY}&x=1` });
    expect(lab.sockets.last.request.path).toBe('/v1/responses?x=1');
    tool.webSocket.terminate();
  });

  test.each([
    ['no key', { authorization: '' }, 401],
    ['a wrong key', { authorization: 'Bearer tg-wrong' }, 401],
    ['a web page’s origin', { origin: 'https://evil.example' }, 403],
  ])('is refused with %s', async (_, headers, status) => {
    const before = lab.sockets.handshakes;
    expect((await lab.refused({ headers })).status).toBe(status);
    expect(lab.sockets.handshakes).toBe(before);
  });

  const upgrade = (...lines: string[]): string =>
    request([
      'GET /v1/responses HTTP/1.1',
      `Host: ${new URL(lab.origin).host}`,
      `Authorization: Bearer ${LOCAL_KEY}`,
      'Connection: Upgrade',
      ...lines,
    ]);
  const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const VERSION = 'Sec-WebSocket-Version: 13';

  test.each([
    ['another protocol', ['Upgrade: h2c', KEY, VERSION], 426],
    ['no key of the protocol', ['Upgrade: websocket', VERSION], 400],
    ['a wrong one', ['Upgrade: websocket', 'Sec-WebSocket-Key: x', VERSION], 400],
    ['an old version', ['Upgrade: websocket', KEY, 'Sec-WebSocket-Version: 8'], 400],
    ['a body', ['Upgrade: websocket', KEY, VERSION, 'Content-Length: 5'], 400],
    ['the local key twice', ['Upgrade: websocket', KEY, VERSION, `Authorization: Bearer ${LOCAL_KEY}`], 400],
  ])('is refused with %s', async (_, lines, status) => {
    const before = lab.sockets.handshakes;
    expect(statuses(await speak(lab.origin, upgrade(...lines)))).toEqual([status]);
    expect(lab.sockets.handshakes).toBe(before);
  });

  test('is refused as POST', async () => {
    const before = lab.sockets.handshakes;
    const heard = await speak(lab.origin, upgrade('Upgrade: websocket', KEY, VERSION).replace('GET', 'POST'));
    expect(statuses(heard)).toEqual([400]);
    expect(lab.sockets.handshakes).toBe(before);
  });

  test.each(['/v1/responses', '/responses', '/v1/realtime', '/realtime'])(
    'is asked for by a plain GET %s',
    async (path) => {
      const answer = await send(lab.origin, { path, method: 'GET', body: '' });
      expect(answer.status).toBe(426);
      expect(answer.error).toMatchObject({
        type: 'invalid_request_error',
        message: 'WebSocket upgrade required (Upgrade: websocket)',
      });
    },
  );
});

describe('an upstream that will not have it', () => {
  test.each([400, 401, 403, 404, 429, 500, 503, 200, 307])('with status %i gives the tool 426', async (status) => {
    lab.sockets.refuse = {
      kind: 'status',
      status,
      body: '{"error":{"message":"key sk-fake-provider-key-0001"}}',
      headers: 'location: /elsewhere\r\n',
    };
    const before = lab.sockets.handshakes;
    const answer = await lab.refused();
    expect(answer.status).toBe(426);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'upstream_error', code: 'upgrade_refused' } });
    expect(answer.body).toContain(`status ${status}`);
    expect(answer.body).not.toContain('sk-fake');
    expect(lab.sockets.handshakes).toBe(before + 1);
  });

  const bad = (...lines: string[]): string =>
    ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ...lines, '', ''].join('\r\n');

  test.each([
    ['by resetting', { kind: 'reset' } as const],
    ['with a wrong accept', { kind: 'raw', bytes: bad('Sec-WebSocket-Accept: nonsense') } as const],
    ['with no accept', { kind: 'raw', bytes: bad() } as const],
    ['with another protocol', { kind: 'raw', bytes: bad().replace('Upgrade: websocket', 'Upgrade: h2c') } as const],
    ['with garbage', { kind: 'raw', bytes: 'garbage\r\n\r\n' } as const],
  ])('%s gives 502', async (_, refuse) => {
    lab.sockets.refuse = refuse;
    const answer = await lab.refused();
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'upstream_unreachable' } });
  });

  test('by silence gives 504 after ten seconds', async () => {
    lab.sockets.refuse = { kind: 'silence' };
    const dialled = lab.sockets.dialled(lab.sockets.handshakes + 1);
    const answer = lab.refused();
    await dialled;
    timers.pass(DIAL_TIMEOUT_MS);
    expect((await answer).status).toBe(504);
  });

  test('because nobody listens gives 502', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const other = await startSocketLab({ settings: { accounts: [accountAt(`http://127.0.0.1:${port}/v1`)] } });
    expect((await other.refused()).status).toBe(502);
    await other.close();
  });

  test('is not waited for when the tool has left', async () => {
    lab.sockets.refuse = { kind: 'silence' };
    const waiting = timers.waiting;
    const dialled = lab.sockets.dialled(lab.sockets.handshakes + 1);
    const opening = lab.open();
    await dialled;
    expect(timers.waiting).toBe(waiting + 1);
    opening.catch(() => undefined);
    await lab.leave();
    await expect.poll(() => timers.waiting).toBe(waiting);
  });
});

describe('the routing hint', () => {
  test.each([
    ['model=gpt-5.5;tier=priority', ['model=gpt-5.5']],
    ['tier=fast', []],
    ['model=gpt-5.5;tier=flex', ['model=gpt-5.5;tier=flex']],
    ['model=gpt-5.5', ['model=gpt-5.5']],
    // A tier without a model cannot be judged by rules for models.
    ['tier=flex', []],
    ['model=gpt-5.5;t%69er=priority', ['model=gpt-5.5']],
    ['model=gpt-5.5;tier%3Dpriority', ['model=gpt-5.5']],
    ['model=gpt-5.5;tier:priority', ['model=gpt-5.5']],
    ['model=gpt-5.5;"tier":"fast"', ['model=gpt-5.5']],
    ['model=gpt-5.5 tier=priority', []],
  ])('%s goes up as %j', async (hint, expected) => {
    const tool = await lab.open({ headers: { 'x-codex-routing-hint': hint } });
    expect(lab.sockets.last.request.header('x-codex-routing-hint')).toEqual(expected);
    tool.webSocket.terminate();
  });

  test('names no dear tier that passes for one model only, since frames may name others', async () => {
    const { client } = lab.gateway;
    const before = await client.call('policy.get');
    await client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'priority', action: 'filter', models: ['gpt-5.5'] }] },
    });
    const tool = await lab.open({ headers: { 'x-codex-routing-hint': 'model=cheap;tier=priority' } });
    expect(lab.sockets.last.request.header('x-codex-routing-hint')).toEqual(['model=cheap']);
    tool.webSocket.terminate();
    await client.call('policy.set', { policy: before });
  });

  test('that is blocked refuses the handshake, and leaves a row', async () => {
    const { client } = lab.gateway;
    const before = await client.call('policy.get');
    await client.call('policy.set', { policy: { rules: [{ serviceTier: 'priority', action: 'block' }] } });
    const handshakes = lab.sockets.handshakes;
    const headers = { 'x-codex-routing-hint': 'model=gpt-5.5;tier=priority' };
    expect((await lab.refused({ headers })).status).toBe(403);
    expect((await lab.refused({ headers: { ...headers, originator: 'codex_exec' } })).status).toBe(426);
    expect(lab.sockets.handshakes).toBe(handshakes);
    expect(await lab.newRows()).toMatchObject([{ verdict: 'block' }, { verdict: 'block' }]);
    await client.call('policy.set', { policy: before });
  });
});

test('a token for fast mode stays here, since no frame could take it back', async () => {
  const tool = await lab.open({ headers: { 'anthropic-beta': 'a-1, fast-mode-2026-02-01' } });
  expect(lab.sockets.last.request.header('anthropic-beta')).toEqual(['a-1']);
  tool.webSocket.terminate();
});

describe('the first message', () => {
  test.each([
    ['no JSON', 'hello', 'invalid JSON payload'],
    ['no model', { type: 'response.create' }, 'model is required in first response.create payload'],
    ['a blank model', { type: 'x', model: ' ' }, 'model is required in first response.create payload'],
    ['a model that is a number', { type: 'x', model: 5 }, 'model is required in first response.create payload'],
    [
      'a message’s id',
      { type: 'response.create', model: 'm', previous_response_id: ' MSG_1 ' },
      'previous_response_id must be a response.id (resp_*), not a message id',
    ],
  ])('with %s closes 1008', async (_, frame, reason) => {
    const tool = await lab.open();
    tool.send(frame);
    expect(await tool.closed).toMatchObject({ code: 1008, reason });
    await lab.sockets.last.ended();
    expect(lab.sockets.last.messages).toEqual([]);
  });

  test('is waited for thirty seconds', async () => {
    const tool = await lab.open();
    timers.pass(30_000);
    expect(await tool.closed).toEqual({ code: 1008, reason: 'missing first response.create message', before: 0 });
  });

  test('may name any other id', async () => {
    const tool = await lab.open();
    await tool.turn({ previous_response_id: 'something-else' });
    tool.webSocket.terminate();
  });
});

describe('realtime', () => {
  test('waits for no first message and asks for no model in it', async () => {
    const tool = await lab.open({ path: '/v1/realtime?model=gpt-5.5' });
    timers.pass(60_000);
    tool.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
    await lab.sockets.last.received(1);
    tool.webSocket.terminate();
  });

  test.each([
    ['model=a&model=b', 400],
    ['model=a&Model=a', 400],
    ['model=a&%6dodel=b', 400],
    ['model=a;model=b', 400],
    ['service_tier=priority', 400],
  ])('refuses the query %s', async (query, status) => {
    expect((await lab.refused({ path: `/v1/realtime?${query}` })).status).toBe(status);
  });

  test('judges by the model of the query, until the upstream names another', async () => {
    const { client } = lab.gateway;
    const before = await client.call('policy.get');
    await client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'priority', action: 'filter', models: ['dear*'] }] },
    });
    const tool = await lab.open({ path: '/v1/realtime?model=dear-1' });
    const upstream = lab.sockets.last;
    lab.sockets.script = () => null;
    const wish = '{"type":"response.create","response":{"service_tier":"priority"}}';
    tool.send(wish);
    expect((await upstream.received(1)).text).toBe('{"type":"response.create","response":{}}');
    upstream.send({ type: 'session.updated', session: { model: 'cheap' } });
    await tool.event('session.updated');
    tool.send(wish);
    expect((await upstream.received(2)).text).toBe(wish);
    upstream.send({ type: 'session.created', session: { model: 'dear-2' } });
    await tool.event('session.created');
    tool.send(wish);
    expect((await upstream.received(3)).text).toBe('{"type":"response.create","response":{}}');
    lab.sockets.script = () => ({ kind: 'answer' });
    tool.webSocket.terminate();
    await tool.closed;
    await client.call('policy.set', { policy: before });
  });

  test('judges by the model that runs as well, whatever a frame says of another', async () => {
    const { client } = lab.gateway;
    const before = await client.call('policy.get');
    const rule = { serviceTier: 'priority', action: 'filter', models: ['dear*'] };
    await client.call('policy.set', { policy: { rules: [rule] } });
    const tool = await lab.open({ path: '/v1/realtime?model=dear-1' });
    const upstream = lab.sockets.last;
    lab.sockets.script = () => null;
    tool.send('{"type":"response.create","model":"cheap","response":{"service_tier":"priority"}}');
    tool.send('{"type":"response.create","response":{"model":"cheap","service_tier":"priority"}}');
    tool.send('{"type":"session.update","session":{"model":"cheap"}}');
    tool.send('{"type":"response.create","response":{"service_tier":"priority"}}');
    await upstream.received(4);
    expect(upstream.messages.map(({ text }) => text)).toEqual([
      '{"type":"response.create","model":"cheap","response":{}}',
      '{"type":"response.create","response":{"model":"cheap"}}',
      '{"type":"session.update","session":{"model":"cheap"}}',
      '{"type":"response.create","response":{}}',
    ]);
    lab.sockets.script = () => ({ kind: 'answer' });
    tool.webSocket.terminate();
    await tool.closed;
    await client.call('policy.set', { policy: before });
  });

  test('writes down a response that nobody asked for in words', async () => {
    const tool = await lab.open({ path: '/v1/realtime?model=gpt-5.5' });
    lab.sockets.last.send({ type: 'response.created', response: { id: 'resp_9' } });
    lab.sockets.last.send({ type: 'response.done', response: { id: 'resp_9' } });
    await tool.event('response.done');
    expect(await lab.newRows()).toMatchObject([
      { dialect: 'realtime', responseId: 'resp_9', account: 'lab', models: { requested: 'gpt-5.5' } },
    ]);
    tool.webSocket.terminate();
  });
});

describe('accounts', () => {
  test('a mapping changes the model of query, frames and updates', async () => {
    const other = await startSocketLab({ account: { modelMapping: { small: 'gpt-5.5', large: 'gpt-6' } } });
    const realtime = await other.open({ path: '/v1/realtime?model=small' });
    expect(other.sockets.last.request.path).toBe('/v1/realtime?model=gpt-5.5');
    realtime.webSocket.terminate();
    const decoy = await other.open({ path: '/v1/realtime?xmodel=small&a=model=small;model=small&b' });
    expect(other.sockets.last.request.path).toBe('/v1/realtime?xmodel=small&a=model=small;model=gpt-5.5&b');
    decoy.webSocket.terminate();
    const tool = await other.open();
    await tool.turn({ model: 'small' });
    tool.send({ type: 'session.update', session: { model: 'large' } });
    await tool.turn({ model: 'large' });
    expect(other.sockets.last.messages.map(({ text }) => (/gpt-[56.]+/.exec(text) ?? [''])[0])).toEqual([
      'gpt-5.5',
      'gpt-6',
      'gpt-6',
    ]);
    expect((await other.newRows()).map(({ models }) => [models.requested, models.upstream])).toEqual([
      ['small', 'gpt-5.5'],
      ['large', 'gpt-6'],
    ]);
    tool.webSocket.terminate();
    await other.close();
  });

  test.each([
    ['not', {}, 0],
    ['but', { allowDearer: true }, 1],
  ])('a login’s session is %s taken over with money where that account %j', async (_, more, dialled) => {
    const plan = await startSocketLab();
    const money = await startSocketLab();
    const two = await startSocketLab({
      settings: {
        accounts: [
          accountAt(plan.upstream.baseUrl, { id: 'plan', kind: 'oauth', priority: 0 }),
          accountAt(money.upstream.baseUrl, { id: 'money', priority: 1, ...more }),
        ],
      },
    });
    plan.sockets.refuse = { kind: 'status', status: 500 };
    if (dialled === 0) expect((await two.refused()).status).toBe(426);
    else (await two.open()).webSocket.terminate();
    expect(plan.sockets.handshakes).toBe(1);
    expect(money.sockets.handshakes).toBe(dialled);
    for (const one of [two, money, plan]) await one.close();
  });

  test('the first message moves the session to the account that serves its model', async () => {
    const other = await startSocketLab();
    const accounts = [
      accountAt(other.upstream.baseUrl, { id: 'first', modelMapping: { 'only-this': 'x' } }),
      accountAt(other.upstream.baseUrl, { id: 'second', priority: 2 }),
    ];
    const two = await startSocketLab({ settings: { accounts } });
    const tool = await two.open();
    const turn = tool.turn();
    tool.send({ type: 'response.steer' });
    await turn;
    expect(other.sockets.connections).toHaveLength(2);
    await other.sockets.connections[0]?.ended();
    expect(other.sockets.connections[0]?.messages).toEqual([]);
    await other.sockets.last.received(2);
    expect(await two.newRows()).toMatchObject([{ account: 'second' }]);
    tool.webSocket.terminate();

    for (const [refuse, code, reason] of [
      [429, 1013, 'upstream websocket is busy, please retry later'],
      [401, 1008, 'upstream websocket authentication failed'],
      [404, 1008, 'upstream websocket handshake rejected'],
      [500, 1011, 'upstream websocket proxy failed'],
    ] as const) {
      // The refusal before has sent the key, which both accounts share, to cool down.
      await two.gateway.client.call('account.reset', { id: 'second' });
      const next = await two.open();
      other.sockets.refuse = { kind: 'status', status: refuse };
      next.send({ type: 'response.create', model: 'gpt-5.5' });
      expect(await next.closed).toMatchObject({ code, reason });
      other.sockets.refuse = null;
    }
    await two.close();
    await other.close();
  });
});
