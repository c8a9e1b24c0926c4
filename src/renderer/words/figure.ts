const exact = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

/** A count in full: `12,345`. */
export function fullCount(count: number): string {
  return exact.format(count);
}

/** A count that fits a narrow column: in full up to 9,999, then with three digits. */
export function shortCount(count: number): string {
  return count < 10_000 ? exact.format(count) : compact.format(count);
}

/** A span of time with the unit that keeps it short: `410 ms`, `3.42 s`, `2 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toPrecision(3)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** The time of day to the second, on the person's clock. */
export function timeOfDay(instant: number): string {
  return clock.format(instant);
}

/** The day without the year: `Nov 21`. */
export function dayOf(instant: number): string {
  return day.format(instant);
}

/** A day and a time of day: `Nov 21, 2026, 14:05`. */
export function momentOf(instant: number): string {
  return moment.format(instant);
}
