import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SocketLab, startSocketLab } from './socket-lab.ts';

/** What a session's turns leave in the ledger. */
let lab: SocketLab;

beforeAll(async () => {
  lab = await startSocketLab();
});
afterEach(async () => {
  await lab.newRows();
  lab.sockets.script = () => ({ kind: 'answer' });
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

const tiers = (rows: Awaited<ReturnType<SocketLab['newRows']>>): unknown[] =>
  rows.map(({ tiers: { requested, sent, served, billed }, verdict, error, partial }) => ({
    requested,
    sent,
    served,
    billed,
    verdict,
    error,
    partial,
  }));

const plain = { verdict: 'pass', error: null, partial: false };

test('several turns on one socket, each with its own tier, leave exactly their rows', async () => {
  const tool = await lab.open();
  await tool.turn({ service_tier: 'priority' });
  await tool.turn({ service_tier: 'flex' });
  await tool.turn();
  tool.send({ type: 'response.cancel', service_tier: 'priority' });
  expect((await lab.sockets.last.received(4)).text).toBe('{"type":"response.cancel","service_tier":"priority"}');
  const ultra = await tool.turn({ service_tier: ' Fast ' });
  expect(ultra).toMatchObject({ response: { service_tier: 'default' } });
  tool.webSocket.close(1000, 'done');
  await tool.closed;

  const rows = await lab.newRows();
  expect(tiers(rows)).toEqual([
    { requested: 'priority', sent: null, served: 'default', billed: 'default', ...plain, verdict: 'filter' },
    { requested: 'flex', sent: 'flex', served: 'flex', billed: 'flex', ...plain },
    { requested: null, sent: null, served: 'default', billed: 'default', ...plain },
    { requested: 'priority', sent: null, served: 'default', billed: 'default', ...plain, verdict: 'filter' },
  ]);
  for (const row of rows) {
    expect(row).toMatchObject({
      transport: 'websocket',
      dialect: 'responses',
      streamed: true,
      tool: 'lab',
      account: 'lab',
      status: 200,
      models: { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: 'gpt-5.5' },
      tokens: { input: 120, cached: 20, output: 40, reasoning: 8 },
    });
    expect(row.responseId).toMatch(/^resp_/);
    expect(row.firstTokenAt).toBeGreaterThanOrEqual(row.startedAt);
  }
  expect(lab.sockets.messages.filter(({ text }) => text.includes('priority'))).toHaveLength(1);
});

test('a turn’s row is in the ledger before its end reaches the tool', async () => {
  const tool = await lab.open();
  await tool.turn();
  expect(await lab.newRows()).toHaveLength(1);
  tool.webSocket.terminate();
});

test('two ends in one chunk, one of them in fragments, are both written down before the first is heard', async () => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a', service_tier: 'flex' });
  tool.send({ type: 'response.create', model: 'b', service_tier: 'scale' });
  const upstream = lab.sockets.last;
  await upstream.received(2);
  const end = (id: string): string => `{"type":"response.completed","response":{"id":"${id}"}}`;
  const frame = (first: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([first, text.length]), Buffer.from(text)]);
  upstream.socket.write(
    Buffer.concat([
      frame(0x01, end('resp_1').slice(0, 9)),
      frame(0x89, 'ping'),
      frame(0x80, end('resp_1').slice(9)),
      frame(0x81, end('resp_2')),
    ]),
  );
  await tool.event('response.completed');
  expect((await lab.newRows()).map(({ responseId, tiers: { sent } }) => [responseId, sent])).toEqual([
    ['resp_1', 'flex'],
    ['resp_2', 'scale'],
  ]);
  tool.webSocket.terminate();
});

test('overlapping turns keep their own tiers, whichever ends first', async () => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a', service_tier: 'flex' });
  tool.send({ type: 'response.create', model: 'b', service_tier: 'scale' });
  const upstream = lab.sockets.last;
  await upstream.received(2);
  upstream.send({ type: 'response.created', response: { id: 'resp_1', model: 'a' } });
  upstream.send({ type: 'response.created', response: { id: 'resp_2', model: 'b' } });
  upstream.send({ type: 'response.completed', response: { id: 'resp_2', service_tier: 'scale', usage: usage(2) } });
  upstream.send({ type: 'response.completed', response: { id: 'resp_1', service_tier: 'flex', usage: usage(1) } });
  await tool.event('response.completed', 2);
  expect(
    (await lab.newRows()).map((row) => [row.responseId, row.models.requested, row.tiers.sent, row.tokens.input]),
  ).toEqual([
    ['resp_2', 'b', 'scale', 2],
    ['resp_1', 'a', 'flex', 1],
  ]);
  tool.webSocket.terminate();
});

test('lanes are told apart by their stream_id, whatever the order of the answers', async () => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a', service_tier: 'flex', stream_id: 'one' });
  tool.send({ type: 'response.create', model: 'b', service_tier: 'scale', stream_id: 'two' });
  const upstream = lab.sockets.last;
  await upstream.received(2);
  upstream.send({ type: 'response.created', stream_id: 'two', response: { id: 'resp_b' } });
  upstream.send({ type: 'response.created', stream_id: 'one', response: { id: 'resp_a' } });
  upstream.send({ type: 'response.completed', stream_id: 'two', response: { id: 'resp_b' } });
  upstream.send({ type: 'response.completed', stream_id: 'one', response: { id: 'resp_a' } });
  await tool.event('response.completed', 2);
  expect((await lab.newRows()).map((row) => [row.responseId, row.models.requested, row.tiers.sent])).toEqual([
    ['resp_b', 'b', 'scale'],
    ['resp_a', 'a', 'flex'],
  ]);
  tool.webSocket.terminate();
});

test('a second end of one response and an end without an id close no other turn', async () => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a', service_tier: 'flex' });
  const upstream = lab.sockets.last;
  await upstream.received(1);
  upstream.send({ type: 'response.completed', response: { id: 'resp_1' } });
  tool.send({ type: 'response.create', model: 'b', service_tier: 'scale' });
  await upstream.received(2);
  upstream.send({ type: 'response.done', response: { id: 'resp_1' } });
  upstream.send({ type: 'response.completed', response: {} });
  upstream.send({ type: 'response.completed', id: 'resp_2', response: { usage: usage(7) } });
  await tool.event('response.completed', 3);
  expect((await lab.newRows()).map((row) => [row.responseId, row.tiers.sent, row.tokens.input])).toEqual([
    ['resp_1', 'flex', null],
    ['resp_2', 'scale', 7],
  ]);
  tool.webSocket.terminate();
});

describe('an error event', () => {
  test('ends no turn by itself', async () => {
    lab.sockets.script = () => null;
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'a', service_tier: 'flex' });
    const upstream = lab.sockets.last;
    await upstream.received(1);
    upstream.send({ type: 'error', error: { code: 'slow_down' } });
    upstream.send({ type: 'response.completed', response: { id: 'resp_1', usage: usage(3) } });
    await tool.event('response.completed');
    expect((await lab.newRows()).map((row) => [row.responseId, row.tiers.sent, row.tokens.input, row.partial])).toEqual(
      [['resp_1', 'flex', 3, false]],
    );
    tool.webSocket.terminate();
  });

  test('as the only answer leaves the next turn its own tier', async () => {
    lab.sockets.script = () => null;
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'a', service_tier: 'flex' });
    const upstream = lab.sockets.last;
    await upstream.received(1);
    upstream.send({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } });
    tool.send({ type: 'response.create', model: 'a', service_tier: 'scale' });
    await upstream.received(2);
    upstream.send({ type: 'response.created', response: { id: 'resp_2' } });
    upstream.send({ type: 'response.completed', response: { id: 'resp_2' } });
    await tool.event('response.completed');
    expect((await lab.newRows()).map((row) => [row.responseId, row.tiers.sent, row.error, row.status])).toEqual([
      [null, 'flex', 'previous_response_not_found', 400],
      ['resp_2', 'scale', null, 200],
    ]);
    tool.webSocket.terminate();
  });
});

test.each([
  ['response.failed', { error: { code: 'server_error' } }, 'server_error'],
  ['response.incomplete', {}, null],
  ['response.cancelled', {}, null],
  ['response.canceled', {}, null],
  ['response.done', {}, null],
])('%s ends a turn', async (type, response, error) => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a' });
  await lab.sockets.last.received(1);
  lab.sockets.last.send({ type, response: { id: 'resp_1', ...response } });
  await tool.event(type);
  expect(await lab.newRows()).toMatchObject([{ responseId: 'resp_1', error, partial: false, status: 200 }]);
  tool.webSocket.terminate();
});

test('a usage with one wrong part is dropped whole, and unknown is not nothing', async () => {
  lab.sockets.script = () => null;
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'a' });
  await lab.sockets.last.received(1);
  lab.sockets.last.send({
    type: 'response.completed',
    response: { id: 'resp_1', usage: { input_tokens: 3, output_tokens: '4' } },
  });
  await tool.event('response.completed');
  expect((await lab.newRows())[0]?.tokens).toEqual({
    input: null,
    cached: null,
    cacheWrite: null,
    cacheWriteHour: null,
    output: null,
    reasoning: null,
  });
  tool.webSocket.terminate();
});

test('a prewarm is a turn of its own', async () => {
  const tool = await lab.open();
  await tool.turn({ generate: false, service_tier: 'priority' });
  expect(await lab.newRows()).toMatchObject([{ tiers: { requested: 'priority', sent: null }, verdict: 'filter' }]);
  tool.webSocket.terminate();
});

test('the window sees the session, its turns and their tiers, and that it has ended', async () => {
  const { client } = lab.gateway;
  const tool = await lab.open();
  await tool.turn({ service_tier: 'priority' });
  await tool.turn({ service_tier: 'flex' });
  const { sessions, openTurns } = await client.call('status.get');
  expect(openTurns).toBe(0);
  expect(sessions.at(-1)).toMatchObject({
    tool: 'lab',
    account: 'lab',
    model: 'gpt-5.5',
    turns: 2,
    tiers: [null, 'flex'],
  });
  tool.webSocket.close();
  await tool.closed;
  await expect.poll(async () => (await client.call('status.get')).sessions).toEqual([]);
});

test('an upstream that begins responses without end has a thousand of them open, and the oldest leaves its row', async () => {
  const { client } = lab.gateway;
  const tool = await lab.open();
  await tool.turn();
  await lab.newRows();
  const upstream = lab.sockets.last;
  for (let number = 0; number < 1010; number += 1)
    upstream.send({ type: 'response.created', response: { id: `resp_${number}` } });
  const passed = once(tool.webSocket, 'ping');
  upstream.webSocket.ping();
  await passed;
  expect((await client.call('status.get')).openTurns).toBe(1000);
  expect((await lab.newRows()).map(({ responseId }) => responseId)).toEqual(
    Array.from({ length: 10 }, (_, number) => `resp_${number}`),
  );
  tool.webSocket.terminate();
  await upstream.ended();
  await expect.poll(async () => (await client.call('status.get')).openTurns).toBe(0);
});

function usage(input: number): object {
  return { input_tokens: input, output_tokens: 1 };
}
