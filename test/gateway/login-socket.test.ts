import { afterEach, describe, expect, test } from 'vitest';
import { type LoginLab, startLoginLab } from './login-lab.ts';
import { accountAt } from '../fakes/gateway.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { ToolSocket, dial, startSocketLab } from './socket-lab.ts';

let lab: LoginLab;
let tool: ToolSocket;

afterEach(async () => {
  tool.webSocket.terminate();
  await lab.close();
});

async function open(account: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  lab = await startLoginLab({ ...account });
  await reopen(headers);
}

async function reopen(headers: Readonly<Record<string, string>> = {}): Promise<void> {
  tool = new ToolSocket(dial(lab.gateway.origin, { headers }));
  await tool.opened;
}

async function rows(): Promise<unknown[]> {
  return (await lab.gateway.turns()).map(({ status, tiers, servedTrust, models }) => ({
    status,
    tiers: [tiers.requested, tiers.sent],
    servedTrust,
    model: models.upstream,
  }));
}

describe('a session over a login', () => {
  test('names its account, and its frames are made fit', async () => {
    await open({}, { 'chatgpt-account-id': 'of the tool' });
    const { request } = lab.backend.sockets.last;
    expect(request.path).toBe('/backend-api/codex/responses');
    expect(request.header('chatgpt-account-id')).toEqual(['workspace-1']);
    await tool.turn({ model: 'gpt-5.1', input: 'hi', temperature: 1, service_tier: 'flex' });
    await tool.turn({ previous_response_id: 'resp_1', service_tier: 'priority' });
    expect(await rows()).toEqual([
      { status: 200, tiers: ['flex', null], servedTrust: 'unverifiable', model: 'gpt-5.4' },
      { status: 200, tiers: ['priority', 'priority'], servedTrust: 'unverifiable', model: 'gpt-5.5' },
    ]);
    expect(lab.backend.upstream.violations).toEqual([]);
  });

  test('carries Codex’s own frames byte for byte', async () => {
    await open({}, { originator: 'codex_exec' });
    const frame = '{"type":"response.create", "model":"gpt-5.5","stream":true,"store":false,"input":[],"include":[]}';
    tool.send(frame);
    await tool.event('response.completed');
    expect(lab.backend.sockets.messages.map(({ text }) => text)).toEqual([frame]);
  });

  test('is told of the plan’s quotas in events', async () => {
    await open();
    const primary = { used_percent: 7, window_minutes: 300, reset_at: 1_900_000_000 };
    lab.backend.sockets.last.send({ type: 'codex.rate_limits', rate_limits: { primary, secondary: null } });
    await tool.event('codex.rate_limits');
    expect(lab.gateway.runtime.status().accounts[0]?.quotas).toMatchObject([
      { minutes: 300, usedPercent: 7, resetsAt: 1_900_000_000_000 },
    ]);
  });

  test('is dialled again with a new token where the handshake is refused', async () => {
    lab = await startLoginLab();
    lab.backend.tokens.length = 0;
    await reopen();
    await tool.turn();
    expect(lab.server.requests).toHaveLength(1);
    expect(lab.backend.sockets.handshakes).toBe(2);
  });
});

describe.each([
  ['not', {}, 429, 0],
  ['but', { allowDearer: true }, null, 1],
])('a plan that is used up within a session', (word, more, refused, dialled) => {
  test(`is ${word} replaced by money in the next one where that account ${JSON.stringify(more)}`, async () => {
    const money = await startSocketLab();
    const paid = accountAt(money.upstream.baseUrl, { id: 'money', priority: 9, ...more });
    lab = await startLoginLab({}, { others: [paid], environment: { LAB_KEY: FAKE_KEY } });
    await reopen();
    const limit = { type: 'usage_limit_reached', message: 'no', resets_in_seconds: 600 };
    lab.backend.sockets.script = () => [{ type: 'error', status: 429, error: limit }];
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    await tool.event('error');
    tool.webSocket.terminate();
    tool = new ToolSocket(dial(lab.gateway.origin));
    const answer = Promise.withResolvers<number | null>();
    tool.webSocket.on('unexpected-response', (_, response) => {
      answer.resolve(response.statusCode ?? 0);
      response.resume();
      tool.webSocket.terminate();
    });
    tool.webSocket.on('open', () => {
      answer.resolve(null);
    });
    expect(await answer.promise).toBe(refused);
    expect(money.sockets.handshakes).toBe(dialled);
    tool.webSocket.terminate();
    await money.close();
  });
});

describe('a session whose token ends before its time', () => {
  const refusal = { type: 'error', status: 401, error: { code: 'token_expired', message: 'no' } };
  const key = (): unknown => lab.gateway.runtime.status().accounts[0]?.keys[0]?.state;

  test('has it renewed for the next one, and the login is not to blame', async () => {
    await open();
    lab.backend.sockets.last.send(refusal);
    await tool.event('error');
    await expect.poll(() => lab.server.requests.length).toBe(1);
    tool.webSocket.terminate();
    await reopen();
    await tool.turn();
    expect(lab.backend.sockets.requests.at(-1)?.header('authorization')).not.toEqual(
      lab.backend.sockets.requests[0]?.header('authorization'),
    );
    expect(key()).toBe('ready');
  });

  test('and cannot be renewed lets the login cool down', async () => {
    await open();
    lab.server.script = { status: 500, body: {} };
    lab.backend.sockets.last.send(refusal);
    await tool.event('error');
    await expect.poll(key).toBe('cooling');
  });
});

describe('a session that is bridged', () => {
  test('is served over HTTP, with its prewarm’s instructions', async () => {
    await open({ sockets: 'http_bridge' });
    const warm = await tool.turn({ generate: false, input: [{ role: 'system', content: 'x' }] });
    const { id } = warm['response'] as { id: string };
    await tool.turn({ previous_response_id: id, input: [{ role: 'user', content: 'hi' }] });
    expect(lab.backend.upstream.last.json).toMatchObject({
      store: false,
      stream: true,
      input: [{ role: 'developer' }, { role: 'user' }],
    });
    expect(lab.backend.upstream.violations).toEqual([]);
  });

  test('goes on with a new token where the old one is refused', async () => {
    await open({ sockets: 'http_bridge' });
    await tool.turn();
    lab.backend.tokens.length = 0;
    await tool.turn();
    await tool.turn();
    expect(lab.server.requests).toHaveLength(1);
    expect(lab.backend.upstream.requests).toHaveLength(4);
    expect(await rows()).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }]);
  });

  test('does not send a turn again that the policy has come to forbid meanwhile', async () => {
    await open({ sockets: 'http_bridge' });
    await tool.turn();
    lab.backend.tokens.length = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lab.server.gate = promise;
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    await expect.poll(() => lab.server.requests.length).toBe(1);
    const policy = { rules: [{ serviceTier: 'missing', action: 'block' }] };
    await lab.gateway.client.call('policy.set', { policy });
    resolve(undefined);
    expect(await tool.event('error')).toMatchObject({ error: { code: 'policy_changed' } });
    expect(lab.backend.upstream.requests).toHaveLength(2);
  });

  test('is told of the refusal where there is no other', async () => {
    await open({ sockets: 'http_bridge' });
    lab.server.script = { status: 401, body: {} };
    lab.backend.tokens.length = 0;
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    expect(await tool.event('error')).toMatchObject({ status: 502 });
    expect(await rows()).toMatchObject([{ status: 502 }]);
  });
});
