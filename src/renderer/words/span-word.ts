/** How far back the overview looks. */
export const RANGES = ['day', 'week', 'month'] as const;

/** One of {@link RANGES}. */
export type Range = (typeof RANGES)[number];

const HOUR = 3_600_000;

/** The times of a range's bars in the person's own calendar, oldest first: hours of a day, or days. */
export function timesOf(range: Range, now: number): readonly number[] {
  if (range === 'day') {
    const last = new Date(now).setMinutes(0, 0, 0);
    return Array.from({ length: 24 }, (_, index) => last - (23 - index) * HOUR);
  }
  const days = range === 'week' ? 7 : 30;
  const today = new Date(now);
  // By the calendar and not by hours: a day on which the clock changes has 23 or 25.
  return Array.from({ length: days }, (_, index) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1 - index)).getTime(),
  );
}
