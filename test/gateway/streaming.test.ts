import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AnswerScript } from '../fakes/provider-script.ts';
import { type Lab, startLab } from './lab.ts';
import { type Call, TURN, begin, send } from './tool.ts';

/** Nothing is buffered that can flow: events arrive as they come, and a tool that does not read stops the provider. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const STREAM = { ...TURN, stream: true };
const CHAT = { path: '/v1/chat/completions', body: { model: 'm', messages: [], stream: true } };

describe('an event reaches the tool while the provider still holds the next one', () => {
  test.each([
    ['Responses', { body: STREAM }],
    // It asks for the usage itself, so that no chunk is kept from it.
    ['Chat', { ...CHAT, body: { ...CHAT.body, stream_options: { include_usage: true } } }],
  ])('%s, every one of them', async (_, call) => {
    const gates = Array.from({ length: 20 }, () => Promise.withResolvers<undefined>());
    lab.upstream.next({
      kind: 'answer',
      deltas: 2,
      pause: (event) => (event === 0 ? undefined : gates[event]?.promise),
    });
    const answer = await begin(lab.origin, call);
    let events = 0;
    for (;;) {
      const piece = await answer.piece();
      if (piece === null) break;
      events += piece.toString().split('\n\n').length - 1;
      expect(lab.upstream.last.progress.events).toBe(events);
      gates[events]?.resolve(undefined);
    }
    expect(events).toBeGreaterThan(3);
  });

  test('the headers come before the first event', async () => {
    const gate = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'answer', pause: (event) => (event === 0 ? gate.promise : undefined) });
    const answer = await begin(lab.origin, { body: STREAM });
    expect(answer.header('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(lab.gateway.runtime.status().openTurns).toBe(1);
    gate.resolve(undefined);
    expect((await answer.whole()).broken).toBe(false);
  });

  test('a comment that keeps the line alive as well', async () => {
    const gate = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'answer', comment: true, pause: () => gate.promise });
    const answer = await begin(lab.origin, { body: STREAM });
    expect((await answer.piece())?.toString()).toBe(': keep-alive\n\n');
    gate.resolve(undefined);
    await answer.whole();
  });

  test('the beginning of a JSON body too', async () => {
    lab.upstream.next({ kind: 'answer', writes: 10, pause: () => undefined });
    const answer = await begin(lab.origin, {});
    expect((await answer.piece())?.toString().startsWith('{"id":"re')).toBe(true);
    await answer.whole();
  });
});

describe('a tool that does not read', () => {
  const MIB = 1024 * 1024;
  // Random, so that the coding does not shrink it much.
  const noise = randomBytes(18 * MIB).toString('base64');

  // The system's own buffers may grow to 72 MiB on the two ways, where they are filled faster than the coded stream fills them.
  test.each<[string, Call, Partial<AnswerScript>, stopsBefore: number, whole: number]>([
    ['a stream', CHAT, { textLength: 96 * MIB }, 80 * MIB, 96 * MIB],
    ['a coded stream', CHAT, { text: noise, coding: 'gzip', deltas: 3000 }, 14 * MIB, 17 * MIB],
    ['a JSON body', {}, { textLength: 96 * MIB }, 80 * MIB, 96 * MIB],
  ])(
    'stops the provider, and goes on where it stopped: %s',
    async (_, call, script, stopsBefore, whole) => {
      lab.upstream.next({ kind: 'answer', deltas: 96, ...script, writes: 64 * 1024 });
      const answer = await begin(lab.origin, call);
      await answer.piece();
      expect(await standsStill(() => lab.upstream.last.progress.bytes)).toBeLessThan(stopsBefore);
      expect((await answer.whole()).broken).toBe(false);
      await lab.upstream.idle();
      expect(lab.upstream.last.outcome).toBe('finished');
      expect(lab.upstream.last.progress.bytes).toBeGreaterThan(whole);
      expect(await lab.newRows()).toMatchObject([{ status: 200, partial: false }]);
    },
    30_000,
  );

  test('does not hold up the others', async () => {
    lab.upstream.next({ kind: 'answer', textLength: 32 * MIB, deltas: 32 });
    const slow = await begin(lab.origin, CHAT);
    await standsStill(() => lab.upstream.last.progress.bytes);
    expect((await send(lab.origin)).status).toBe(200);
    slow.leave();
    await lab.upstream.left(1);
  });
});

/** The figure at which a counter has stayed the same for a while; there is no event for "nothing happens any more". */
async function standsStill(figure: () => number): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const same = figure() === before;
        before = figure();
        return same;
      },
      { interval: 150, timeout: 10_000 },
    )
    .toBe(true);
  return before;
}
