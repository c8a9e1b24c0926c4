import i18next from 'i18next';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languageOf } from '../../src/shared/language.ts';
import { moneyOf } from '../../src/renderer/words/money-word.ts';

test.each<[string | number, string]>([
  ['0', '$0.00'],
  ['1', '$0.000000000001'],
  ['4120000000', '$0.00412'],
  ['123456000000', '$0.123'],
  ['500000000000', '$0.50'],
  ['1000000000000', '$1.00'],
  [1_234_567_890_000_000, '$1,234.57'],
  ['-4120000000', '-$0.00412'],
  ['98765432109876543210987', '$98,765,432,109.88'],
])('%s picodollars', (pico, text) => {
  expect(moneyOf(pico)).toBe(text);
});

describe('in Chinese', () => {
  beforeAll(() => i18next.changeLanguage('zh'));
  afterAll(() => i18next.changeLanguage('en'));

  test('money keeps its currency', () => {
    expect(moneyOf('1234567890000000')).toBe('$1,234.57');
  });
});

test.each<[Parameters<typeof languageOf>, string]>([
  [['system', ['zh-Hans-CN', 'en']], 'zh'],
  [['system', ['de-DE', 'en-GB', 'zh']], 'en'],
  [['system', ['fr']], 'en'],
  [['zh', ['en']], 'zh'],
  [['en', ['zh']], 'en'],
])('the language of %j', (wish, language) => {
  expect(languageOf(...wish)).toBe(language);
});
