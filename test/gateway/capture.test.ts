import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { CallOutput } from '../../src/shared/control.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type Lab, type LabOptions, startLab } from './lab.ts';
import { TURN, dial, send } from './tool.ts';

let lab: Lab;

afterEach(async () => {
  await lab.close();
});

async function start(capture: Readonly<Record<string, unknown>> = {}, options: LabOptions = {}): Promise<void> {
  lab = await startLab({ ...options, settings: { capture: { enabled: true, ...capture }, ...options.settings } });
}

type Kept = CallOutput<'capture.get'>;

/** What is kept of a turn, once it is on the disk. */
async function kept(turn: string): Promise<Kept> {
  let found: Kept | undefined;
  await expect
    .poll(async () => {
      found = await lab.gateway.client.call('capture.get', { turn });
      return found.prompt;
    })
    .not.toBeNull();
  if (found === undefined) throw new Error('nothing is kept');
  return found;
}

function files(): string[] {
  try {
    return readdirSync(join(lab.gateway.home, 'captures'));
  } catch {
    return [];
  }
}

test('a turn’s question and its JSON answer are kept as the tool sent and got them', async () => {
  await start();
  const body = { ...TURN, input: 'where is the treasure' };
  const answer = await send(lab.origin, { body });
  const record = await kept(answer.header('x-tiergate-turn') ?? '');
  expect(JSON.parse(record.prompt ?? '')).toEqual(body);
  expect(record).toMatchObject({ answer: answer.text, cut: false });
});

test('what is kept is what was asked, not what was made of it', async () => {
  await start({}, { settings: { policy: { rules: [{ serviceTier: 'priority', action: 'filter' }] } } });
  const answer = await send(lab.origin, { body: { ...TURN, service_tier: 'fast' } });
  const record = await kept(answer.header('x-tiergate-turn') ?? '');
  expect(JSON.parse(record.prompt ?? '')).toMatchObject({ service_tier: 'fast' });
  expect(lab.upstream.requests[0]?.body).not.toContain('fast');
});

test('of a stream the events are kept, with their deltas joined', async () => {
  await start();
  const answer = await send(lab.origin, { body: { ...TURN, stream: true } });
  const record = await kept(answer.header('x-tiergate-turn') ?? '');
  const events = (record.answer ?? '').split('\n').map((line) => JSON.parse(line) as { type: string; delta?: string });
  const sent = answer.text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as { type: string; delta?: string });
  const deltas = (all: typeof sent): string =>
    all.flatMap(({ type, delta }) => (type === 'response.output_text.delta' ? [delta] : [])).join('');
  expect(deltas(events)).toBe(deltas(sent));
  expect(deltas(events)).not.toBe('');
  expect(events.filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('response.completed');
});

test('nothing of a turn can be found on the disk, and a provider’s key not even in what was kept', async () => {
  await start();
  const input = `the treasure is under the palm; ${FAKE_KEY}`;
  const answer = await send(lab.origin, { body: { ...TURN, input, stream: true } });
  const record = await kept(answer.header('x-tiergate-turn') ?? '');
  expect(record.prompt).toContain('under the palm; [key removed]');
  await lab.gateway.client.call('backup.make', {});
  const exported = await lab.gateway.client.call('export.piece', { format: 'jsonl' });
  await lab.gateway.runtime.stop();
  const all = readdirSync(lab.gateway.home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(all.map(({ name }) => name)).toContain(files()[0]);
  for (const { parentPath, name } of all) {
    const bytes = readFileSync(join(parentPath, name));
    for (const word of ['palm', FAKE_KEY, LOCAL_KEY]) expect(bytes.includes(word), name).toBe(false);
  }
  expect(exported.text).not.toContain('palm');
});

test('keeping changes nothing of a turn', async () => {
  await start();
  const captured = await send(lab.origin, { body: { ...TURN, stream: true } });
  await lab.close();
  lab = await startLab();
  const plain = await send(lab.origin, { body: { ...TURN, stream: true } });
  const shape = (text: string): string => text.replaceAll(/resp_\w+|msg_\w+|"created_at":\d+/g, '');
  expect(shape(captured.text)).toBe(shape(plain.text));
  expect(files()).toEqual([]);
  expect(lab.gateway.keychain.entries.size).toBe(0);
});

test('only the chosen tools are listened to', async () => {
  await start({ tools: ['another'] });
  const answer = await send(lab.origin, { body: TURN });
  await lab.gateway.runtime.stop();
  expect(answer.status).toBe(200);
  expect(files()).toEqual([]);
});

test('of all turns the chosen share is kept', async () => {
  const chances = [0.24, 0.25, 0.9, 0];
  await start({ sample: 0.25 }, { runtime: { random: () => chances.shift() ?? 1 } });
  const turns: string[] = [];
  for (let count = 0; count < 4; count += 1)
    turns.push((await send(lab.origin, { body: TURN })).header('x-tiergate-turn') ?? '');
  await kept(turns[3] ?? '');
  await lab.gateway.runtime.stop();
  const found = turns.filter((turn) => files().some((file) => file.includes(turn)));
  expect(found).toEqual([turns[0], turns[3]]);
});

test('what is longer than the limit is cut, and says so', async () => {
  await start({ maxKiB: 1 });
  const input = `${'a'.repeat(900)}${'ä'.repeat(500)}`;
  const answer = await send(lab.origin, { body: { ...TURN, input } });
  const record = await kept(answer.header('x-tiergate-turn') ?? '');
  expect(Buffer.byteLength(record.prompt ?? '')).toBeLessThanOrEqual(1024);
  expect(Buffer.byteLength(record.prompt ?? '')).toBeGreaterThan(1020);
  expect(record.prompt).not.toContain('\ufffd');
  expect(record.cut).toBe(true);
});

test('an answer in the gateway’s own words is kept too', async () => {
  await start({}, { settings: { policy: { rules: [{ serviceTier: 'priority', action: 'block' }] } } });
  const answer = await send(lab.origin, { body: { ...TURN, service_tier: 'priority' } });
  expect(answer.status).toBe(403);
  const [turn] = await lab.newRows();
  expect(await kept(turn?.id ?? '')).toMatchObject({ answer: answer.text });
});

test('a turn that its tool left is kept up to there', async () => {
  await start();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.always({ kind: 'stall', until: promise });
  const call = dial(lab.origin);
  call.on('error', () => undefined);
  await lab.upstream.requested(1);
  call.destroy();
  await expect.poll(async () => (await lab.gateway.turns()).length).toBe(1);
  const [turn] = await lab.gateway.turns();
  expect(await kept(turn?.id ?? '')).toMatchObject({ answer: null, cut: false });
  resolve(undefined);
});

test('without a keychain the turn goes on, nothing is kept, and a notice says why', async () => {
  const keychain = new FakeKeychain();
  keychain.missing = 'no Secret Service is running.';
  await start({}, { runtime: { keychain } });
  await expect.poll(() => lab.gateway.runtime.status().notices.map(({ code }) => code)).toContain('capture_off');
  const answer = await send(lab.origin, { body: TURN });
  expect(answer.status).toBe(200);
  await lab.gateway.runtime.stop();
  expect(files()).toEqual([]);
});

test('it begins and ends with the settings, and a wipe leaves nothing', async () => {
  lab = await startLab();
  await send(lab.origin, { body: TURN });
  await lab.gateway.client.call('settings.set', { section: 'capture', value: { enabled: true } });
  const answer = await send(lab.origin, { body: TURN });
  await kept(answer.header('x-tiergate-turn') ?? '');
  await lab.gateway.client.call('settings.set', { section: 'capture', value: { enabled: false } });
  await send(lab.origin, { body: TURN });
  expect(await lab.gateway.client.call('capture.wipe', {})).toEqual({ removed: 1 });
  expect(files()).toEqual([]);
  expect(lab.gateway.keychain.entries.size).toBe(0);
});
