import { expect, test } from 'vitest';
import { type PeriodName, periodAt } from '../../src/shared/calendar.ts';

const HOUR = 3_600_000;

/** Instants as people write them, so that every figure can be checked against a calendar on the wall. */
test.each<[string, PeriodName, zone: string, at: string, from: string, until: string]>([
  ['a day in UTC', 'day', 'UTC', '2026-11-24T21:00:00Z', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
  ['its first instant', 'day', 'UTC', '2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
  ['its last instant', 'day', 'UTC', '2026-11-24T23:59:59.999Z', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
  ['east of UTC', 'day', 'Asia/Tokyo', '2026-11-24T16:00:00Z', '2026-11-24T15:00:00Z', '2026-11-25T15:00:00Z'],
  ['west of UTC', 'day', 'America/New_York', '2026-11-24T03:00:00Z', '2026-11-23T05:00:00Z', '2026-11-24T05:00:00Z'],
  ['half an hour off', 'day', 'Asia/Kolkata', '2026-11-24T12:00:00Z', '2026-11-23T18:30:00Z', '2026-11-24T18:30:00Z'],
  ['23 hours long', 'day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['25 hours long', 'day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ['without a midnight', 'day', 'Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
  [
    'left out on an island',
    'day',
    'Pacific/Apia',
    '2011-12-31T00:00:00Z',
    '2011-12-30T10:00:00Z',
    '2011-12-31T10:00:00Z',
  ],
  ['a week from Monday', 'week', 'UTC', '2026-11-24T21:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['a week on its Sunday', 'week', 'UTC', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['a week over a year’s end', 'week', 'UTC', '2027-01-01T12:00:00Z', '2026-12-28T00:00:00Z', '2027-01-04T00:00:00Z'],
  [
    'a week with a long day',
    'week',
    'Europe/Berlin',
    '2026-10-20T12:00:00Z',
    '2026-10-18T22:00:00Z',
    '2026-10-25T23:00:00Z',
  ],
  ['a month', 'month', 'UTC', '2026-11-24T21:00:00Z', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ['a leap month', 'month', 'UTC', '2028-02-29T00:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  [
    'a month with a short day',
    'month',
    'America/New_York',
    '2026-03-20T12:00:00Z',
    '2026-03-01T05:00:00Z',
    '2026-04-01T04:00:00Z',
  ],
  [
    'a month on another date there',
    'month',
    'Asia/Tokyo',
    '2026-11-30T16:00:00Z',
    '2026-11-30T15:00:00Z',
    '2026-12-31T15:00:00Z',
  ],
])('%s', (_name, period, zone, at, from, until) => {
  const found = periodAt(period, Date.parse(at), zone);
  expect([new Date(found.from).toISOString(), new Date(found.until).toISOString()]).toEqual([
    new Date(from).toISOString(),
    new Date(until).toISOString(),
  ]);
});

test('periods follow each other without a gap, every hour of a year', () => {
  for (const name of ['day', 'week', 'month'] as const) {
    let before = periodAt(name, Date.UTC(2026, 0, 1), 'Europe/Berlin');
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * HOUR) {
      const period = periodAt(name, at, 'Europe/Berlin');
      expect(at >= period.from && at < period.until).toBe(true);
      if (period.from !== before.from) expect(period.from).toBe(before.until);
      before = period;
    }
  }
});
