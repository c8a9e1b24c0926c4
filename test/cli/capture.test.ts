import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LOCAL_KEY, type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';
import { BUILT, Tiergate } from './tiergate.ts';

/** Prompts and answers by command, asked of the gateway that runs. */
let upstream: Upstream;
let gateway: TestGateway;
let tiergate: Tiergate;
let turn = '';

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)], capture: { enabled: true } });
  tiergate = new Tiergate(BUILT, gateway.home);
  const answer = await fetch(`${gateway.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
    body: '{"model":"gpt-5.5","input":"where is the \u009btreasure"}',
  });
  await answer.text();
  turn = answer.headers.get('x-tiergate-turn') ?? '';
  await vi.waitUntil(async () => (await gateway.client.call('capture.get', { turn })).prompt !== null, {
    timeout: 15_000,
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

test('what was said in a turn is shown, and nothing that a terminal would obey', async () => {
  const { code, out } = await tiergate.run(['capture', 'show', turn]);
  expect(code).toBe(0);
  const [prompt, answer] = out.split('\n');
  expect(prompt).toBe('{"model":"gpt-5.5","input":"where is the \u{fffd}treasure"}');
  expect(JSON.parse(answer ?? '')).toMatchObject({ object: 'response' });
  const whole = await tiergate.run(['capture', 'show', turn, '--json']);
  expect(JSON.parse(whole.out)).toEqual(await gateway.client.call('capture.get', { turn }));
});

test('a wipe says how much is gone, and then there is nothing to show', async () => {
  expect(await tiergate.run(['capture', 'wipe'])).toMatchObject({
    code: 0,
    out: 'Removed what was said in 1 turns.\n',
  });
  expect(gateway.keychain.entries.size).toBe(0);
  expect(await tiergate.run(['capture', 'show', turn])).toMatchObject({
    code: 0,
    out: 'Nothing was kept of this turn.\n',
  });
});
