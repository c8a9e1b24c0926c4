import type { Report } from './calls/data.ts';

type Line = Report['lines'][number];
type Reason = Line['reason'];

/** One line of the provider's own report: a day in UTC, a model, a tier (null is all of them together). */
export interface ProviderLine {
  /** Milliseconds since the epoch. */
  readonly day: number;
  readonly model: string | null;
  readonly tier: string | null;
  /** Null where the report does not say. */
  readonly requests: number | null;
  readonly input: number | null;
  readonly output: number | null;
  /** In picodollars. */
  readonly cost: bigint | null;
}

/** What the ledger has of the same. */
export interface LedgerLine {
  readonly day: number;
  readonly model: string | null;
  readonly tier: string | null;
  readonly requests: number;
  readonly input: number;
  readonly output: number;
  readonly cost: bigint;
  readonly unpriced: number;
  /** Turns that ended on a later day than they began, so that a provider may count them there. */
  readonly crossing: number;
}

/** A day in milliseconds; providers count in UTC, where every day has as many. */
export const DAY_MS = 86_400_000;

/** Half a cent: providers round each line of their bill. */
const ROUNDING = 5_000_000_000n;

const NOTHING: Omit<LedgerLine, 'day' | 'model' | 'tier'> = {
  requests: 0,
  input: 0,
  output: 0,
  cost: 0n,
  unpriced: 0,
  crossing: 0,
};

/** The days of a report, in milliseconds since the epoch. */
export interface ReportWindow {
  readonly from: number;
  readonly until: number;
}

/**
 * Sets the provider's report beside the ledger, line by line, and says for each why they differ. The ledger may hold days
 * around the window: what began before midnight may be counted after it.
 */
export function reconcile(
  provider: readonly ProviderLine[],
  ledger: readonly LedgerLine[],
  { from, until }: ReportWindow,
): Report {
  const theirs = join(provider.map(normal), addProvider);
  const ours = join(ledger.map(normal), addLedger);
  const lines = [...theirs.values()].map((line) => compare(line, oursFor(line, ours), theirs, ours));
  for (const line of ours.values()) {
    if (!covered(line, theirs)) lines.push(compare(absent(line), line, theirs, ours));
  }
  const asked = lines.filter(({ day }) => day >= from && day < until);
  return {
    from,
    until,
    lines: asked.sort((a, b) => a.day - b.day || text(a).localeCompare(text(b))),
    reasons: sumsOf(asked),
  };
}

/** Providers name the snapshot that ran, tools the family: without its date a model is the same in both. */
function normal<L extends { readonly model: string | null; readonly day: number }>(line: L): L {
  return {
    ...line,
    day: Math.floor(line.day / DAY_MS) * DAY_MS,
    model: line.model?.replace(/-\d{4}-\d{2}-\d{2}$/, '') ?? null,
  };
}

type Key = Pick<ProviderLine, 'day' | 'model' | 'tier'>;

function keyOf({ day, model, tier }: Key): string {
  return JSON.stringify([day, model, tier]);
}

function text({ model, tier }: Pick<Line, 'model' | 'tier'>): string {
  return `${model ?? ''} ${tier ?? ''}`;
}

function join<L extends Key>(lines: readonly L[], add: (a: L, b: L) => L): Map<string, L> {
  const joined = new Map<string, L>();
  for (const line of lines) {
    const there = joined.get(keyOf(line));
    joined.set(keyOf(line), there === undefined ? line : add(there, line));
  }
  return joined;
}

function addProvider(a: ProviderLine, b: ProviderLine): ProviderLine {
  return {
    ...a,
    requests: either(a.requests, b.requests),
    input: either(a.input, b.input),
    output: either(a.output, b.output),
    cost: a.cost === null || b.cost === null ? (a.cost ?? b.cost) : a.cost + b.cost,
  };
}

function either(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

function addLedger(a: LedgerLine, b: LedgerLine): LedgerLine {
  return {
    ...a,
    requests: a.requests + b.requests,
    input: a.input + b.input,
    output: a.output + b.output,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
    crossing: a.crossing + b.crossing,
  };
}

/** The ledger's line for one of the provider's; where that has no tier, all tiers of the model together. */
function oursFor(line: ProviderLine, ours: ReadonlyMap<string, LedgerLine>): LedgerLine {
  const exact = ours.get(keyOf(line));
  if (line.tier !== null) return exact ?? { ...NOTHING, ...keyed(line) };
  return [...ours.values()]
    .filter(({ day, model }) => day === line.day && model === line.model)
    .reduce(addLedger, { ...NOTHING, ...keyed(line) });
}

function keyed({ day, model, tier }: Key): Key {
  return { day, model, tier };
}

/** Whether one of the provider's lines has been compared with this one. */
function covered(line: LedgerLine, theirs: ReadonlyMap<string, ProviderLine>): boolean {
  if (theirs.has(keyOf(line))) return true;
  return theirs.has(keyOf({ ...line, tier: null })) && !usageOf(line, theirs).some(({ tier }) => tier !== null);
}

/** The provider's lines of a model's day that count requests. */
function usageOf({ day, model }: Key, theirs: ReadonlyMap<string, ProviderLine>): ProviderLine[] {
  return [...theirs.values()].filter((line) => line.day === day && line.model === model && line.requests !== null);
}

function absent(line: Key): ProviderLine {
  return { ...keyed(line), requests: 0, input: 0, output: 0, cost: null };
}

function compare(
  provider: ProviderLine,
  ledger: LedgerLine,
  theirs: ReadonlyMap<string, ProviderLine>,
  ours: ReadonlyMap<string, LedgerLine>,
): Line {
  const difference = provider.cost === null ? null : provider.cost - ledger.cost;
  const { requests, input, output, cost, unpriced } = ledger;
  return {
    ...keyed(provider),
    provider: {
      requests: provider.requests,
      input: provider.input,
      output: provider.output,
      cost: provider.cost === null ? null : String(provider.cost),
    },
    ledger: { requests, input, output, cost: String(cost), unpriced },
    difference: difference === null ? null : String(difference),
    reason: reasonOf(provider, ledger, difference, theirs, ours),
  };
}

function reasonOf(
  provider: ProviderLine,
  ledger: LedgerLine,
  difference: bigint | null,
  theirs: ReadonlyMap<string, ProviderLine>,
  ours: ReadonlyMap<string, LedgerLine>,
): Reason {
  const usage = usageOf(provider, theirs);
  const counted = provider.requests ?? (usage.length === 0 ? null : requestsOf(usage));
  const more = counted === null ? null : counted - ledger.requests;
  if (more !== null && more !== 0) {
    if (provider.tier !== null && requestsOf(usage) === requestsOf(daysOf(provider, ours))) return 'tier';
    if (Math.abs(more) <= crossingAt(provider, ours)) return 'border';
    return more > 0 ? 'outside' : 'missing';
  }
  const tokensAgree = same(provider.input, ledger.input) && same(provider.output, ledger.output);
  if (provider.requests !== null && !tokensAgree) return 'unexplained';
  if (difference === null || difference === 0n) return 'agrees';
  if (ledger.requests === 0) return 'outside';
  if (difference < ROUNDING && difference > -ROUNDING) return 'rounding';
  if (ledger.unpriced > 0) return 'unpriced';
  if (usage.some((line) => line.requests !== oursFor(line, ours).requests)) return 'tier';
  if (more === 0) return 'price';
  return crossingAt(provider, ours) > 0 ? 'border' : 'unexplained';
}

/** The ledger's lines of a model's day. */
function daysOf({ day, model }: Key, ours: ReadonlyMap<string, LedgerLine>): LedgerLine[] {
  return [...ours.values()].filter((line) => line.day === day && line.model === model);
}

function requestsOf(lines: readonly { readonly requests: number | null }[]): number {
  return lines.reduce((total, { requests }) => total + (requests ?? 0), 0);
}

function same(said: number | null, counted: number): boolean {
  return said === null || said === counted;
}

/** Turns over midnight on either side of a day. */
function crossingAt({ day, model, tier }: Key, ours: ReadonlyMap<string, LedgerLine>): number {
  return [...ours.values()]
    .filter((line) => line.model === model && (tier === null || line.tier === tier))
    .filter((line) => line.day === day || line.day === day - DAY_MS)
    .reduce((total, { crossing }) => total + crossing, 0);
}

function sumsOf(lines: readonly Line[]): Report['reasons'] {
  const sums = new Map<Reason, { lines: number; difference: bigint }>();
  for (const { reason, difference } of lines) {
    const sum = sums.get(reason) ?? { lines: 0, difference: 0n };
    sums.set(reason, { lines: sum.lines + 1, difference: sum.difference + BigInt(difference ?? 0) });
  }
  return [...sums].map(([reason, sum]) => ({ reason, lines: sum.lines, difference: String(sum.difference) }));
}
