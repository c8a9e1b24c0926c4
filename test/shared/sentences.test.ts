import { describe, expect, test } from 'vitest';
import chinese from '../../src/shared/locales/zh/sentences.json' with { type: 'json' };
import { inChinese } from '../../src/shared/chinese.ts';
import { ERRORS, messageOf, nextOf } from '../../src/shared/errors.ts';
import { SENTENCES, fillPlaces, say, type SentenceCode } from '../../src/shared/sentences.ts';

const CHINESE: Readonly<Record<string, string>> = chinese;

function placesOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Something for each place, in no language. */
function sample(text: string): Record<string, string> {
  return Object.fromEntries(placesOf(text).map((name, index) => [name, `X${index + 1}`]));
}

describe('the sentences', () => {
  test('all have their Chinese, and nothing else has', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(SENTENCES).sort());
  });

  test('leave the same room in both languages, and say the rest in Chinese', () => {
    const wrong = Object.entries(SENTENCES).filter(([code, english]) => {
      const spoken = CHINESE[code] ?? '';
      const named = code === 'doctor_version';
      return (
        placesOf(spoken).sort().join() !== placesOf(english).sort().join() ||
        (!named && !/\p{Script=Han}/u.test(spoken)) ||
        // A half-width comma, colon, semicolon or bracket beside a Chinese character.
        /[\p{Script=Han}\u201d][,;:()]|[,;()]\p{Script=Han}/u.test(spoken)
      );
    });
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(SENTENCES))('is known again, and no other is taken for it: %s', (code, english) => {
    const values = sample(english);
    expect(inChinese(fillPlaces(english, values))).toBe(fillPlaces(CHINESE[code] ?? '', values));
  });
});

describe('what is said', () => {
  test('has its places filled, whatever stands in them', () => {
    expect(say('key_entry', { name: '$& {name}' })).toBe('the keychain has no entry $& {name}');
  });

  test.each<[string, string, string]>([
    [
      'a reason within a sentence',
      say('test_keyless', { problems: say('key_variable', { name: 'KEY' }) }),
      '缺少密钥：环境变量 KEY 没有设置。',
    ],
    [
      'several reasons in a row',
      `${say('key_blanks')}; ${say('key_entry', { name: 'openai/1' })}`,
      '密钥中有空白或控制字符；钥匙串里没有条目 openai/1',
    ],
    [
      'reasons with the places that they are about, of which one is not on the list',
      `accounts[0].id: ${say('letters_account')}; accounts[1].proxy: odd`,
      'accounts[0].id：只能使用字母、数字和 . _ -；accounts[1].proxy: odd',
    ],
    [
      'a reason with a pause of its own, and its place',
      `keys: ${say('login_keyless_again')}`,
      'keys：登录没有密钥；请重新导入',
    ],
    [
      'a failure of the catalogue with a reason in it',
      messageOf('keychain_unavailable', say('keychain_service')),
      '无法使用本系统的钥匙串：没有 Secret Service 在运行。',
    ],
    ['what to do about a failure', nextOf('account_missing'), '启用或添加一个账户。'],
    ['the shortest of what could fit', say('fault_transient'), '状态码 400，暂时性'],
    ['words of nobody here', 'ECONNREFUSED', 'ECONNREFUSED'],
    ['nothing', '', ''],
    ['a text that goes on and on', `${'a: b of '.repeat(1000)}.`, `${'a: b of '.repeat(1000)}.`],
  ])('%s is Chinese in Chinese', (_, said, expected) => {
    expect(inChinese(said)).toBe(expected);
  });

  test('each failure of the catalogue is known by its message alone', () => {
    const unknown = Object.entries(ERRORS).filter(
      ([code, { message }]) =>
        message !== '{detail}' && !/\p{Script=Han}/u.test(inChinese(messageOf(code as keyof typeof ERRORS, 'X1'))),
    );
    expect(unknown).toEqual([]);
  });
});

test('no two sentences are the same', () => {
  const codes = Object.keys(SENTENCES) as SentenceCode[];
  expect(new Set(codes.map((code) => SENTENCES[code])).size).toBe(codes.length);
});
