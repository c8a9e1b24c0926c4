import { describe, expect, test } from 'vitest';
import { NOT_A_TIER, NO_TIER, TIERS, type TierClass, reportedTier, sayTier } from '../../src/shared/tier.ts';

/** What JavaScript and Go between them call white space. */
const BLANKS = [
  '\t\n\v\f\r \u0085\u00a0\u1680',
  '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
  '\u2028\u2029\u202f\u205f\u3000\ufeff',
]
  .join('')
  .split('')
  .map((blank) => [`U+${blank.charCodeAt(0).toString(16).padStart(4, '0')}`, blank] as const);

describe('reading a tier', () => {
  test.each(TIERS)('%s is its own normal form', (tier) => {
    expect(sayTier(tier)).toEqual({ text: tier, exact: tier, lenient: tier });
  });

  test.each(BLANKS)('%s around a tier does not hide it', (_name, blank) => {
    expect(sayTier(`${blank}priority${blank}${blank}`)).toMatchObject({ exact: 'priority', lenient: 'priority' });
    expect(sayTier(blank)).toMatchObject({ exact: 'missing', lenient: 'missing' });
  });

  test.each<[text: string, exact: TierClass, lenient: TierClass]>([
    ['fast', 'priority', 'priority'],
    ['FAST', 'priority', 'priority'],
    [' Fast ', 'priority', 'priority'],
    ['PRIORITY', 'priority', 'priority'],
    ['Flex', 'flex', 'flex'],
    ['', 'missing', 'missing'],
    ['standard', 'unknown', 'unknown'],
    ['priority.', 'unknown', 'unknown'],
    ['pri ority', 'unknown', 'unknown'],
    ['ultra fast', 'unknown', 'unknown'],
    ['constructor', 'unknown', 'unknown'],
    ['__proto__', 'unknown', 'unknown'],
    // Python or Java strip these, JavaScript and Go do not.
    ['\u001cpriority', 'unknown', 'priority'],
    ['priority\u001d', 'unknown', 'priority'],
    ['\u001efast\u001f', 'unknown', 'priority'],
    ['\u001c', 'unknown', 'missing'],
    ['\u0000priority', 'unknown', 'priority'],
    ['\u0008fast', 'unknown', 'priority'],
    // To readers written in C the text ends here.
    ['priority\u0000', 'unknown', 'priority'],
    ['priority\u0000flex', 'unknown', 'priority'],
    ['prio\u0000rity', 'unknown', 'unknown'],
    ['flex\u0000priority', 'unknown', 'flex'],
    ['\u0000', 'unknown', 'missing'],
    // Nobody strips these.
    ['priority\u200b', 'unknown', 'unknown'],
    ['\u180epriority', 'unknown', 'unknown'],
    // For a reader written in C the text ends here; Java strips every control character.
    ['priority\u0000', 'unknown', 'priority'],
    ['fast\u0000x', 'unknown', 'priority'],
    ['\u0001flex\b', 'unknown', 'flex'],
    // Half of a surrogate pair is no character, and UTF-8 cannot hold it; a whole pair is one.
    ['fa\ud800st', 'unknown', 'priority'],
    ['\udc00priority', 'unknown', 'priority'],
    ['\ud800', 'unknown', 'missing'],
    ['priority\ud83d\ude00', 'unknown', 'unknown'],
    // Letters whose simple case folding is an ASCII letter.
    ['fa\u017ft', 'unknown', 'priority'],
    ['FA\u017fT', 'unknown', 'priority'],
    ['prior\u0130ty', 'unknown', 'priority'],
    ['pr\u0131ority', 'unknown', 'priority'],
    ['\u017fcale', 'unknown', 'scale'],
    ['\u001cFA\u017fT\u0085', 'unknown', 'priority'],
    // Looks alike, but no reader folds it.
    ['\u0440riority', 'unknown', 'unknown'],
    ['ｆast', 'unknown', 'unknown'],
  ])('%j is %s, read loosely %s', (text, exact, lenient) => {
    expect(sayTier(text)).toEqual({ text, exact, lenient });
  });

  test('a million blanks inside a tier take no longer than their length', () => {
    const text = `x${' '.repeat(1_000_000)}x`;
    expect(sayTier(text).exact).toBe('unknown');
  });

  test('no tier and no string are two things', () => {
    expect(NO_TIER).toEqual({ text: null, exact: 'missing', lenient: 'missing' });
    expect(NOT_A_TIER).toEqual({ text: null, exact: 'none', lenient: 'none' });
  });
});

describe('the tier an upstream reports', () => {
  test.each<[string | null, string | null]>([
    [null, null],
    ['', null],
    ['  ', null],
    ['default', 'default'],
    ['Priority', 'priority'],
    ['fast', 'priority'],
    ['standard', 'standard'],
    ['Standard_Only', 'Standard_Only'],
  ])('%j is kept as %j', (text, kept) => {
    expect(reportedTier(text)).toBe(kept);
  });
});
