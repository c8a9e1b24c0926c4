import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeTimers } from '../fakes/timers.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { TURN, begin, send } from './tool.ts';

/** A paused gateway refuses new turns, says so, and lets open ones go on. */
let lab: SocketLab;
let timers: FakeTimers;

beforeEach(async () => {
  timers = new FakeTimers();
  lab = await startSocketLab({ runtime: { after: timers.after, now: timers.now } });
});
afterEach(() => lab.close());

const pause = (minutes?: number): Promise<unknown> =>
  lab.gateway.client.call('gateway.pause', minutes === undefined ? {} : { minutes });
const FRAME = { type: 'response.create', model: 'gpt-5.5', input: [] };

describe('while the gateway is paused', () => {
  test('a request gets 503 with the reason, reaches nobody and makes no row', async () => {
    await pause();
    const refused = await send(lab.origin);
    expect(refused.status).toBe(503);
    expect(refused.text).toContain('gateway_paused');
    expect(lab.upstream.requests).toHaveLength(0);
    expect(await lab.newRows()).toHaveLength(0);
    expect(lab.gateway.runtime.status()).toMatchObject({ paused: { until: null }, refused: { gateway_paused: 1 } });
  });

  test('a stream that was open ends whole', async () => {
    const gate = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'answer', pause: (event) => (event === 5 ? gate.promise : undefined) });
    const answer = await begin(lab.origin, { body: { ...TURN, stream: true } });
    await answer.until('"delta"');
    await pause();
    gate.resolve(undefined);
    expect((await answer.whole()).text).toContain('response.completed');
  });

  test('a turn of an open session is refused with an event, and never sent', async () => {
    const tool = await lab.open();
    await pause();
    tool.send(FRAME);
    await tool.closed;
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'gateway_paused' } });
  });

  test.each([
    { type: 'input_audio_buffer.append', audio: 'AAAA' },
    { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [] } },
  ])('$type is not handed on into an open Realtime session, where the upstream could begin a turn', async (said) => {
    const tool = await lab.open({ path: '/v1/realtime?model=gpt-5.5' });
    tool.send(said);
    await lab.sockets.last.received(1);
    await pause();
    tool.send(said);
    await tool.closed;
    expect(tool.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'gateway_paused' } });
    expect(lab.sockets.messages).toHaveLength(1);
  });

  test('what asks for no turn is handed on into any other session', async () => {
    const tool = await lab.open();
    await tool.turn();
    await pause();
    tool.send({ type: 'response.cancel' });
    expect((await lab.sockets.last.received(2)).text).toContain('response.cancel');
  });

  test('turns are taken again when it is resumed', async () => {
    await pause();
    await lab.gateway.client.call('gateway.resume');
    expect((await send(lab.origin)).status).toBe(200);
    expect(lab.gateway.runtime.status().paused).toBeNull();
  });

  test('turns are taken again by themselves when its time is over, and not before', async () => {
    await pause(15);
    timers.pass(15 * 60_000 - 1);
    expect((await send(lab.origin)).status).toBe(503);
    timers.pass(1);
    expect((await send(lab.origin)).status).toBe(200);
  });

  test('the last wish counts: a pause without end takes the place of a short one', async () => {
    await pause(15);
    await pause();
    timers.pass(60 * 60_000);
    expect((await send(lab.origin)).status).toBe(503);
  });
});
