import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';
import type { ErrorScript } from '../fakes/provider-script.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { type Call, TURN, type WholeAnswer, dial, send } from './tool.ts';

const OTHER_KEY = 'sk-fake-provider-key-0002';
const STREAM = { body: JSON.stringify({ ...TURN, stream: true }) };

let gateway: TestGateway;
let upstreams: Upstream[] = [];

afterEach(async () => {
  await gateway.close();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
  upstreams = [];
});

/** A gateway before some providers, each an account of its own, asked in that order. */
async function start(
  count: number,
  more: Readonly<Record<string, unknown>>[] = [],
  timers?: FakeTimers,
): Promise<Upstream[]> {
  upstreams = await Promise.all(Array.from({ length: count }, () => startUpstream({ keys: [FAKE_KEY, OTHER_KEY] })));
  gateway = await startGateway(
    {
      accounts: upstreams.map(({ baseUrl }, index) =>
        accountAt(baseUrl, { id: `a${index}`, priority: index, ...more[index] }),
      ),
    },
    {
      environment: { LAB_KEY: FAKE_KEY, OTHER: OTHER_KEY },
      ...(timers === undefined ? {} : { after: timers.after }),
    },
  );
  return upstreams;
}

const TWO_KEYS = { keys: [{ env: 'LAB_KEY' }, { env: 'OTHER' }] };

test('a key that is refused lets the next one answer, with the same bytes, and is not asked again', async () => {
  const [upstream] = await start(1, [TWO_KEYS]);
  upstream?.next({ kind: 'error', status: 429, headers: { 'retry-after': '30' } });
  const answer = await send(gateway.origin);
  expect(answer.status).toBe(200);
  expect((await send(gateway.origin)).status).toBe(200);
  expect(upstream?.requests.map(({ key }) => key)).toEqual([FAKE_KEY, OTHER_KEY, OTHER_KEY]);
  expect(upstream?.requests[0]?.body).toEqual(upstream?.requests[1]?.body);
  const [first, second] = await gateway.turns();
  expect(first?.attempts).toMatchObject([
    { account: 'a0', status: 429, error: 'rate_limited' },
    { account: 'a0', status: 200, error: null },
  ]);
  expect(second?.attempts).toEqual([]);
  expect(gateway.runtime.status().accounts[0]?.keys.map(({ state }) => state)).toEqual(['cooling', 'ready']);
});

test('all keys cooling down are one answer, with the time until the first is ready', async () => {
  const [upstream] = await start(1, [TWO_KEYS]);
  upstream?.next({ kind: 'error', status: 429, headers: { 'retry-after': '90' } });
  upstream?.next({ kind: 'error', status: 429, headers: { 'retry-after': '30' } });
  const answer = await send(gateway.origin);
  expect(answer).toMatchObject({ status: 429, error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
  expect(Number(answer.header('retry-after'))).toBeGreaterThan(25);
  expect(Number(answer.header('retry-after'))).toBeLessThanOrEqual(30);
});

test.each([500, 503, 529])('an account that answers %i gives the turn to the next', async (status) => {
  const [first, second] = await start(2);
  first?.next({ kind: 'error', status });
  expect((await send(gateway.origin)).status).toBe(200);
  expect(first?.requests).toHaveLength(1);
  expect(second?.requests).toHaveLength(1);
  expect((await gateway.turns())[0]).toMatchObject({ account: 'a1', attempts: [{ account: 'a0' }, { account: 'a1' }] });
});

test('the last account’s own words go through when none answers', async () => {
  const [first, second] = await start(2);
  first?.next({ kind: 'error', status: 500 });
  second?.next({ kind: 'error', status: 503, body: '{"error":{"message":"second says no"}}' });
  const answer = await send(gateway.origin);
  expect(answer.status).toBe(503);
  expect(answer.text).toContain('second says no');
});

test('an error about the request goes to no other account', async () => {
  const [first, second] = await start(2);
  first?.next({ kind: 'error', status: 404 });
  expect((await send(gateway.origin)).status).toBe(404);
  expect(second?.requests).toHaveLength(0);
});

test('a stream that begins with a failure is taken over before the tool has seen anything of it', async () => {
  const [first] = await start(2);
  first?.next({
    kind: 'error',
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: 'event: response.created\ndata: {"type":"response.created"}\n\nevent: response.failed\ndata: {"type":"response.failed","response":{"error":{"code":"server_is_overloaded","message":"busy"}}}\n\n',
  });
  const answer = await send(gateway.origin, STREAM);
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('overloaded');
  expect(answer.text).toContain('response.completed');
  expect((await gateway.turns())[0]).toMatchObject({ account: 'a1', status: 200, error: null });
});

test('a stream that begins with an event of nothing is an answer, and is asked for once', async () => {
  const [first, second] = await start(2);
  const events = ['null', '{"type":"response.completed","response":{"id":"resp_1"}}'];
  first?.next({ kind: 'answer', events: events.map((data) => ({ name: null, data })) });
  expect((await send(gateway.origin, STREAM)).text).toContain('data: null');
  expect(second?.requests).toHaveLength(0);
  expect((await gateway.turns())[0]).toMatchObject({ account: 'a0', responseId: 'resp_1', attempts: [] });
});

test('a stream that breaks after its first token is never begun again elsewhere', async () => {
  const [first, second] = await start(2);
  first?.next({ kind: 'answer', cutAfter: 4 });
  await send(gateway.origin, STREAM).catch(() => undefined);
  expect(second?.requests).toHaveLength(0);
  expect((await gateway.turns())[0]).toMatchObject({ account: 'a0', error: 'upstream_cut', partial: true });
});

test.each([
  ['not', {}, 500, 0],
  ['but', { allowDearer: true }, 200, 1],
])('a login’s turn is %s taken over with money where that account %j', async (_, more, status, asked) => {
  const [first, second] = await start(2, [{ kind: 'oauth', keys: [{ env: 'LAB_KEY' }] }, more]);
  first?.next({ kind: 'error', status: 500 });
  expect((await send(gateway.origin)).status).toBe(status);
  expect(second?.requests).toHaveLength(asked);
});

test.each([
  ['nor', {}, 429, 0],
  ['but', { allowDearer: true }, 200, 2],
])('%s while that login’s keys cool down, where that account %j', async (_, more, status, asked) => {
  const [first, second] = await start(2, [
    { kind: 'oauth', keys: [{ env: 'LAB_KEY' }] },
    { keys: [{ env: 'OTHER' }], ...more },
  ]);
  first?.next({ kind: 'error', status: 429, headers: { 'retry-after': '600' } });
  expect((await send(gateway.origin)).status).toBe(status);
  expect((await send(gateway.origin)).status).toBe(status);
  expect(first?.requests).toHaveLength(1);
  expect(second?.requests).toHaveLength(asked);
});

test.each([
  ['nor', {}, 500, 6, 0],
  ['but', { allowDearer: true }, 200, 0, 6],
])('%s while that login’s breaker is open, where that account %j', async (_, more, status, plan, money) => {
  const [first, second] = await start(2, [{ kind: 'oauth', keys: [{ env: 'LAB_KEY' }] }, more]);
  first?.always({ kind: 'error', status: 500 });
  for (let count = 0; count < 5; count += 1) await send(gateway.origin);
  expect(gateway.runtime.status().accounts[0]?.breaker?.state).toBe('open');
  expect((await send(gateway.origin)).status).toBe(status);
  expect(first?.requests).toHaveLength(plan === 0 ? 5 : plan);
  expect(second?.requests).toHaveLength(money);
});

test('a stream that fails after events with all its instructions goes to the next account', async () => {
  const [first, second] = await start(2);
  const quiet = (type: string): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, response: { id: 'r', instructions: 'x'.repeat(300_000) } })}\n\n`;
  first?.next({
    kind: 'error',
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: `${quiet('response.created')}${quiet('response.in_progress')}event: error\ndata: {"type":"error","error":{"code":"server_is_overloaded","message":"busy"}}\n\n`,
  });
  const answer = await send(gateway.origin, STREAM);
  expect(answer.text).toContain('response.completed');
  expect(answer.text).not.toContain('overloaded');
  expect(second?.requests).toHaveLength(1);
});

test('the first account’s block is final', async () => {
  const [, second] = await start(2);
  await gateway.client.call('policy.set', {
    policy: { rules: [{ serviceTier: 'priority', action: 'block', scope: 'apikey' }] },
  });
  const answer = await send(gateway.origin, { body: JSON.stringify({ ...TURN, service_tier: 'fast' }) });
  expect(answer.status).toBe(403);
  expect(second?.requests).toHaveLength(0);
});

test('an account with one slot takes one turn at a time, and the other turn waits for it', async () => {
  const [upstream] = await start(1, [{ concurrency: 1 }]);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  upstream?.next({ kind: 'stall', until: promise });
  const one = send(gateway.origin);
  await upstream?.requested(1);
  const two = send(gateway.origin);
  await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting, { interval: 5 }).toBe(1);
  resolve(undefined);
  expect((await one).status).toBe(200);
  expect((await two).status).toBe(200);
  expect(gateway.runtime.status().accounts[0]).toMatchObject({ openTurns: 0, waiting: 0 });
});

test('a turn that goes on from a response waits for the account that knows it', async () => {
  const [first, second] = await start(2, [{ concurrency: 1 }]);
  const { id } = JSON.parse((await send(gateway.origin)).text) as { id: string };
  const { promise, resolve } = Promise.withResolvers<undefined>();
  first?.next({ kind: 'stall', until: promise });
  const holder = send(gateway.origin);
  await first?.requested(2);
  const going = send(gateway.origin, { body: JSON.stringify({ ...TURN, previous_response_id: id }) });
  await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting, { interval: 5 }).toBe(1);
  expect((await send(gateway.origin)).status).toBe(200);
  resolve(undefined);
  expect((await going).status).toBe(200);
  await holder;
  expect(first?.requests.map(({ json }) => (json as { previous_response_id?: string }).previous_response_id)).toEqual([
    undefined,
    undefined,
    id,
  ]);
  expect(second?.requests).toHaveLength(1);
});

describe('a turn whose other account fails while the first is busy', () => {
  const OVERLOADED =
    'event: error\ndata: {"type":"error","error":{"code":"server_is_overloaded","message":"busy"}}\n\n';

  /** One turn has the first account's only slot; another is failed by the second and waits. */
  async function waiting(
    fails: ErrorScript,
    call: Call = {},
  ): Promise<{ answer: Promise<WholeAnswer>; free: () => void }> {
    const [first, second] = await start(2, [{ concurrency: 1 }], timers);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    first?.next({ kind: 'stall', until: promise });
    holder = send(gateway.origin);
    await first?.requested(1);
    second?.next(fails);
    const answer = send(gateway.origin, call);
    await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting, { interval: 5 }).toBe(1);
    return { answer, free: () => resolve(undefined) };
  }
  let timers: FakeTimers;
  let holder: Promise<WholeAnswer>;
  beforeEach(() => {
    timers = new FakeTimers();
  });

  test('is answered by the first as soon as that is free', async () => {
    const { answer, free } = await waiting({ kind: 'error', status: 503 });
    free();
    expect((await answer).status).toBe(200);
    await holder;
    expect(await gateway.turns()).toMatchObject([{ account: 'a0' }, { account: 'a0', attempts: [{}, {}] }]);
  });

  test('gets the second’s words and one row where the first stays busy', async () => {
    const body = '{"error":{"message":"second says no"}}';
    const { answer, free } = await waiting({ kind: 'error', status: 503, body });
    timers.pass(30_000);
    expect(await answer).toMatchObject({ status: 503, text: body });
    free();
    await holder;
    expect((await gateway.turns()).map(({ error }) => error)).toEqual(['upstream_503', null]);
  });

  test('has one row where its tool leaves meanwhile', async () => {
    const [first, second] = await start(2, [{ concurrency: 1 }]);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    first?.next({ kind: 'stall', until: promise });
    const holds = send(gateway.origin);
    await first?.requested(1);
    second?.next({ kind: 'error', status: 503 });
    const leaves = dial(gateway.origin);
    leaves.on('error', () => undefined);
    await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting, { interval: 5 }).toBe(1);
    leaves.destroy();
    await expect.poll(() => gateway.runtime.status().accounts[0]?.waiting, { interval: 5 }).toBe(0);
    resolve(undefined);
    await holds;
    expect((await gateway.turns()).map(({ error }) => error)).toEqual(['tool_left', null]);
  });

  test('has one attempt there, though its stream fails and then breaks off', async () => {
    const broken: ErrorScript = {
      kind: 'error',
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'content-length': '5000' },
      body: OVERLOADED,
    };
    const { answer, free } = await waiting(broken, STREAM);
    upstreams[1]?.server.closeAllConnections();
    free();
    expect((await answer).status).toBe(200);
    await holder;
    expect((await gateway.turns()).at(-1)?.attempts.map(({ account, error }) => [account, error])).toEqual([
      ['a1', 'server_is_overloaded'],
      ['a0', null],
    ]);
  });
});

test('a cooldown outlives a restart, and is forgotten where the person says so', async () => {
  const [upstream] = await start(1, [TWO_KEYS]);
  upstream?.next({ kind: 'error', status: 429, headers: { 'retry-after': '600' } });
  await send(gateway.origin);
  await gateway.client.call('account.reset', { id: 'a0' });
  await send(gateway.origin);
  expect(upstream?.requests.map(({ key }) => key)).toEqual([FAKE_KEY, OTHER_KEY, FAKE_KEY]);
});
