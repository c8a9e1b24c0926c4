import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { dumpFolder, readDumps } from '../../src/main/upstream/dump-files.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { LOCAL_KEY, accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type SocketLab, type ToolSocket, startSocketLab } from './socket-lab.ts';

const OTHER_KEY = 'sk-fake-provider-key-0002';
const OWN_HEADER = 'value-of-the-owner';

let lab: SocketLab;

afterEach(async () => {
  expect(lab.upstream.violations).toEqual([]);
  await lab.close();
});

async function start({
  enabled = true,
  ...options
}: Parameters<typeof startSocketLab>[0] & { enabled?: boolean } = {}): Promise<void> {
  lab = await startSocketLab({ settings: { dump: { enabled } }, ...options });
}

/** What was written down of a turn; the gateway is stopped first, since only then everything is sure to be on the disk. */
async function attempts(turn: Turn | undefined): Promise<{ request: string; response: string }[]> {
  await lab.gateway.runtime.stop();
  return readDumps(dumpFolder(lab.gateway.home), turn?.id ?? '');
}

/** The messages behind a head, one a line. */
function messages(text: string | undefined): string[] {
  const at = text?.indexOf('\r\n\r\n') ?? -1;
  return (text ?? '')
    .slice(at + 4)
    .split('\n')
    .filter((line) => line !== '');
}

function types(response: string | undefined): unknown[] {
  return messages(response).map((line) => (JSON.parse(line) as { type: unknown }).type);
}

/** Everything a session's tool was told, without what differs from one turn to the next. */
function told(tool: ToolSocket): string[] {
  return tool.messages.map(({ text }) => text.replaceAll(/resp_\w+|msg_\w+|"created_at":\d+/g, ''));
}

const WHOLE = ['response.created', 'response.completed'];

describe.each([
  ['plain', false],
  ['compressed', true],
])('a session that is %s', (_, compressed) => {
  test('leaves a dump of each turn, as it was asked and answered', async () => {
    await start({
      account: { compressSockets: compressed, headers: { 'X-Of-The-Owner': OWN_HEADER } },
      sockets: { compresses: compressed, headers: ['x-request-id: req_1', 'set-cookie: a=b'] },
    });
    const tool = await lab.open({ compress: compressed, headers: { 'session-id': 's-1' } });
    await tool.turn({ input: `first ${FAKE_KEY}`, service_tier: 'priority' });
    await tool.turn({ input: 'second' });
    const [first, second] = await lab.newRows();
    const dumps = [await attempts(first), await attempts(second)];
    expect(dumps.map(({ length }) => length)).toEqual([1, 1]);
    for (const [index, [dump]] of dumps.entries()) {
      expect(dump?.request).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/v1\/responses HTTP\/1\.1\r\n/);
      expect(dump?.request).toContain('authorization: [removed]\r\n');
      expect(dump?.request).toContain('session-id: s-1\r\n');
      expect(messages(dump?.request)).toEqual([lab.sockets.messages[index]?.text.replace(FAKE_KEY, '[key removed]')]);
      expect(dump?.response).toMatch(/^HTTP\/1\.1 101\r\n/);
      expect(dump?.response).toContain('x-request-id: req_1\r\nset-cookie: [removed]\r\n');
      expect(types(dump?.response)).toEqual(expect.arrayContaining(WHOLE));
    }
    expect(dumps.flatMap(([dump]) => messages(dump?.response))).toEqual(tool.messages.map(({ text }) => text));
    const folder = join(lab.gateway.home, 'dumps');
    expect(readdirSync(folder)).toHaveLength(4);
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      const text = readFileSync(join(folder, file), 'latin1');
      for (const secret of [FAKE_KEY, LOCAL_KEY, OWN_HEADER, 'a=b']) expect(text, file).not.toContain(secret);
    }
  });

  test('goes the same with dumps and without', async () => {
    const run = async (enabled: boolean): Promise<string[]> => {
      await start({ enabled, account: { compressSockets: compressed }, sockets: { compresses: compressed } });
      const tool = await lab.open({ compress: compressed });
      await tool.turn();
      lab.sockets.last.send({ type: 'big', text: 'ä☃'.repeat(500_000) });
      await tool.event('big');
      await tool.turn();
      return told(tool);
    };
    const dumped = await run(true);
    await lab.close();
    expect(await run(false)).toEqual(dumped);
    expect(readdirSync(lab.gateway.home)).not.toContain('dumps');
  });
});

test('a session does not notice that nothing can be written', async () => {
  await start({
    before: (home) => {
      writeFileSync(join(home, 'dumps'), 'a file stands where the folder should');
    },
  });
  const tool = await lab.open();
  await tool.turn();
  await tool.turn();
  expect((await lab.newRows()).map(({ status }) => status)).toEqual([200, 200]);
});

test('no more of an answer is kept than the person wants', async () => {
  await start({ settings: { dump: { enabled: true, maxKiB: 1 } } });
  lab.sockets.script = () => ({ kind: 'answer', textLength: 5000 });
  const tool = await lab.open();
  await tool.turn();
  const [dump] = await attempts((await lab.newRows())[0]);
  expect(dump?.response).toMatch(/\n\[cut after 1 KiB\]\n$/);
  expect(dump?.response.length).toBeLessThan(1400);
});

test('a turn that begins after dumps were switched on is dumped, without the handshake that nobody kept', async () => {
  await start({ enabled: false });
  const tool = await lab.open();
  await tool.turn({ input: 'before' });
  await lab.gateway.client.call('settings.set', { section: 'dump', value: { enabled: true } });
  await tool.turn({ input: 'after' });
  const [first, second] = await lab.newRows();
  const [dump] = await attempts(second);
  expect(dump?.request).toMatch(
    /^GET [^\n]+\r\n\r\n\[the headers of the handshake were not kept: dumps were off\]\n\{/,
  );
  expect(dump?.request).toContain('"after"');
  expect(types(dump?.response.replace(/\[.*\]\n/, ''))).toEqual(expect.arrayContaining(WHOLE));
  expect(await attempts(first)).toEqual([]);
});

test('dials that failed are the first attempts of the session’s first turn', async () => {
  await start({
    account: { keys: [{ env: 'LAB_KEY' }, { env: 'OTHER' }] },
    sockets: { keys: [FAKE_KEY, OTHER_KEY] },
    runtime: { environment: { LAB_KEY: FAKE_KEY, OTHER: OTHER_KEY } },
  });
  lab.sockets.next({ kind: 'status', status: 429, body: `{"error":{"message":"not with ${FAKE_KEY}"}}` });
  const tool = await lab.open();
  await tool.turn();
  const [row] = await lab.newRows();
  const [dial, turn] = await attempts(row);
  expect(row?.attempts.map(({ status }) => status)).toEqual([429, 200]);
  expect(dial?.request).toContain('authorization: [removed]');
  expect(messages(dial?.request)).toEqual([]);
  expect(dial?.response).toMatch(/^HTTP\/1\.1 429\r\n/);
  expect(messages(dial?.response)).toEqual(['{"error":{"message":"not with [key removed]"}}']);
  expect(turn?.response).toMatch(/^HTTP\/1\.1 101\r\n/);
});

test('a bridged turn that follows a dial that failed is its second attempt', async () => {
  await start();
  await lab.gateway.client.call('account.add', {
    account: accountAt(lab.upstream.baseUrl, { id: 'bridged', priority: 60, sockets: 'http_bridge' }),
  });
  lab.sockets.next({ kind: 'status', status: 503 });
  const tool = await lab.open();
  await tool.turn();
  const [dial, turn] = await attempts((await lab.newRows())[0]);
  expect(dial?.response).toMatch(/^HTTP\/1\.1 503\r\n/);
  expect(turn?.request).toMatch(/^POST /);
  expect(turn?.response).toMatch(/^HTTP\/1\.1 200\r\n/);
});

test('a turn whose upstream broke off is dumped up to there', async () => {
  await start();
  lab.sockets.script = () => ({ kind: 'answer', cutAfter: 2 });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
  await tool.closed;
  const [dump] = await attempts((await lab.newRows())[0]);
  expect(messages(dump?.response)).toHaveLength(3);
  expect(dump?.response).toMatch(/\n\[broke off: upstream_cut\]\n$/);
});

test('an error that was all of an answer is dumped with the turn it answered', async () => {
  await start();
  const error = { type: 'error', status: 400, error: { code: 'invalid_prompt', message: 'no' } };
  lab.sockets.script = (_, number) => (number === 1 ? [error] : { kind: 'answer' });
  const tool = await lab.open();
  tool.send({ type: 'response.create', model: 'gpt-5.5', input: 'refused' });
  await tool.event('error');
  await tool.turn();
  const [refused, answered] = await lab.newRows();
  expect(refused).toMatchObject({ status: 400, error: 'invalid_prompt' });
  expect(messages((await attempts(refused))[0]?.response)).toEqual([JSON.stringify(error)]);
  expect(types((await attempts(answered))[0]?.response)).toEqual(expect.arrayContaining(WHOLE));
  expect(types((await attempts(answered))[0]?.response)).not.toContain('error');
});

test('turns under way at once are told apart', async () => {
  await start();
  lab.sockets.script = () => null;
  const tool = await lab.open();
  for (const lane of ['a', 'b']) tool.send({ type: 'response.create', model: 'gpt-5.5', input: [], stream_id: lane });
  await lab.sockets.last.received(2);
  const event = (type: string, lane: string): object => ({
    type: `response.${type}`,
    stream_id: lane,
    ...(type === 'output_text.delta'
      ? { response_id: `resp_${lane}`, delta: lane }
      : { response: { id: `resp_${lane}` } }),
  });
  for (const type of ['created', 'output_text.delta', 'completed'])
    for (const lane of ['b', 'a']) lab.sockets.last.send(event(type, lane));
  await tool.event('response.completed', 2);
  const rows = await lab.newRows();
  const lanes = await Promise.all(
    rows.map(async (row) => {
      const [dump] = await attempts(row);
      const sides = [...messages(dump?.request), ...messages(dump?.response)];
      return sides.map((line) => (JSON.parse(line) as { stream_id: string }).stream_id);
    }),
  );
  expect(lanes).toEqual([Array(4).fill('b'), Array(4).fill('a')]);
});

test('a Realtime turn’s request has what went up before it, also where the upstream began it', async () => {
  await start();
  const tool = await lab.open({ path: '/v1/realtime?model=gpt-realtime' });
  const update = { type: 'session.update', session: { voice: 'alloy' } };
  const audio = { type: 'input_audio_buffer.append', audio: 'AAAA' };
  tool.send(update);
  tool.send(audio);
  await lab.sockets.last.received(2);
  lab.sockets.last.send({ type: 'response.created', response: { id: 'resp_1' } });
  lab.sockets.last.send({ type: 'response.done', response: { id: 'resp_1' } });
  await tool.event('response.done');
  tool.send({ type: 'response.create' });
  await lab.sockets.last.received(3);
  lab.sockets.last.send({ type: 'response.created', response: { id: 'resp_2' } });
  lab.sockets.last.send({ type: 'response.done', response: { id: 'resp_2' } });
  await tool.event('response.done', 2);
  const [spoken, asked] = await lab.newRows();
  const [begun] = await attempts(spoken);
  expect(begun?.request).toContain('GET http://127.0.0.1');
  expect(messages(begun?.request)).toEqual([JSON.stringify(update), JSON.stringify(audio)]);
  expect(types(begun?.response)).toEqual(['response.created', 'response.done']);
  const [second] = await attempts(asked);
  expect(messages(second?.request)).toEqual(['{"type":"response.create"}']);
});
