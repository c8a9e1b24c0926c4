import { WebSocket } from 'ws';
import { expect, test } from 'vitest';
import { LOCAL_KEY, startGateway } from '../fakes/gateway.ts';
import { ToolSocket } from './socket-lab.ts';

test('without any account the sandbox answers on a WebSocket too', async () => {
  const gateway = await startGateway();
  const tool = new ToolSocket(
    new WebSocket(`${gateway.baseUrl.replace('http', 'ws')}/responses`, {
      headers: { authorization: `Bearer ${LOCAL_KEY}` },
    }),
  );
  await tool.opened;
  await tool.turn({ generate: false });
  expect(tool.events.map(({ type }) => type)).toEqual(['response.created', 'response.completed']);
  const end = await tool.turn({ service_tier: 'priority' });
  expect(end).toMatchObject({ response: { status: 'completed', service_tier: 'default' } });
  tool.webSocket.close();
  await tool.closed;
  expect(await gateway.turns()).toMatchObject([
    { account: 'sandbox', transport: 'websocket' },
    { account: 'sandbox', tiers: { requested: 'priority', sent: null, served: 'default' }, verdict: 'filter' },
  ]);
  await gateway.close();
});
