import { describe, expect, test } from 'vitest';
import { CODEX_MODELS } from '../../src/shared/codex.ts';
import { isFastAlias, mapModel, matchesModel, matchesModelLeniently, servesModel } from '../../src/shared/model.ts';

describe('a model pattern', () => {
  test.each<[pattern: string, model: string, exactly: boolean, loosely: boolean]>([
    ['gpt-5.5', 'gpt-5.5', true, true],
    ['gpt-5.5', 'gpt-5.5-mini', false, false],
    ['gpt-5.5', 'gpt-5', false, false],
    ['gpt-5*', 'gpt-5', true, true],
    ['gpt-5*', 'gpt-5.5-mini', true, true],
    ['gpt-5*', 'gpt-4', false, false],
    ['*', 'anything', true, true],
    ['*', '', true, true],
    // A star elsewhere is a letter like any other.
    ['gpt-*-mini', 'gpt-5-mini', false, false],
    ['gpt-*-mini', 'gpt-*-mini', true, true],
    ['*-mini', 'gpt-5-mini', false, false],
    ['*-mini', '*-mini', true, true],
    ['gpt-**', 'gpt-*5', true, true],
    ['gpt-**', 'gpt-5', false, false],
    // A dot is no wildcard either.
    ['gpt-5.5', 'gpt-5x5', false, false],
    // Letter case and blanks count, except for the loosest upstream.
    ['gpt-5.5', 'GPT-5.5', false, true],
    ['GPT-5*', 'gpt-5.5', false, true],
    ['gpt-5.5', ' gpt-5.5', false, true],
    ['gpt-5.5', 'gpt-5.5\u0085', false, true],
    ['gpt-5.5', '\u001cgpt-5.5\ufeff', false, true],
    ['grok-4', 'gro\u212a-4', false, true],
    ['claude-sonnet', 'claude-\u017fonnet', false, true],
    ['gemini', 'gem\u0130ni', false, true],
    ['gpt-5.5', 'gpt-5.5\u0000-mini', false, true],
    ['gpt-5.5', 'gpt\ud800-5.5', false, true],
    ['gpt-5.5', 'gpt-5.5\udfff', false, true],
    ['\ud83d\ude00', '\ud83d', false, false],
    ['gpt-5.5\ud83d\ude00', 'gpt-5.5', false, false],
  ])('%j and %j: exactly %s, loosely %s', (pattern, model, exactly, loosely) => {
    expect(matchesModel(pattern, model)).toBe(exactly);
    expect(matchesModelLeniently(pattern, model)).toBe(loosely);
  });
});

describe('a model mapping', () => {
  const mapping = {
    'gpt-*': 'any-gpt',
    'gpt-5*': 'any-five',
    'gpt-5.5': 'five-five',
    'gpt-5.5*': 'any-five-five',
    'odd*name': 'odd',
  };

  test.each<[model: string, upstream: string | null]>([
    ['gpt-5.5', 'five-five'],
    ['gpt-5.5-mini', 'any-five-five'],
    ['gpt-5', 'any-five'],
    ['gpt-4', 'any-gpt'],
    ['gpt-', 'any-gpt'],
    ['claude', null],
    ['GPT-5', null],
    ['odd*name', 'odd'],
    ['oddsname', null],
  ])('sends %j up as %j', (model, upstream) => {
    expect(mapModel(mapping, model)).toBe(upstream);
    expect(servesModel(mapping, model)).toBe(upstream !== null);
  });

  test('does not depend on the order of its keys', () => {
    const reversed = Object.fromEntries(Object.entries(mapping).reverse());
    for (const model of ['gpt-5.5', 'gpt-5.5-mini', 'gpt-5', 'gpt-4'])
      expect(mapModel(reversed, model)).toBe(mapModel(mapping, model));
  });

  test('that is empty allows every model and changes none', () => {
    expect(servesModel({}, 'gpt-5.5')).toBe(true);
    expect(mapModel({}, 'gpt-5.5')).toBeNull();
  });

  test.each(['constructor', 'toString', '__proto__'])('knows no model %s by accident', (model) => {
    expect(mapModel({ 'gpt-5': 'x' }, model)).toBeNull();
    expect(servesModel({ 'gpt-5': 'x' }, model)).toBe(false);
  });
});

describe('the models of a new login', () => {
  test.each([
    ['gpt-5.1', 'gpt-5.4'],
    ['gpt-5-codex', 'gpt-5.3-codex'],
    ['gpt-5.1-codex-max', 'gpt-5.3-codex'],
    ['gpt-5.3-codex-spark-preview', 'gpt-5.3-codex-spark'],
    ['gpt-5.3-codex-high', 'gpt-5.3-codex'],
    ['gpt-5.2-codex', 'gpt-5.2'],
    ['gpt-5.4-xhigh', 'gpt-5.4'],
    ['gpt-5.4-mini', 'gpt-5.4-mini'],
    ['gpt-5.5', 'gpt-5.5'],
    ['gpt-6-sol', 'gpt-6-sol'],
  ])('%s is asked for as %s', (model, upstream) => {
    expect(mapModel(CODEX_MODELS, model)).toBe(upstream);
    expect(servesModel(CODEX_MODELS, model)).toBe(true);
  });
});

describe('an alias that means Fast', () => {
  test.each<[requested: string, upstream: string, alias: boolean]>([
    ['gpt-5.5-fast', 'gpt-5.5', true],
    ['gpt-5.5-FAST', 'gpt-5.5', true],
    ['gpt-5.5-fa\u017ft', 'gpt-5.5', true],
    ['gpt-5.5-fast', 'gpt-5.5-fast', false],
    ['grok-4-fast', 'grok-4.1-fast', false],
    ['gpt-5.5', 'gpt-5', false],
    ['fast', 'gpt-5', false],
  ])('%j answered by %j: %s', (requested, upstream, alias) => {
    expect(isFastAlias(requested, upstream)).toBe(alias);
  });
});
