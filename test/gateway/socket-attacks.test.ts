import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FrameEncoder } from '../../src/main/upstream/frame-encoder.ts';
import { connectRaw, upgradeLines } from './raw-socket.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';

/** A tool that wants a tier it may not have tries every door of a session. */
let lab: SocketLab;

const BLOCK = { serviceTier: 'ultrafast', action: 'block', errorMessage: 'No ultrafast on this machine' };
const FILTER = { serviceTier: 'priority', action: 'filter' };

beforeAll(async () => {
  lab = await startSocketLab({ settings: { policy: { rules: [FILTER, BLOCK] } } });
});
afterEach(async () => {
  await lab.newRows();
  expect(lab.upstream.violations).toEqual([]);
});
afterAll(() => lab.close());

const create = (more: string): string => `{"type":"response.create","model":"gpt-5.5"${more}}`;

describe('a tier that is filtered never goes up', () => {
  test.each([
    ['plainly', create(',"service_tier":"priority"'), create('')],
    ['by its other name', create(',"service_tier":"fast"'), create('')],
    ['with blanks and capitals', create(',"service_tier":" FAST "'), create('')],
    ['with an escaped name', create(',"service\\u005ftier":"fast"'), create('')],
    ['said twice alike', create(',"service_tier":"fast","service_tier":"fast"'), create('')],
    ['in a nested response', create(',"response":{"service_tier":"priority"}'), create(',"response":{}')],
    ['in a nested session', create(',"session":{"service_tier":"priority"}'), create(',"session":{}')],
    [
      'in all three places',
      create(',"service_tier":"flex","response":{"service_tier":"fast"},"session":{"service_tier":"scale"}'),
      create(',"response":{},"session":{}'),
    ],
    ['under a type with blanks', '{"type":" response.create ","model":"gpt-5.5","service_tier":"fast"}', null],
    ['in a prewarm', create(',"generate":false,"service_tier":"fast"'), create(',"generate":false')],
  ])('%s', async (_, frame, expected) => {
    for (const binary of [false, true]) {
      const tool = await lab.open();
      tool.send(frame, binary);
      const received = await lab.sockets.last.received(1);
      expect(received.binary).toBe(binary);
      expect(received.text).toBe(expected ?? '{"type":" response.create ","model":"gpt-5.5"}');
      tool.webSocket.terminate();
    }
  });

  test('in the fragments of one message', async () => {
    const tool = await lab.open();
    const frame = Buffer.from(create(',"service_tier":"fast"'));
    for (let at = 0; at < frame.length; at += 7)
      tool.webSocket.send(frame.subarray(at, at + 7), { fin: at + 7 >= frame.length, binary: false });
    expect((await lab.sockets.last.received(1)).text).toBe(create(''));
    tool.webSocket.terminate();
  });

  test('in a compressed message', async () => {
    const tool = await lab.open({ compress: true });
    expect(tool.webSocket.extensions).toBe('permessage-deflate');
    const padding = 'x'.repeat(5000);
    tool.send(create(`,"service_tier":"fast","input":"${padding}"`));
    expect((await lab.sockets.last.received(1)).text).toBe(create(`,"input":"${padding}"`));
    await tool.event('response.completed');
    tool.webSocket.terminate();
  });

  test('nor in the next ones, which the compression’s memory makes short', async () => {
    const tool = await lab.open({ compress: true });
    const padding = 'lorem ipsum '.repeat(400);
    for (const tier of ['fast', 'flex', 'fast']) tool.send(create(`,"service_tier":"${tier}","input":"${padding}"`));
    const upstream = lab.sockets.last;
    await upstream.received(3);
    expect(upstream.messages.map(({ text }) => text.replace(padding, ''))).toEqual([
      create(',"input":""'),
      create(',"service_tier":"flex","input":""'),
      create(',"input":""'),
    ]);
    tool.webSocket.terminate();
  });

  test('between the pieces of which signs of life go up', async () => {
    const tool = await lab.open();
    const frame = create(',"service_tier":"fast"');
    tool.webSocket.send(frame.slice(0, 40), { fin: false });
    tool.webSocket.ping('between');
    tool.webSocket.send(frame.slice(40), { fin: true });
    const upstream = lab.sockets.last;
    expect((await upstream.received(1)).text).toBe(create(''));
    expect(upstream.pings).toEqual(['between']);
    tool.webSocket.terminate();
  });

  test('in a nested response, whose model the rule does not name, where the session’s is the one it does', async () => {
    const { client } = lab.gateway;
    const before = await client.call('policy.get');
    await client.call('policy.set', { policy: { rules: [{ ...FILTER, models: ['gpt-5.5'] }] } });
    const tool = await lab.open();
    await tool.turn();
    tool.send('{"type":"response.create","response":{"model":"cheap","service_tier":"fast"}}');
    expect((await lab.sockets.last.received(2)).text).toBe('{"type":"response.create","response":{"model":"cheap"}}');
    await tool.event('response.completed', 2);
    expect((await lab.newRows()).at(-1)).toMatchObject({
      verdict: 'filter',
      tiers: { requested: 'priority', sent: null },
      models: { requested: 'cheap', upstream: 'cheap' },
    });
    tool.webSocket.terminate();
    await client.call('policy.set', { policy: before });
  });

  test('with a session.update', async () => {
    const tool = await lab.open();
    tool.send('{"type":"session.update","model":"gpt-5.5","session":{"service_tier":"priority","voice":"b"}}');
    expect((await lab.sockets.last.received(1)).text).toBe(
      '{"type":"session.update","model":"gpt-5.5","session":{"voice":"b"}}',
    );
    tool.webSocket.terminate();
  });
});

test.each(['pass', 'force'])('a tier for the whole session stays here also where a rule says %s', async (action) => {
  const { client } = lab.gateway;
  const before = await client.call('policy.get');
  const rule = { serviceTier: 'priority', action, ...(action === 'force' ? { forceTo: 'ultrafast' } : {}) };
  await client.call('policy.set', { policy: { rules: [rule] } });
  const tool = await lab.open();
  tool.send(
    '{"type":"session.update","model":"gpt-5.5","session":{"service_tier":"priority","voice":"b","speed":"fast"}}',
  );
  expect((await lab.sockets.last.received(1)).text).toBe(
    '{"type":"session.update","model":"gpt-5.5","session":{"voice":"b"}}',
  );
  tool.webSocket.terminate();
  await client.call('policy.set', { policy: before });
});

describe('a frame that readers could take differently ends the session', () => {
  test.each([
    ['two tiers that differ', create(',"service_tier":"flex","service_tier":"priority"'), 'member_repeated'],
    ['two models', create(',"model":"other","service_tier":"fast"'), 'member_repeated'],
    ['another model in the nested response', create(',"response":{"model":"other"}'), 'member_repeated'],
    ['two types', '{"type":"response.cancel","model":"m","type":"response.create"}', 'member_repeated'],
    ['a tier in capitals', create(',"Service_Tier":"priority"'), 'member_case'],
    ['a tier with a long s', create(',"ſervice_tier":"priority"'), 'member_case'],
    ['a type in capitals', '{"type":"Response.Create","model":"m","service_tier":"fast"}', 'member_case'],
    ['a type with a null letter', '{"type":"response.create\\u0000","model":"m"}', 'member_case'],
    ['a type whose name is in capitals', '{"Type":"response.create","model":"m"}', 'member_case'],
    ['two nested sessions', create(',"session":{"service_tier":"flex"},"session":{}'), 'member_repeated'],
    ['a nested Session', create(',"Session":{"service_tier":"fast"}'), 'member_case'],
    ['half a document', '{"type":"response.create","model":"m","service_tier":"priority"', 'frame_invalid'],
    ['something after the document', `${create('')}{}`, 'frame_invalid'],
    ['a byte order mark', `\ufeff${create('')}`, 'frame_invalid'],
    ['an array', `[${create('')}]`, 'frame_invalid'],
    ['nothing', '', 'frame_invalid'],
    ['NaN', create(',"x":NaN'), 'frame_invalid'],
    ['three hundred levels', create(`,"x":${'['.repeat(300)}${']'.repeat(300)}`), 'frame_invalid'],
  ])('%s', async (_, frame, code) => {
    for (const later of [false, true]) {
      const tool = await lab.open();
      const upstream = lab.sockets.last;
      if (later) await tool.turn();
      tool.send(frame);
      const { code: closeCode, before } = await tool.closed;
      expect(closeCode).toBe(1008);
      expect(tool.events.at(-1)).toMatchObject({
        type: 'error',
        status: 400,
        error: { type: 'invalid_request_error', code },
      });
      expect(before).toBe(tool.messages.length);
      await upstream.ended();
      expect(upstream.messages).toHaveLength(later ? 1 : 0);
      const rows = await lab.newRows();
      expect(rows).toHaveLength(later ? 2 : 1);
      expect(rows.at(-1)).toMatchObject({ verdict: null, error: code, status: 400, transport: 'websocket' });
    }
  });

  test('a binary message that is not UTF-8', async () => {
    const tool = await lab.open();
    tool.send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), true);
    expect(await tool.closed).toMatchObject({ code: 1008, reason: 'invalid JSON payload' });
  });

  test('a bomb, small on the wire and over the limit inflated, closes 1009', async () => {
    const tool = await lab.open({ compress: true });
    tool.send(create(`,"input":"${'x'.repeat(17 * 1024 * 1024)}"`));
    expect(await tool.closed).toMatchObject({ code: 1009 });
    const upstream = lab.sockets.last;
    expect((await upstream.ended()).code).toBe(1009);
    expect(upstream.messages).toEqual([]);
  });

  test('a message in more pieces than any tool makes closes 1008', async () => {
    const tool = await lab.open();
    tool.webSocket.send('{', { fin: false });
    for (let sent = 0; sent < 17_000; sent += 1) tool.webSocket.send(' ', { fin: false });
    expect(await tool.closed).toMatchObject({ code: 1008 });
    await lab.sockets.last.ended();
    expect(lab.sockets.last.messages).toEqual([]);
  });

  test('text that is not UTF-8 closes 1007', async () => {
    const tool = await lab.open();
    tool.webSocket.send(Buffer.from([0x7b, 0xff]), { binary: false });
    expect(await tool.closed).toMatchObject({ code: 1007 });
    await lab.sockets.last.ended();
    expect(lab.sockets.last.messages).toEqual([]);
  });

  test('a message over the limit closes 1009', async () => {
    const tool = await lab.open();
    tool.send(create(`,"input":"${'x'.repeat(17 * 1024 * 1024)}"`));
    expect(await tool.closed).toMatchObject({ code: 1009 });
    expect((await lab.sockets.last.ended()).code).toBe(1009);
  });
});

describe('a block', () => {
  test('is told before the close, and nothing goes up', async () => {
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    tool.send(create(',"service_tier":"ultrafast"'));
    expect(await tool.closed).toEqual({ code: 1008, reason: 'No ultrafast on this machine', before: 1 });
    expect(tool.events[0]).toEqual({
      event_id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) as string,
      type: 'error',
      status: 400,
      error: { type: 'invalid_request_error', code: 'policy_violation', message: 'No ultrafast on this machine' },
    });
    await upstream.ended();
    expect(upstream.messages).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { verdict: 'block', error: 'policy_violation', tiers: { requested: 'ultrafast', sent: null, billed: null } },
    ]);
  });

  test('holds for what lies behind it in the same segment', async () => {
    const socket = await connectRaw(lab.origin);
    const frames = new FrameEncoder();
    const text = (frame: string): Buffer => frames.encode(1, Buffer.from(frame));
    socket.write(upgradeLines(lab.origin));
    const count = lab.sockets.connections.length;
    const upstream = await lab.sockets.connected(count + 1);
    socket.write(Buffer.concat([text(create(',"service_tier":"ultrafast"')), text(create('')), text('{"type":"x"}')]));
    socket.resume();
    await once(socket, 'end');
    await upstream.ended();
    expect(upstream.messages).toEqual([]);
    expect(await lab.newRows()).toHaveLength(1);
    socket.destroy();
  });

  test('holds where all came with the handshake, before there was an upstream', async () => {
    const socket = await connectRaw(lab.origin);
    const frames = new FrameEncoder();
    const text = (frame: string): Buffer => frames.encode(1, Buffer.from(frame));
    const count = lab.sockets.connections.length;
    socket.write(
      Buffer.concat([
        Buffer.from(upgradeLines(lab.origin)),
        text(create(',"service_tier":"fast"')),
        text(create(',"service_tier":"ultrafast"')),
        text(create('')),
      ]),
    );
    socket.resume();
    const upstream = await lab.sockets.connected(count + 1);
    await upstream.ended();
    expect(upstream.messages.map(({ text: said }) => said)).toEqual([create('')]);
    expect((await lab.newRows()).map(({ verdict }) => verdict).toSorted()).toEqual(['block', 'filter']);
    socket.destroy();
  });

  test('of a later frame leaves the earlier turn its own row', async () => {
    const tool = await lab.open();
    await tool.turn({ service_tier: 'flex' });
    tool.send(create(',"service_tier":"ultrafast"'));
    await tool.closed;
    expect((await lab.newRows()).map(({ verdict, tiers }) => [verdict, tiers.sent])).toEqual([
      ['pass', 'flex'],
      ['block', null],
    ]);
  });

  test('while a turn is under way still writes down how that ends', async () => {
    lab.sockets.script = () => null;
    const tool = await lab.open();
    const upstream = lab.sockets.last;
    tool.send(create(',"service_tier":"flex"'));
    await upstream.received(1);
    tool.send(create(',"service_tier":"ultrafast"'));
    expect(await tool.closed).toMatchObject({ code: 1008 });
    upstream.send({ type: 'response.completed', response: { id: 'resp_1', service_tier: 'flex' } });
    await upstream.ended();
    lab.sockets.script = () => ({ kind: 'answer' });
    expect((await lab.newRows()).map(({ verdict, tiers, partial }) => [verdict, tiers.served, partial])).toEqual([
      ['block', null, false],
      ['pass', 'flex', false],
    ]);
  });

  test('with a long message cuts the reason on a letter', async () => {
    const message = `${'ä'.repeat(59)}a☃ and more`;
    await lab.gateway.client.call('policy.set', {
      policy: { rules: [FILTER, { ...BLOCK, errorMessage: message }] },
    });
    const tool = await lab.open();
    tool.send(create(',"service_tier":"ultrafast"'));
    const { reason } = await tool.closed;
    expect(reason).toBe(`${'ä'.repeat(59)}a`);
    expect(tool.events[0]).toMatchObject({ error: { message } });
  });
});

test('a rule that changes counts from the next frame of an open session', async () => {
  const tool = await lab.open();
  await tool.turn({ service_tier: 'scale' });
  await lab.gateway.client.call('policy.set', {
    policy: { rules: [FILTER, BLOCK, { serviceTier: 'scale', action: 'filter' }] },
  });
  await tool.turn({ service_tier: 'scale' });
  await lab.gateway.client.call('policy.set', { policy: { rules: [FILTER, BLOCK] } });
  await tool.turn({ service_tier: 'scale' });
  tool.webSocket.terminate();
  expect((await lab.newRows()).map(({ tiers }) => tiers.sent)).toEqual(['scale', null, 'scale']);
});

test('a turn without a model has no tier that is forbidden for the model of the turn before it', async () => {
  const before = await lab.gateway.client.call('policy.get');
  await lab.gateway.client.call('policy.set', {
    policy: { rules: [{ serviceTier: 'priority', action: 'filter', models: ['dear'] }] },
  });
  const tool = await lab.open();
  await tool.turn({ model: 'cheap' });
  await tool.turn({ model: 'dear' });
  tool.send('{"type":"response.create","service_tier":"priority"}');
  await tool.event('response.completed', 3);
  expect(lab.sockets.last.messages.at(-1)?.text).toBe('{"type":"response.create"}');
  tool.webSocket.terminate();
  await lab.gateway.client.call('policy.set', { policy: before });
});

test('frames that ask for no turn go up byte for byte', async () => {
  const frames = [
    '{"type":"response.steer","service_tier":"priority", "input":[1.0,1e2]}',
    '{"type":"conversation.item.create","service_tier":"fast","item":{}}',
    '{"model":"m","service_tier":"priority"}',
    '{"type":"","model":"m","service_tier":"priority"}',
    '{"type":null,"service_tier":"priority"}',
  ];
  const tool = await lab.open();
  await tool.turn();
  for (const frame of frames) tool.send(frame);
  await lab.sockets.last.received(1 + frames.length);
  expect(lab.sockets.last.messages.slice(1).map(({ text }) => text)).toEqual(frames);
  tool.webSocket.terminate();
  await tool.closed;
  expect(await lab.newRows()).toHaveLength(1);
});

test('a key that is revoked opens no further turn, on an open session neither', async () => {
  const other = await startSocketLab();
  const tool = await other.open();
  await tool.turn();
  await other.gateway.client.call('tool.revoke', { name: 'lab' });
  tool.send(create(''));
  expect(await tool.closed).toMatchObject({ code: 1008 });
  expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'local_key_invalid' } });
  await other.sockets.last.ended();
  expect(other.sockets.messages).toHaveLength(1);
  await other.close();
});

test('the window is told of a session without asking', async () => {
  const heard: number[] = [];
  const unsubscribe = lab.gateway.client.subscribe((push) => {
    if (push.type === 'status') heard.push(...push.status.sessions.map(({ turns }) => turns));
  });
  const tool = await lab.open();
  await tool.turn();
  await expect.poll(() => heard.at(-1)).toBe(1);
  unsubscribe();
  tool.webSocket.terminate();
});
