import i18next from 'i18next';
import { localeTag } from '../i18n.ts';

type Locale = ReturnType<typeof localeTag>;

/** Formats are dear to make and cheap to use, so each is made once a language. */
function perLocale<Format>(make: (locale: Locale) => Format): () => Format {
  const made = new Map<Locale, Format>();
  return () => {
    const locale = localeTag();
    const format = made.get(locale) ?? make(locale);
    made.set(locale, format);
    return format;
  };
}

const exact = perLocale((locale) => new Intl.NumberFormat(locale));
const compact = perLocale(
  (locale) => new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }),
);
const share = perLocale((locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }));
const tenths = perLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
const clock = perLocale(
  (locale) =>
    new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
);
const hour = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
);
const day = perLocale((locale) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }));
const moment = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }),
);
const ago = perLocale((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }));
const list = perLocale((locale) => new Intl.ListFormat(locale, { type: 'conjunction' }));

/** A count in full: `12,345`. */
export function fullCount(count: number): string {
  return exact().format(count);
}

/** A count that fits a narrow column: in full up to 9,999, then with three digits. */
export function shortCount(count: number): string {
  return count < 10_000 ? exact().format(count) : compact().format(count);
}

/** A number with one digit behind the point: `82.4`. */
export function oneDigit(value: number): string {
  return tenths().format(value);
}

/** A share of one hundred: `42%`. */
export function percent(hundredths: number): string {
  return share().format(hundredths / 100);
}

/** A span of time with the unit that keeps it short: `410 ms`, `3.42 s`, `2 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toPrecision(3)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return i18next.t('time.minutes', {
    minutes: Math.floor(seconds / 60),
    seconds: String(seconds % 60).padStart(2, '0'),
  });
}

/** A size with the unit that keeps it short: `512 B`, `1.4 MiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${tenths().format(bytes / 1024 ** at)} ${units[at] ?? ''}`;
}

/** What is left of a time as a clock counts it down: `0:42`, `12:05`, `1:02:03`; never less than nothing. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours === 0 ? minutes : `${hours}:${two(minutes)}`}:${two(seconds % 60)}`;
}

/** The time of day to the second, on the person's clock. */
export function timeOfDay(instant: number): string {
  return clock().format(instant);
}

/** The time of day to the minute. */
export function hourOf(instant: number): string {
  return hour().format(instant);
}

/** The day without the year: `Nov 21`. */
export function dayOf(instant: number): string {
  return day().format(instant);
}

/** A day and a time of day: `Nov 21, 2026, 14:05`. */
export function momentOf(instant: number): string {
  return moment().format(instant);
}

/** How far an instant is from now, in the coarsest unit that says something: `3 min. ago`. */
export function distanceOf(instant: number, now: number): string {
  const seconds = Math.round((instant - now) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size || size === 1) return ago().format(Math.trunc(seconds / size), unit);
  }
  return ago().format(0, 'second');
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Names as people list them: `a, b, and c`. */
export function listOf(names: readonly string[]): string {
  return list().format(names);
}
