import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY, type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';

const open: (TestGateway | Upstream)[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A gateway whose one account has a key in the keychain, before an upstream that quotes keys. */
async function startWith(keychain: FakeKeychain): Promise<TestGateway> {
  const upstream = await startUpstream({ script: { kind: 'error', status: 400, quotesKey: true } });
  open.push(upstream);
  const accounts = [accountAt(upstream.baseUrl, { keys: [{ keychain: 'lab/1' }] })];
  const gateway = await startGateway({ accounts }, { keychain });
  open.push(gateway);
  return gateway;
}

async function answerOf({ baseUrl }: TestGateway): Promise<string> {
  const answer = await fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
    body: '{"model":"gpt-5.5"}',
  });
  return `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

test('a gateway starts, and follows its settings, though its keychain does not answer', async () => {
  const keychain = new FakeKeychain();
  keychain.entries.set('lab/1', FAKE_KEY);
  const gate = Promise.withResolvers<undefined>();
  keychain.gate = gate.promise;
  const timers = new FakeTimers();
  const upstream = await startUpstream();
  open.push(upstream);
  const accounts = [
    accountAt(upstream.baseUrl, { keys: [{ keychain: 'lab/1' }] }),
    accountAt(upstream.baseUrl, { id: 'spare', priority: 60 }),
  ];
  const starting = startGateway({ accounts }, { keychain, after: timers.after });
  const clock = setInterval(() => {
    timers.pass(1000);
  }, 5);
  const gateway = await starting;
  open.push(gateway);
  await answerOf(gateway);
  await gateway.client.call('account.set', { id: 'spare', account: { ...accounts[1], priority: 70 } });
  clearInterval(clock);
  gate.resolve(undefined);
  await expect.poll(() => gateway.runtime.status().accounts[0]?.keys[0]?.state, { interval: 5 }).toBe('ready');
  await answerOf(gateway);
  expect((await gateway.turns()).map(({ account }) => account)).toEqual(['spare', 'lab']);
});

describe('attack: an upstream that quotes the key in its error', () => {
  test('a key known from the start does not get through', async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('lab/1', FAKE_KEY);
    const answer = await answerOf(await startWith(keychain));
    expect(answer).toContain('[key removed]');
    expect(answer).not.toContain(FAKE_KEY);
  });

  test('a key stored through the gateway does not get through', async () => {
    const gateway = await startWith(new FakeKeychain());
    await gateway.client.call('key.set', { name: 'lab/1', key: FAKE_KEY });
    expect(await answerOf(gateway)).not.toContain(FAKE_KEY);
  });

  test('a key that came to hand after the keychain was unlocked does not get through', async () => {
    const keychain = new FakeKeychain();
    keychain.missing = 'the keyring is locked or has no login collection.';
    keychain.entries.set('lab/1', FAKE_KEY);
    const gateway = await startWith(keychain);
    keychain.missing = null;
    const answer = await answerOf(gateway);
    expect(answer).toContain('Incorrect API key provided');
    expect(answer).not.toContain(FAKE_KEY);
  });
});
