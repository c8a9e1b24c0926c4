import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, dial, send } from './tool.ts';

const OTHER_KEY = 'sk-fake-provider-key-0002';
const OWN_HEADER = 'value-of-the-owner';

let lab: Lab;

afterEach(async () => {
  await lab.close();
});

async function start(enabled: boolean): Promise<void> {
  lab = await startLab({
    settings: { dump: { enabled } },
    account: { keys: [{ env: 'LAB_KEY' }, { env: 'OTHER' }], headers: { 'X-Of-The-Owner': OWN_HEADER } },
    upstream: { keys: [FAKE_KEY, OTHER_KEY] },
    runtime: { environment: { LAB_KEY: FAKE_KEY, OTHER: OTHER_KEY } },
  });
}

async function attempts(turn: string): Promise<{ request: string; response: string }[]> {
  let found: { request: string; response: string }[] = [];
  await expect
    .poll(async () => {
      found = (await lab.gateway.client.call('dump.get', { turn })).attempts;
      return found.length > 0 && found.every(({ response }) => response !== '');
    })
    .toBe(true);
  return found;
}

test('every attempt of a turn can be read afterwards, and in none of the files is a key', async () => {
  await start(true);
  lab.upstream.next({ kind: 'error', status: 429, quotesKey: true });
  const answer = await send(lab.origin, { body: { ...TURN, stream: true, input: `a secret: ${FAKE_KEY}` } });
  const [first, second] = await attempts(answer.header('x-tiergate-turn') ?? '');
  expect(first?.request).toContain('POST http://127.0.0.1');
  expect(first?.request).toContain('authorization: [removed]');
  expect(first?.response).toMatch(/^HTTP\/1.1 429/);
  expect(second?.response).toMatch(/^HTTP\/1.1 200/);
  expect(second?.response).toContain('event: response.completed');
  await lab.gateway.runtime.stop();
  const folder = join(lab.gateway.home, 'dumps');
  expect(readdirSync(folder)).toHaveLength(4);
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'latin1');
    for (const secret of [FAKE_KEY, OTHER_KEY, LOCAL_KEY, OWN_HEADER]) expect(text, file).not.toContain(secret);
  }
});

test('a dump changes nothing of a turn', async () => {
  await start(true);
  const dumped = await send(lab.origin, { body: { ...TURN, stream: true } });
  await lab.close();
  await start(false);
  const plain = await send(lab.origin, { body: { ...TURN, stream: true } });
  const shape = (text: string): string => text.replaceAll(/resp_\w+|msg_\w+|"created_at":\d+/g, '');
  expect(shape(dumped.text)).toBe(shape(plain.text));
  expect(readdirSync(lab.gateway.home)).not.toContain('dumps');
});

test('a turn that its tool left is dumped up to there', async () => {
  await start(true);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  lab.upstream.always({ kind: 'stall', until: promise });
  const call = dial(lab.origin);
  call.on('error', () => undefined);
  await lab.upstream.requested(1);
  call.destroy();
  await expect.poll(async () => (await lab.newRows()).length).toBe(1);
  const [turn] = await lab.gateway.turns();
  const [attempt] = await attempts(turn?.id ?? '');
  expect(attempt?.response).toContain('[broke off: ');
  resolve(undefined);
});
