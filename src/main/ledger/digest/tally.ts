import type { Sums } from '../../../shared/calls/bill.ts';
import type { TurnFacts } from './facts.ts';

/**
 * Sums over some turns as a list of numbers, so that thousands of them are added in no time and are stored as they are. Money
 * takes two: what a number holds exactly is soon outgrown, so whole thousandths of a dollar and the rest are summed apart.
 */
export type Tally = Float64Array;

const MONEY = ['cost', 'credits', 'saved', 'creditsSaved', 'premium', 'creditsPremium'] as const;
const COUNTS = [
  'turns',
  'unpriced',
  'input',
  'cached',
  'cacheWrite',
  'output',
  'reasoning',
  'generatedTokens',
  'generatedMs',
  'firstTokenMs',
  'firstTokens',
  'failed',
  'downgraded',
  'cacheLost',
] as const;

type MoneyName = (typeof MONEY)[number];
type CountName = (typeof COUNTS)[number];

const indexOf = new Map<string, number>([
  ...COUNTS.map((name, index): [string, number] => [name, index]),
  ...MONEY.map((name, index): [string, number] => [name, COUNTS.length + index * 2]),
]);

/** How many numbers a tally is. */
export const TALLY_WIDTH = COUNTS.length + MONEY.length * 2;

/** A tally of nothing. */
export function emptyTally(): Tally {
  return new Float64Array(TALLY_WIDTH);
}

/** A thousandth of a dollar in picodollars. */
const UNIT = 1_000_000_000;

/** Adds one turn, or with `times` −1 takes it away again. */
export function addTurn(tally: Tally, turn: TurnFacts, cacheLost: boolean, times: 1 | -1 = 1): void {
  const count = (name: CountName, value: number | null): void => {
    const index = indexOf.get(name) ?? 0;
    if (value !== null) tally[index] = (tally[index] ?? 0) + value * times;
  };
  const money = (name: MoneyName, value: number | null): void => {
    const index = indexOf.get(name) ?? 0;
    if (value === null) return;
    const whole = Math.floor(value / UNIT);
    tally[index] = (tally[index] ?? 0) + whole * times;
    tally[index + 1] = (tally[index + 1] ?? 0) + (value - whole * UNIT) * times;
  };
  const { tokens, basis, kind } = turn;
  count('turns', 1);
  count('unpriced', turn.unpriced ? 1 : 0);
  count('input', tokens.input);
  count('cached', tokens.cached);
  count('cacheWrite', tokens.cacheWrite);
  count('output', tokens.output);
  count('reasoning', tokens.reasoning);
  if (turn.generatingMs !== null && tokens.output !== null && tokens.output > 0) {
    count('generatedTokens', tokens.output);
    count('generatedMs', turn.generatingMs);
  }
  if (turn.firstTokenMs !== null) {
    count('firstTokens', 1);
    count('firstTokenMs', turn.firstTokenMs);
  }
  count('failed', kind.outcome === 'failed' ? 1 : 0);
  count('downgraded', turn.downgraded ? 1 : 0);
  count('cacheLost', cacheLost ? 1 : 0);
  if (basis === null) return;
  money(basis === 'money' ? 'cost' : 'credits', turn.cost);
  money(basis === 'money' ? 'saved' : 'creditsSaved', turn.saved);
  money(basis === 'money' ? 'premium' : 'creditsPremium', turn.premium);
}

/** Adds a tally to another, or with `times` −1 takes it away; `from` may be a longer list, in which it begins at `at`. */
export function addTally(tally: Tally, from: Float64Array, at = 0, times: 1 | -1 = 1): void {
  for (let index = 0; index < TALLY_WIDTH; index += 1)
    tally[index] = (tally[index] ?? 0) + (from[at + index] ?? 0) * times;
}

/** The tally as the contract spells it. */
export function sumsOf(tally: Tally): Sums {
  const count = (name: CountName): number => tally[indexOf.get(name) ?? 0] ?? 0;
  const money = (name: MoneyName): string => {
    const index = indexOf.get(name) ?? 0;
    return String(BigInt(tally[index] ?? 0) * BigInt(UNIT) + BigInt(tally[index + 1] ?? 0));
  };
  const [generatedMs, firstTokens] = [count('generatedMs'), count('firstTokens')];
  return {
    turns: count('turns'),
    unpriced: count('unpriced'),
    cost: money('cost'),
    credits: money('credits'),
    saved: money('saved'),
    premium: money('premium'),
    creditsSaved: money('creditsSaved'),
    creditsPremium: money('creditsPremium'),
    tokens: {
      input: count('input'),
      cached: count('cached'),
      cacheWrite: count('cacheWrite'),
      output: count('output'),
      reasoning: count('reasoning'),
    },
    tokensPerSecond: generatedMs === 0 ? null : (count('generatedTokens') * 1000) / generatedMs,
    firstTokenMs: firstTokens === 0 ? null : count('firstTokenMs') / firstTokens,
    failed: count('failed'),
    downgraded: count('downgraded'),
    cacheLost: count('cacheLost'),
  };
}
