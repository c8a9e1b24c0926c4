import { describe, expect, test } from 'vitest';
import {
  type PlanQuota,
  QUOTA_EVENT,
  areNews,
  currentQuotas,
  quotaReached,
  quotaText,
  quotasOfEvent,
  readQuotas,
} from '../../src/main/upstream/plan-quota.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

function read(headers: Readonly<Record<string, string>>): readonly PlanQuota[] | null {
  return readQuotas((name) => headers[name], NOW);
}

describe('the quotas of an answer', () => {
  test('are those that its headers name, with the moment before the seconds', () => {
    expect(
      read({
        'x-codex-primary-used-percent': '12.5',
        'x-codex-primary-window-minutes': '300',
        'x-codex-primary-reset-after-seconds': '60',
        'x-codex-secondary-used-percent': '80',
        'x-codex-secondary-window-minutes': '10080',
        'x-codex-secondary-reset-after-seconds': '60',
        'x-codex-secondary-reset-at': '1800000100',
      }),
    ).toEqual([
      { minutes: 300, usedPercent: 12.5, resetsAt: NOW + 60_000, seenAt: NOW },
      { minutes: 10080, usedPercent: 80, resetsAt: NOW + 100_000, seenAt: NOW },
    ]);
  });

  test('may be of one window only, whichever it is', () => {
    expect(read({ 'x-codex-primary-used-percent': '3', 'x-codex-primary-window-minutes': '10080' })).toEqual([
      { minutes: 10080, usedPercent: 3, resetsAt: null, seenAt: NOW },
    ]);
  });

  test.each([
    {},
    { 'x-codex-primary-used-percent': '3' },
    { 'x-codex-primary-used-percent': 'much', 'x-codex-primary-window-minutes': '300' },
    { 'x-codex-primary-used-percent': '3', 'x-codex-primary-window-minutes': '0' },
  ])('are unknown where it says %j', (headers) => {
    expect(read(headers)).toBeNull();
  });
});

test('the event of a session says the same', () => {
  const event = (limits: unknown): Buffer => Buffer.from(JSON.stringify({ type: QUOTA_EVENT, rate_limits: limits }));
  const primary = { used_percent: 7, window_minutes: 300, reset_after_seconds: 60 };
  expect(quotasOfEvent(event({ allowed: true, primary, secondary: null }), NOW)).toEqual([
    { minutes: 300, usedPercent: 7, resetsAt: NOW + 60_000, seenAt: NOW },
  ]);
  for (const limits of [null, {}, 'x', { primary: 'x' }, { primary: { used_percent: '7' } }])
    expect(quotasOfEvent(event(limits), NOW)).toBeNull();
  expect(quotasOfEvent(Buffer.from('no json'), NOW)).toBeNull();
});

describe('an account rests', () => {
  const five: PlanQuota = { minutes: 300, usedPercent: 90, resetsAt: NOW + HOUR, seenAt: NOW };
  const week: PlanQuota = { minutes: 10080, usedPercent: 50, resetsAt: null, seenAt: NOW };

  test.each<[what: string, pauseAt: object, later: number, reached: PlanQuota | null]>([
    ['where nothing is set', {}, 0, null],
    ['below the share', { fiveHours: 91, week: 51 }, 0, null],
    ['at the share of five hours', { fiveHours: 90 }, 0, five],
    ['at the share of the week', { week: 50 }, 0, week],
    ['until the window begins anew', { fiveHours: 90 }, HOUR - 1, five],
    ['not after that', { fiveHours: 90 }, HOUR, null],
    ['while what was told is not old', { week: 50 }, 2 * HOUR - 1, week],
    ['not on what was told long ago', { week: 50 }, 2 * HOUR, null],
  ])('%s', (_, pauseAt, later, reached) => {
    expect(quotaReached([five, week], pauseAt, NOW + later)).toEqual(reached);
  });

  test('until an end that is known, however long ago it was told, but no longer than the window is', () => {
    const known = { ...week, resetsAt: NOW + 100 * HOUR };
    expect(quotaReached([known], { week: 50 }, NOW + 100 * HOUR - 1)).toEqual(known);
    expect(quotaReached([known], { week: 50 }, NOW + 100 * HOUR)).toBeNull();
    const wrong = { ...five, resetsAt: NOW + 1000 * HOUR };
    expect(quotaReached([wrong], { fiveHours: 50 }, NOW + 5 * HOUR - 1)).toEqual(wrong);
    expect(quotaReached([wrong], { fiveHours: 50 }, NOW + 5 * HOUR)).toBeNull();
  });

  test.each([
    [five, 'resting: 90 % of the 5-hour quota is used'],
    [week, 'resting: 50 % of the 7-day quota is used'],
    [{ ...five, minutes: 45, usedPercent: 99.6 }, 'resting: 100 % of the 45-minute quota is used'],
  ])('and says why', (quota, text) => {
    expect(quotaText(quota)).toBe(text);
  });
});

describe('what is told of a plan', () => {
  const five: PlanQuota = { minutes: 300, usedPercent: 90, resetsAt: NOW + HOUR, seenAt: NOW };
  const week: PlanQuota = { minutes: 10080, usedPercent: 50, resetsAt: null, seenAt: NOW };

  test('says nothing any more once its window has begun anew', () => {
    expect(currentQuotas([five, week], NOW)).toEqual([five, week]);
    expect(currentQuotas([five, week], NOW + HOUR)).toEqual([week]);
    expect(currentQuotas([five, week], NOW + 7 * 24 * HOUR)).toEqual([]);
  });

  test.each<[what: string, told: readonly PlanQuota[], news: boolean]>([
    ['the same', [five, week], false],
    ['the same, a little later', [{ ...five, seenAt: NOW + 599_999 }, week], false],
    ['the same, much later', [{ ...five, seenAt: NOW + 600_000 }, week], true],
    ['an end that wavers', [{ ...five, resetsAt: NOW + HOUR + 60_000 }, week], false],
    ['another end', [{ ...five, resetsAt: NOW + HOUR + 60_001 }, week], true],
    ['an end that was not known', [five, { ...week, resetsAt: 30_000 }], true],
    ['another share', [{ ...five, usedPercent: 90.5 }, week], true],
    ['another window', [{ ...five, minutes: 301 }, week], true],
    ['less', [five], true],
    ['nothing', [], true],
  ])('is news or not: %s', (_, told, news) => {
    expect(areNews(told, [five, week])).toBe(news);
  });
});
