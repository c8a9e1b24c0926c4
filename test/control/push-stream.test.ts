import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Push, PushSchema } from '../../src/shared/control.ts';
import { LOCAL_KEY, type TestGateway, startGateway } from '../fakes/gateway.ts';

let gateway: TestGateway;
let token: string;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  token = /#session=(.+)$/.exec(gateway.runtime.windowUrl() ?? '')?.[1] ?? '';
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});

afterAll(() => gateway.close());

function open(
  protocols: readonly string[],
  path = '/_tiergate/events',
  headers: Readonly<Record<string, string>> = {},
): WebSocket {
  const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}${path}`, [...protocols], { headers });
  // What is ended before it was open says so.
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** A window that listens, with everything it was pushed. */
async function listen(): Promise<{ socket: WebSocket; pushes: Push[]; next: (type: Push['type']) => Promise<Push> }> {
  const socket = open(['tiergate', `session.${token}`]);
  const pushes: Push[] = [];
  socket.on('message', (data: Buffer) => {
    pushes.push(PushSchema.parse(JSON.parse(data.toString())));
    socket.emit('pushed');
  });
  await once(socket, 'open');
  const next = async (type: Push['type']): Promise<Push> => {
    for (;;) {
      const found = pushes.find((push) => push.type === type);
      if (found !== undefined) return found;
      await once(socket, 'pushed');
    }
  };
  return { socket, pushes, next };
}

async function runTurn(): Promise<void> {
  const answer = await fetch(`${gateway.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
    body: '{"model":"gpt-5.5","service_tier":"fast"}',
  });
  await answer.text();
}

describe('the push stream', () => {
  test('tells of a turn soon after its end, and of the status it changed', async () => {
    const { socket, next } = await listen();
    expect(socket.protocol).toBe('tiergate');
    await runTurn();
    const push = await next('turns');
    expect(push).toMatchObject({
      turns: [{ tool: 'lab', tiers: { requested: 'priority', sent: null }, verdict: 'filter' }],
    });
    expect(push).toMatchObject({ turns: await gateway.turns() });
    expect(await next('status')).toMatchObject({ status: { version: 'test' } });
  });

  test('gathers turns that end together', async () => {
    const { pushes, next } = await listen();
    await Promise.all(Array.from({ length: 10 }, runTurn));
    const told = (): number => pushes.flatMap((push) => (push.type === 'turns' ? push.turns : [])).length;
    await next('turns');
    await expect.poll(told, { interval: 5 }).toBe(10);
    expect(pushes.filter(({ type }) => type === 'turns').length).toBeLessThan(10);
  });

  test('tells of a new policy', async () => {
    const { next } = await listen();
    await gateway.client.call('policy.set', { policy: { rules: [{ id: 'x', serviceTier: 'flex', action: 'block' }] } });
    expect(await next('policy')).toMatchObject({ policy: { rules: [{ id: 'x', serviceTier: 'flex' }] } });
  });

  test('a window that sends something is not listened to', async () => {
    const { socket, next } = await listen();
    socket.send('{"call":"tool.add"}');
    await runTurn();
    expect(await next('turns')).toMatchObject({ type: 'turns' });
  });
});

describe('attack: a push stream for somebody else', () => {
  test.each<[name: string, protocols: () => readonly string[], path: string, headers: () => Record<string, string>]>([
    ['no token', () => ['tiergate'], '/_tiergate/events', () => ({})],
    ['no subprotocol at all', () => [], '/_tiergate/events', () => ({})],
    ['another token', () => ['tiergate', 'session.AAAAAAAA'], '/_tiergate/events', () => ({})],
    ['an empty token', () => ['tiergate', 'session.'], '/_tiergate/events', () => ({})],
    ['the token alone', () => [`session.${token}`], '/_tiergate/events', () => ({})],
    [
      'two tokens, the first one wrong',
      () => ['tiergate', 'session.AAAA', `session.${token}`],
      '/_tiergate/events',
      () => ({}),
    ],
    ['the token in the query', () => ['tiergate'], `/_tiergate/events?session=TOKEN`, () => ({})],
    ['the token in the other header', () => ['tiergate'], '/_tiergate/events', () => ({ 'x-tiergate-session': token })],
    ['a tool’s key', () => ['tiergate'], '/_tiergate/events', () => ({ authorization: `Bearer ${LOCAL_KEY}` })],
    ['another path', () => ['tiergate', `session.${token}`], '/_tiergate/event', () => ({})],
    ['an odd path', () => ['tiergate', `session.${token}`], '/_tiergate//events', () => ({})],
  ])('%s: 401, and nothing is echoed', async (_name, protocols, path, headers) => {
    const socket = open(protocols(), path.replace('TOKEN', token), headers());
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(answer.statusCode).toBe(401);
    expect(JSON.stringify(answer.headers)).not.toContain(token);
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
    'a page from %s: 403, token or not',
    async (origin) => {
      const socket = open(['tiergate', `session.${token}`], '/_tiergate/events', { origin });
      const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      expect(answer.statusCode).toBe(403);
    },
  );

  test('our own page: let in', async () => {
    const socket = open(['tiergate', `session.${token}`], '/_tiergate/events', { origin: gateway.origin });
    await once(socket, 'open');
    expect(socket.protocol).toBe('tiergate');
  });
});
