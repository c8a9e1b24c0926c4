import { Temporal } from 'temporal-polyfill';
import { periodAt } from '../../shared/calendar.ts';

/** In what time turns are put together. */
export type TimeGroup = 'hour' | 'day';

/** Finds the beginning of the hour or day of a zone around an instant; those next to each other are quick. */
export function zoneClock(group: TimeGroup, zone: string): (instant: number) => number {
  let [from, until] = [0, 0];
  return (instant) => {
    if (instant >= from && instant < until) return from;
    ({ from, until } = group === 'day' ? periodAt('day', instant, zone) : hourAt(instant, zone));
    return from;
  };
}

function hourAt(instant: number, zone: string): { from: number; until: number } {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  const begins = local.round({ smallestUnit: 'hour', roundingMode: 'floor' });
  return { from: begins.epochMilliseconds, until: begins.add({ hours: 1 }).epochMilliseconds };
}

/** True for the name of a zone that this machine knows. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
