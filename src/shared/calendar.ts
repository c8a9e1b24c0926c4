import { Temporal } from 'temporal-polyfill';

/** The stretches of a calendar that money is counted by; a week begins on Monday. */
export const PERIODS = ['day', 'week', 'month'] as const;

/** One of {@link PERIODS}. */
export type PeriodName = (typeof PERIODS)[number];

/** One such stretch in milliseconds since the epoch: from its beginning to the beginning of the next. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

/** The day, week or month around an instant, as the clocks of a zone show it; days are as long as those clocks make them. */
export function periodAt(name: PeriodName, instant: number, zone: string): Period {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  const day = local.toPlainDate();
  const first =
    name === 'day' ? day : name === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day.with({ day: 1 });
  const next = first.add(name === 'day' ? { days: 1 } : name === 'week' ? { weeks: 1 } : { months: 1 });
  // By the date and not by adding hours: on some days there is no midnight.
  const begins = (date: Temporal.PlainDate): number => date.toZonedDateTime(zone).epochMilliseconds;
  return { from: begins(first), until: begins(next) };
}

/** The zone that this machine's clock shows. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
