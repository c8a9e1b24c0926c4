import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, speak, statuses, upgradeLines } from './raw-socket.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';

/** Compression on either side, and on both. */
describe.each([
  ['the tool’s side', false, true, true],
  ['the upstream’s side', true, false, true],
  ['both sides', true, true, true],
  ['neither, because the gateway’s is switched off', false, true, false],
])('compression on %s', (_, upstreamSide, toolSide, allowed) => {
  let lab: SocketLab;

  beforeAll(async () => {
    lab = await startSocketLab({
      account: { compressSockets: upstreamSide },
      settings: { gateway: { compressSockets: allowed } },
      sockets: { compresses: true, headers: ['openai-model: gpt-5.5'] },
    });
  });
  afterEach(() => {
    lab.sockets.refuse = null;
    expect(lab.upstream.violations).toEqual([]);
  });
  afterAll(() => lab.close());

  const settingsOf = (tool: { webSocket: { extensions: string } }): string => tool.webSocket.extensions;

  test('is agreed on as the settings say, and turns run', async () => {
    const tool = await lab.open({ compress: toolSide, headers: { 'session-id': 's' } });
    expect(settingsOf(tool)).toBe(toolSide && allowed ? 'permessage-deflate' : '');
    expect(settingsOf(lab.sockets.last)).toBe(upstreamSide ? 'permessage-deflate' : '');
    expect(lab.sockets.last.request.header('session-id')).toEqual(['s']);
    expect(tool.headers['openai-model']).toBe('gpt-5.5');
    const input = 'lorem ipsum '.repeat(1000);
    await tool.turn({ input, service_tier: 'fast' });
    await tool.turn({ input, service_tier: 'flex' });
    expect((await lab.newRows()).map(({ tiers, tokens }) => [tiers.sent, tokens.input])).toEqual([
      [null, 120],
      ['flex', 120],
    ]);
    lab.sockets.last.send(JSON.stringify({ type: 'big', text: 'ä☃'.repeat(500_000) }));
    await tool.event('big');
    lab.sockets.last.webSocket.close(4002, 'over');
    expect(await tool.closed).toMatchObject({ code: 4002, reason: 'over' });
  });

  test('changes nothing about refusals', async () => {
    lab.sockets.refuse = { kind: 'status', status: 403 };
    expect((await lab.refused({ compress: toolSide })).status).toBe(426);
    lab.sockets.refuse = { kind: 'reset' };
    expect((await lab.refused({ compress: toolSide })).status).toBe(502);
  });

  test('nor about what a tool may offer', async () => {
    const upgrade = (more: string): string =>
      upgradeLines(lab.origin, more === '' ? [] : [`Sec-WebSocket-Protocol: ${more}`]);
    expect(statuses(await speak(lab.origin, upgrade('').replace('/v1/responses', '/v1/responses?a=#b')))).toEqual([
      400,
    ]);
    const dialled = lab.sockets.requests.length;
    const tool = await connectRaw(lab.origin);
    tool.write(upgrade('a, a, b c, d'));
    await lab.sockets.dialled(dialled + 1);
    expect(lab.sockets.last.request.header('sec-websocket-protocol').join().replaceAll(' ', '')).toBe('a,d');
    tool.destroy();
  });

  test('nor about blocks and breaks', async () => {
    const tool = await lab.open({ compress: toolSide });
    tool.send({ type: 'response.create', model: 'm', Service_Tier: 'fast' });
    expect(await tool.closed).toMatchObject({ code: 1008, before: 1 });
    await lab.sockets.last.ended();
    const other = await lab.open({ compress: toolSide });
    lab.sockets.last.webSocket.terminate();
    expect(await other.closed).toMatchObject({ code: 1011 });
    const third = await lab.open({ compress: toolSide });
    third.webSocket.close(4003, 'gone');
    expect(await lab.sockets.last.ended()).toMatchObject({ code: 4003, reason: 'gone' });
    await lab.newRows();
  });
});
