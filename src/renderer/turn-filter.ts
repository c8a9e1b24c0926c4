import type { TurnFilter } from '../shared/calls/turn.ts';
import { ACTIONS } from '../shared/policy.ts';

/** How a list of turns is narrowed, as the address holds it: lists by commas, and the time as a distance from now. */
export type FilterQuery = Readonly<Record<string, string>>;

/** Members of a filter that hold several values. */
export const FILTER_LISTS = ['tools', 'accounts', 'models', 'tiers', 'verdicts'] as const;

/** One of {@link FILTER_LISTS}. */
export type FilterList = (typeof FILTER_LISTS)[number];

/** How a turn may have ended, as a filter. */
export const FILTER_STATUSES = ['ok', 'failed', 'blocked', 'partial'] as const;

/** Distances from now by which turns are narrowed, in milliseconds. */
export const FILTER_SPANS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;

/** The name of one of {@link FILTER_SPANS}. */
export type FilterSpan = keyof typeof FILTER_SPANS;

/** The values of a list in an address. */
export function valuesOf(query: FilterQuery, list: FilterList): readonly string[] {
  return (query[list] ?? '').split(',').filter((value) => value !== '');
}

/** The distance from now in an address; null is any time. */
export function spanOf({ since }: FilterQuery): FilterSpan | null {
  return since !== undefined && Object.hasOwn(FILTER_SPANS, since) ? (since as FilterSpan) : null;
}

/** The address with one member changed; an empty value takes it away. */
export function withValue(query: FilterQuery, name: string, value: string): FilterQuery {
  const rest = Object.fromEntries(Object.entries(query).filter(([key]) => key !== name));
  return value === '' ? rest : { ...rest, [name]: value };
}

/** The filter of an address; what it does not know is left out. */
export function filterOf(query: FilterQuery, now: number): TurnFilter {
  const filter: TurnFilter = {};
  for (const list of ['tools', 'accounts', 'models', 'tiers'] as const) {
    const values = valuesOf(query, list);
    if (values.length > 0) filter[list] = [...values];
  }
  const verdicts = ACTIONS.filter((action) => valuesOf(query, 'verdicts').includes(action));
  if (verdicts.length > 0) filter.verdicts = verdicts;
  const status = FILTER_STATUSES.find((known) => known === query['status']);
  if (status !== undefined) filter.status = status;
  for (const name of ['rule', 'session', 'text'] as const) {
    const value = query[name]?.slice(0, 200);
    if (value !== undefined && value !== '') filter[name] = value;
  }
  const span = spanOf(query);
  if (span !== null) filter.from = now - FILTER_SPANS[span];
  return filter;
}
