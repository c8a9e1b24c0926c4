import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY, accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type SocketLab, type ToolSocket, startSocketLab } from './socket-lab.ts';
import { TURN, send } from './tool.ts';

const OTHER_KEY = 'sk-fake-provider-key-0002';
const NOW = Date.parse('2026-11-24T21:00:00Z');
const MINUTE = 60_000;

let lab: SocketLab;

afterEach(async () => {
  expect(lab.upstream.violations).toEqual([]);
  await lab.close();
});

/** One account with two keys, or two with one each. */
async function start(accounts: 1 | 2, more: object = {}, settings: object = {}): Promise<void> {
  lab = await startSocketLab({
    account: { keys: accounts === 1 ? [{ env: 'LAB_KEY' }, { env: 'OTHER' }] : [{ env: 'LAB_KEY' }], ...more },
    upstream: { keys: [FAKE_KEY, OTHER_KEY] },
    sockets: { keys: [FAKE_KEY, OTHER_KEY] },
    settings,
    runtime: { environment: { LAB_KEY: FAKE_KEY, OTHER: OTHER_KEY }, now: () => NOW },
  });
  if (accounts === 2) {
    const other = accountAt(lab.upstream.baseUrl, { id: 'other', priority: 60, keys: [{ env: 'OTHER' }], ...more });
    await lab.gateway.client.call('account.add', { account: other });
  }
}

const CREATE = { type: 'response.create', model: 'gpt-5.5', input: [] };

/** Opens a session and has its first turn answered with these events. */
async function failing(...events: readonly object[]): Promise<ToolSocket> {
  lab.sockets.script = () => events;
  const tool = await lab.open();
  tool.send(CREATE);
  const last = events.at(-1) as { readonly type: string };
  await tool.event(last.type);
  lab.sockets.script = () => ({ kind: 'answer' });
  return tool;
}

function firstKey(): unknown {
  const key = lab.gateway.runtime.status().accounts[0]?.keys[0];
  return key?.state === 'cooling' ? [key.reason, (key.until ?? 0) - NOW] : key?.state;
}

/** The key with which a new session is opened. */
async function keyOfNext(): Promise<string | undefined> {
  await lab.open();
  return lab.sockets.requests.at(-1)?.header('authorization')[0]?.replace('Bearer ', '');
}

const error = (more: object, said: object): object => ({ type: 'error', ...more, error: { message: 'no', ...said } });
const failed = (said: object): object => ({
  type: 'response.failed',
  response: { id: 'resp_1', status: 'failed', error: { message: 'no', ...said } },
});
const CREATED = { type: 'response.created', response: { id: 'resp_1' } };
const LIMITED = error({ status: 429 }, { code: 'rate_limit_exceeded' });
const OVERLOADED = error({ status: 503 }, { code: 'server_is_overloaded' });

describe('an error that blames the key lets it cool down, and the next session takes another', () => {
  test.each<[string, readonly object[], [string, number]]>([
    ['a rate limit', [LIMITED], ['rate_limited', MINUTE]],
    [
      'a rate limit with a Retry-After',
      [error({ status: 429, headers: { 'retry-after': '90' } }, { code: 'rate_limit_exceeded' })],
      ['rate_limited', 90_000],
    ],
    [
      'a plan’s limit with its end',
      [error({ status: 429 }, { type: 'usage_limit_reached', resets_in_seconds: 7200 })],
      ['quota', 120 * MINUTE],
    ],
    ['a used up quota', [error({}, { code: 'insufficient_quota' })], ['quota', 24 * 60 * MINUTE]],
    ['a wrong key', [error({}, { code: 'invalid_api_key' })], ['unauthorized', MINUTE]],
    ['a response that failed for it', [CREATED, failed({ code: 'rate_limit_exceeded' })], ['rate_limited', MINUTE]],
    [
      'a limit that strikes after the first word',
      [
        CREATED,
        { type: 'response.output_text.delta', response_id: 'resp_1', delta: 'x' },
        failed({ code: 'rate_limit_exceeded' }),
      ],
      ['rate_limited', MINUTE],
    ],
  ])('%s', async (_, events, cooling) => {
    await start(1);
    const tool = await failing(...events);
    expect(tool.events).toEqual(events);
    expect(firstKey()).toEqual(cooling);
    expect(await keyOfNext()).toBe(OTHER_KEY);
    // The session itself stays: its upstream knows its turns by now.
    await tool.turn();
    expect(lab.sockets.connections.map(({ messages }) => messages.length)).toEqual([2, 0]);
  });
});

describe.each([false, true])('a refused handshake is read, compressed: %j', (compressSockets) => {
  test.each<[string, number, string, [string, number]]>([
    ['a used up quota', 429, 'insufficient_quota', ['quota', 24 * 60 * MINUTE]],
    ['a revoked key', 403, 'invalid_api_key', ['unauthorized', MINUTE]],
  ])('%s', async (_, status, code, cooling) => {
    await start(1, { compressSockets });
    const body = JSON.stringify({ error: { message: 'no', code } });
    lab.sockets.next({ kind: 'status', status, body });
    expect(await keyOfNext()).toBe(OTHER_KEY);
    expect(firstKey()).toEqual(cooling);
  });
});

test('an error that comes before any turn is about the session’s key', async () => {
  await start(1);
  const tool = await lab.open({ path: '/v1/realtime?model=gpt-realtime' });
  lab.sockets.last.send(error({}, { code: 'invalid_api_key' }));
  await tool.event('error');
  expect(firstKey()).toEqual(['unauthorized', MINUTE]);
});

test('a limit for one model leaves the key good for the others', async () => {
  await start(1);
  lab.sockets.script = () => null;
  const tool = await lab.open({ path: '/v1/realtime?model=gpt-realtime' });
  tool.send({ type: 'response.create' });
  await lab.sockets.last.received(1);
  lab.sockets.last.send(
    error({ status: 429 }, { code: 'rate_limit_exceeded', message: 'Rate limit reached for gpt-realtime in org' }),
  );
  await tool.event('error');
  expect(firstKey()).toBe('ready');
  expect(await keyOfNext()).toBe(FAKE_KEY);
  await lab.open({ path: '/v1/realtime?model=gpt-realtime' });
  expect(lab.sockets.requests.at(-1)?.header('authorization')).toEqual([`Bearer ${OTHER_KEY}`]);
});

test.each<[string, object]>([
  ['the request', error({ status: 400 }, { code: 'invalid_prompt' })],
  ['the person', error({ status: 403 }, { type: 'permission_error' })],
  ['nobody', { type: 'error' }],
])('an error that blames %s changes nothing', async (_, event) => {
  await start(1);
  await failing(event);
  expect(firstKey()).toBe('ready');
  expect(await keyOfNext()).toBe(FAKE_KEY);
});

test('the only key of an account cools down, and the next session goes to the other account', async () => {
  await start(2);
  await failing(LIMITED);
  expect(await keyOfNext()).toBe(OTHER_KEY);
  await lab.gateway.client.call('account.reset', { id: 'lab' });
  expect(await keyOfNext()).toBe(FAKE_KEY);
});

describe('an upstream that fails', () => {
  const breaker = (): unknown => lab.gateway.runtime.status().accounts[0]?.breaker?.state ?? 'closed';

  async function strike(tool: ToolSocket, count: number, events: readonly object[] = [OVERLOADED]): Promise<void> {
    const before = tool.events.length;
    lab.sockets.script = () => events;
    for (let at = 0; at < count; at += 1) tool.send(CREATE);
    await expect.poll(() => tool.events.length).toBe(before + count * events.length);
    lab.sockets.script = () => ({ kind: 'answer' });
  }

  test('five times in a row has its breaker opened, and the next session goes elsewhere', async () => {
    await start(2);
    const tool = await lab.open();
    await strike(tool, 4);
    expect(breaker()).toBe('closed');
    await strike(tool, 1);
    expect(breaker()).toBe('open');
    expect(firstKey()).toBe('ready');
    expect(await keyOfNext()).toBe(OTHER_KEY);
  });

  test('and answers between has not', async () => {
    await start(2);
    const tool = await lab.open();
    await strike(tool, 4);
    await tool.turn();
    await strike(tool, 4);
    expect(breaker()).toBe('closed');
  });

  test('and says so twice has failed once', async () => {
    await start(2);
    const tool = await lab.open();
    for (const id of ['a', 'b', 'c', 'd']) {
      const response = { id, error: { code: 'server_is_overloaded' } };
      await strike(tool, 1, [OVERLOADED, { type: 'response.failed', response }]);
    }
    expect(breaker()).toBe('closed');
  });

  test('only after the first word is not to blame', async () => {
    await start(2);
    const tool = await lab.open();
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await strike(tool, 1, [
        { type: 'response.created', response: { id } },
        { type: 'response.output_text.delta', response_id: id, delta: 'x' },
        { type: 'response.failed', response: { id, error: { code: 'server_is_overloaded' } } },
      ]);
    }
    expect(breaker()).toBe('closed');
  });

  test('and quotes a key as its error’s code does not have it shown', async () => {
    await start(2);
    const tool = await lab.open();
    await strike(tool, 5, [error({}, { type: 'server_error', code: FAKE_KEY })]);
    expect(JSON.stringify(lab.gateway.runtime.status())).toContain('[key removed]');
    expect(JSON.stringify(lab.gateway.runtime.status())).not.toContain(FAKE_KEY);
  });
});

describe('a session that was opened before its key cooled down, and has sent nothing yet', () => {
  const sent = (): readonly number[] => lab.sockets.connections.map(({ messages }) => messages.length);

  test('goes another way with its first frame', async () => {
    await start(1);
    const early = await lab.open();
    await failing(LIMITED);
    await early.turn();
    expect(sent()).toEqual([0, 1, 1]);
    expect(lab.sockets.requests.at(-1)?.header('authorization')).toEqual([`Bearer ${OTHER_KEY}`]);
    expect(await lab.newRows()).toMatchObject([{ status: 200, attempts: [] }]);
  });

  test('goes to another account too', async () => {
    await start(2);
    const early = await lab.open();
    await failing(LIMITED);
    await early.turn();
    expect((await lab.newRows()).at(-1)).toMatchObject({ account: 'other', status: 200 });
  });

  test('stays where there is no other', async () => {
    await start(1, { keys: [{ env: 'LAB_KEY' }] });
    const early = await lab.open();
    await failing(LIMITED);
    await early.turn();
    expect(sent()).toEqual([1, 1]);
  });

  test('stays where every other way cools down too', async () => {
    await start(1);
    const early = await lab.open();
    await failing(LIMITED);
    await failing(LIMITED);
    expect(lab.sockets.requests.at(-1)?.header('authorization')).toEqual([`Bearer ${OTHER_KEY}`]);
    await early.turn();
    expect(sent()).toEqual([1, 1, 1]);
  });

  test('stays with a key that is out for another model only', async () => {
    await start(1);
    const [one, other] = [await lab.open(), await lab.open()];
    await failing(
      error({ status: 429 }, { code: 'rate_limit_exceeded', message: 'Rate limit reached for gpt-5.5 in x' }),
    );
    await one.turn({ model: 'gpt-5.4' });
    await other.turn({ model: 'gpt-5.5' });
    expect(sent()).toEqual([1, 0, 1, 1]);
  });
});

test('how a tool’s own key does says nothing of the account’s', async () => {
  await start(1, {}, { gateway: { ownKeys: ['openai'] } });
  lab.sockets.script = () => [LIMITED];
  const { authorization, ...local } = { authorization: `Bearer ${OTHER_KEY}`, 'x-tiergate-key': LOCAL_KEY };
  const tool = await lab.open({ headers: { ...local, authorization } });
  tool.send(CREATE);
  await tool.event('error');
  const keys = lab.gateway.runtime.status().accounts[0]?.keys.map(({ state }) => state);
  expect(keys).toEqual(['ready', 'ready']);
});

describe('a bridged session', () => {
  test('lets its key cool down as a turn over HTTP does', async () => {
    await start(1, { sockets: 'http_bridge' });
    lab.upstream.next({ kind: 'error', status: 429, headers: { 'retry-after': '90' } });
    const tool = await lab.open();
    tool.send(CREATE);
    await tool.event('error');
    expect(firstKey()).toEqual(['rate_limited', 90_000]);
    const next = await lab.open();
    await next.turn();
    expect(lab.upstream.requests.map((request) => request.header('authorization')[0])).toEqual([
      `Bearer ${FAKE_KEY}`,
      `Bearer ${OTHER_KEY}`,
    ]);
  });

  test('has its account’s breaker opened by turns, and not closed by being opened', async () => {
    await start(2, { sockets: 'http_bridge' });
    for (let count = 0; count < 5; count += 1) {
      lab.upstream.next({ kind: 'error', status: 503 });
      const tool = await lab.open();
      tool.send(CREATE);
      await tool.event('error');
    }
    expect(lab.gateway.runtime.status().accounts[0]?.breaker?.state).toBe('open');
    await (await lab.open()).turn();
    expect(lab.upstream.last.header('authorization')).toEqual([`Bearer ${OTHER_KEY}`]);
  });

  test('is told of by an error in its stream too', async () => {
    await start(1, { sockets: 'http_bridge' });
    const data = JSON.stringify(LIMITED);
    lab.upstream.next({ kind: 'answer', events: [{ name: 'error', data }] });
    const tool = await lab.open();
    tool.send(CREATE);
    await tool.event('error');
    expect(firstKey()).toEqual(['rate_limited', MINUTE]);
  });
});

test('an account that answered a session keeps its conversation, and the responses that it knows', async () => {
  await start(2);
  const headers = { 'session-id': 's' };
  lab.sockets.next({ kind: 'status', status: 503 });
  const tool = await lab.open({ headers });
  const { response } = (await tool.turn()) as unknown as { readonly response: { readonly id: string } };
  await lab.open({ headers });
  expect(lab.sockets.requests.at(-1)?.header('authorization')).toEqual([`Bearer ${OTHER_KEY}`]);
  expect(await keyOfNext()).toBe(FAKE_KEY);
  await send(lab.origin, { body: JSON.stringify({ ...TURN, previous_response_id: response.id }) });
  expect(lab.upstream.last.key).toBe(OTHER_KEY);
});
