import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type SocketLab, startSocketLab } from '../gateway/socket-lab.ts';

/** The official SDK's WebSocket helper for Responses, pointed at the gateway. */
let lab: SocketLab;
let client: OpenAI;

beforeAll(async () => {
  const rules = [
    { serviceTier: 'priority', action: 'filter' },
    { serviceTier: 'scale', action: 'block', errorMessage: 'No Scale on this machine' },
  ];
  lab = await startSocketLab({ settings: { policy: { rules } } });
  client = new OpenAI({ apiKey: LOCAL_KEY, baseURL: lab.gateway.baseUrl });
});
afterEach(async () => {
  lab.sockets.refuse = null;
  await lab.newRows();
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

test('runs several turns on one connection, with a tier of their own each', async () => {
  const socket = new ResponsesWS(client);
  const texts: string[] = [];
  for (const tier of ['priority', 'flex', 'fast'] as const) {
    const done = new Promise<void>((resolve, reject) => {
      socket.once('response.completed', (event) => {
        texts.push(event.response.output_text);
        resolve();
      });
      socket.once('error', reject);
    });
    socket.send({ type: 'response.create', model: 'gpt-5.5', input: 'hi', service_tier: tier });
    await done;
  }
  socket.close();
  expect(texts).toHaveLength(3);
  expect(lab.sockets.messages.filter(({ text }) => /priority|fast/.test(text))).toEqual([]);
  const rows = await lab.newRows();
  expect(rows.map(({ tiers, transport }) => [tiers.requested, tiers.sent, tiers.billed, transport])).toEqual([
    ['priority', null, 'default', 'websocket'],
    ['flex', 'flex', 'flex', 'websocket'],
    ['priority', null, 'default', 'websocket'],
  ]);
});

describe('hears', () => {
  test('why a rule blocks a turn, and then the close', async () => {
    const socket = new ResponsesWS(client);
    const heard: string[] = [];
    const closed = new Promise<void>((resolve) => {
      socket.on('error', (error) => heard.push(error.message));
      socket.on('close', (code, reason) => {
        heard.push(`${code} ${reason}`);
        resolve();
      });
    });
    socket.send({ type: 'response.create', model: 'gpt-5.5', input: 'hi', service_tier: 'scale' });
    await closed;
    expect(heard.join('\n')).toContain('No Scale on this machine');
    expect(heard.at(-1)).toBe('1008 No Scale on this machine');
    expect(await lab.newRows()).toMatchObject([{ verdict: 'block', tiers: { sent: null } }]);
  });

  test('that the upstream takes no WebSocket', async () => {
    lab.sockets.refuse = { kind: 'status', status: 404 };
    const socket = new ResponsesWS(client);
    const error = await new Promise<Error>((resolve) => socket.on('error', resolve));
    expect(error.message).toContain('426');
    socket.close();
  });
});
