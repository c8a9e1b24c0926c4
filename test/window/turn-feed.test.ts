import { expect, test } from 'vitest';
import { createTurnFeed, mergeTurns, type TurnFeed } from '../../src/renderer/turn-feed.ts';
import { createControlClient } from '../../src/shared/control.ts';
import { createFakeCarrier, type FakeCarrier, faultOf } from '../fakes/control-carrier.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const turnsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => sampleTurn(first + index));
const seqsOf = (feed: TurnFeed) => feed.state().turns.map(({ seq }) => seq);

function build(count: number): { readonly carrier: FakeCarrier; readonly feed: TurnFeed } {
  const carrier = createFakeCarrier({ turns: turnsFrom(1, count) });
  const client = createControlClient(carrier);
  const feed = createTurnFeed(client);
  client.subscribe((push) => {
    if (push.type === 'turns') feed.add(push.turns);
  });
  return { carrier, feed };
}

test('merging keeps newest first and every turn once', () => {
  const merged = mergeTurns(turnsFrom(1, 3).reverse(), [
    sampleTurn(3, { tool: 'again' }),
    sampleTurn(5),
    sampleTurn(4),
  ]);
  expect(merged.map(({ seq, tool }) => `${seq} ${tool}`)).toEqual([
    '5 codex',
    '4 codex',
    '3 again',
    '2 codex',
    '1 codex',
  ]);
});

test('begins with the newest page and goes on from its end, also when turns arrive meanwhile', async () => {
  const { carrier, feed } = build(250);
  await feed.catchUp();
  expect(feed.state()).toMatchObject({ phase: 'ready', more: true });
  expect([seqsOf(feed)[0], seqsOf(feed).at(-1)]).toEqual([250, 151]);

  carrier.finish(sampleTurn(251));
  await feed.loadOlder();
  await feed.loadOlder();
  expect(seqsOf(feed)).toEqual(Array.from({ length: 251 }, (_, index) => 251 - index));
  expect(feed.state().more).toBe(false);
});

test('a turn pushed before the first page neither hides nor replaces what is older', async () => {
  const { carrier, feed } = build(120);
  const first = feed.catchUp();
  carrier.finish(sampleTurn(121));
  await first;
  expect(feed.state()).toMatchObject({ phase: 'ready', more: true });
  expect(seqsOf(feed).slice(0, 2)).toEqual([121, 120]);
});

test('closes the gap after a lost connection, also when the first attempt fails', async () => {
  const { carrier, feed } = build(5);
  await feed.catchUp();
  carrier.connect(false);
  carrier.finish(...turnsFrom(6, 300));
  await feed.catchUp();
  expect(feed.state()).toMatchObject({ phase: 'ready', error: { code: 'gateway_unreachable' } });

  carrier.connect(true);
  carrier.finish(sampleTurn(306));
  await feed.catchUp();
  expect(seqsOf(feed)).toEqual(Array.from({ length: 306 }, (_, index) => 306 - index));
  expect(feed.state().error).toBeNull();
});

test('begins anew when more was missed than is worth fetching', async () => {
  const { carrier, feed } = build(5);
  await feed.catchUp();
  carrier.connect(false);
  carrier.finish(...turnsFrom(6, 1500));
  carrier.connect(true);
  await feed.catchUp();
  expect([seqsOf(feed)[0], seqsOf(feed).length, feed.state().more]).toEqual([1505, 100, true]);
});

test('stays bounded under pushes and still reaches what was let go', async () => {
  const { carrier, feed } = build(10);
  await feed.catchUp();
  for (const turn of turnsFrom(11, 700)) carrier.finish(turn);
  expect([seqsOf(feed).length, feed.state().more]).toEqual([500, true]);
  await feed.loadOlder();
  expect(seqsOf(feed)).toEqual(Array.from({ length: 600 }, (_, index) => 710 - index));
});

test('a failure is shown where there is nothing else, and can be tried again', async () => {
  const { carrier, feed } = build(3);
  carrier.fail('turns.page', faultOf('internal'));
  await feed.catchUp();
  expect(feed.state()).toMatchObject({ phase: 'failed', error: { code: 'internal' } });

  carrier.fail('turns.page', null);
  await feed.catchUp();
  expect(feed.state()).toMatchObject({ phase: 'ready', error: null });

  carrier.fail('turns.page', faultOf('internal'));
  await feed.loadOlder();
  expect(feed.state()).toMatchObject({ phase: 'ready', older: { busy: false, error: { code: 'internal' } } });
});

test('holds no more than some thousand turns however far one scrolls, and reads back what it let go', async () => {
  const { carrier, feed } = build(5000);
  await feed.catchUp();
  for (let page = 0; page < 40; page += 1) await feed.loadOlder();
  expect([seqsOf(feed).length, feed.state().above, seqsOf(feed)[0]]).toEqual([2000, 2100, 2900]);

  carrier.finish(sampleTurn(5001));
  expect([feed.state().above, seqsOf(feed)[0]]).toEqual([2101, 2900]);
  while (feed.state().above > 0) await feed.loadNewer();
  expect([seqsOf(feed)[0], seqsOf(feed).length, feed.state().more]).toEqual([5001, 2000, true]);
  carrier.finish(sampleTurn(5002));
  expect(seqsOf(feed)[0]).toBe(5002);
});

test('goes back to the newest at once', async () => {
  const { feed } = build(5000);
  await feed.catchUp();
  for (let page = 0; page < 40; page += 1) await feed.loadOlder();
  await feed.restart();
  expect([seqsOf(feed)[0], seqsOf(feed).length, feed.state().above]).toEqual([5000, 100, 0]);
});

test('a filtered list asks the ledger about what arrives, once for many pushes', async () => {
  const carrier = createFakeCarrier({ turns: turnsFrom(1, 20) });
  const feed = createTurnFeed(createControlClient(carrier), { tools: ['cursor'] });
  carrier.subscribe((push) => {
    if ((push as { type: string }).type === 'turns') feed.add([]);
  });
  await feed.catchUp();
  expect(seqsOf(feed)).toEqual([]);
  const before = carrier.calls.length;
  for (let seq = 21; seq < 60; seq += 1) carrier.finish(sampleTurn(seq, { tool: seq % 3 === 0 ? 'cursor' : 'codex' }));
  await expect.poll(() => seqsOf(feed)[0]).toBe(57);
  expect(seqsOf(feed)).toHaveLength(13);
  expect(carrier.calls.length - before).toBeLessThanOrEqual(3);
});
