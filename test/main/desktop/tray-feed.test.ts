import { afterEach, beforeEach, expect, it } from 'vitest';
import { TrayFeed } from '../../../src/main/desktop/tray-feed.ts';
import type { TrayView } from '../../../src/main/desktop/tray-state.ts';
import { startGateway, type TestGateway } from '../../fakes/gateway.ts';
import { FakeTimers } from '../../fakes/timers.ts';
import { sampleTurn } from '../../fakes/turn-sample.ts';
import type { Push } from '../../../src/shared/control.ts';
import type { Language } from '../../../src/shared/language.ts';

/** The tray is drawn at once for what matters, and now and then for what every turn changes. */
let gateway: TestGateway;
let timers: FakeTimers;
let feed: TrayFeed;
let views: TrayView[];
let push: (push: Push) => void;
let language: Language;

beforeEach(async () => {
  gateway = await startGateway();
  timers = new FakeTimers();
  language = 'en';
  views = [];
  feed = await TrayFeed.open({
    runtime: {
      status: () => gateway.runtime.status(),
      handlers: gateway.runtime.handlers,
      onPush: (listener) => {
        push = listener;
        return () => undefined;
      },
    },
    show: (view) => views.push(view),
    now: timers.now,
    after: timers.after,
    findFreePort: () => Promise.resolve(4142),
    language: () => language,
  });
  feed.draw();
  push({ type: 'status', status: gateway.runtime.status() });
  timers.pass(5000);
  views = [];
});
afterEach(async () => {
  feed.close();
  await gateway.close();
});

const turns = (...numbers: number[]): void => push({ type: 'turns', turns: numbers.map((seq) => sampleTurn(seq)) });
const labels = (view: TrayView | undefined): string[] =>
  (view?.entries ?? []).map((entry) => ('label' in entry ? entry.label : '-'));

it('many turns in a row draw it once a second, with the newest first', () => {
  turns(1);
  expect(views).toHaveLength(1);
  turns(2);
  turns(3, 4);
  expect(views).toHaveLength(1);
  timers.pass(1000);
  expect(views).toHaveLength(2);
  expect(feed.recent.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
});

it('a pause is drawn at once, also right after a turn', async () => {
  turns(1);
  await gateway.client.call('gateway.pause', {});
  push({ type: 'status', status: gateway.runtime.status() });
  expect(views.at(-1)?.icon).toBe('paused');
});

it('a new policy is drawn at once, and again when a rule of it runs out', async () => {
  const until = new Date(timers.now() + 60_000).toISOString();
  const policy = await gateway.client.call('policy.set', {
    policy: { rules: [{ serviceTier: 'fast', action: 'block', until }] },
  });
  push({ type: 'policy', policy });
  expect(labels(views.at(-1))).toContain('Fast: blocked');
  timers.pass(60_000);
  expect(labels(views.at(-1))).toContain('Fast: passes');
});

it('another language is spoken from the next drawing on', () => {
  language = 'zh';
  feed.draw();
  expect(labels(views.at(-1))).toContain('退出 Tiergate');
  expect(labels(views.at(-1))).not.toContain('Quit Tiergate');
});

it('once closed it has no timer left', () => {
  turns(1);
  turns(2);
  feed.close();
  expect(timers.waiting).toBe(0);
});
