import i18next from 'i18next';
import { afterEach, describe, expect, test } from 'vitest';
import '../../src/renderer/i18n.ts';
import chinese from '../../src/shared/locales/zh/errors.json' with { type: 'json' };
import { errorWords } from '../../src/renderer/words/error-word.ts';
import { ERRORS, messageOf } from '../../src/shared/errors.ts';

afterEach(() => i18next.changeLanguage('en'));

describe('the Chinese catalogue', () => {
  test('has every failure, and no other', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(ERRORS).sort());
  });

  test('leaves room for what is particular, and says the rest in Chinese', () => {
    const wrong = Object.entries(chinese).filter(([code, { message, cause, next }]) => {
      const english = ERRORS[code as keyof typeof ERRORS].message;
      const places = (text: string): number => text.split('{detail}').length;
      const spoken = message === '{detail}' ? [cause, next] : [message, cause, next];
      return places(message) !== places(english) || spoken.some((text) => !/\p{Script=Han}/u.test(text));
    });
    expect(wrong).toEqual([]);
  });
});

describe('a failure in words', () => {
  const said = messageOf('port_in_use', '4100');

  test('is as the gateway said it in English', () => {
    expect(errorWords('port_in_use', said)).toMatchObject({ message: said, next: ERRORS.port_in_use.next });
  });

  test('is Chinese in Chinese, with what was particular to it', async () => {
    await i18next.changeLanguage('zh');
    expect(errorWords('port_in_use', said)?.message).toBe('端口 4100 已被占用。');
    expect(errorWords('gateway_not_running', messageOf('gateway_not_running'))?.next).toContain('tiergate serve');
  });

  test('keeps a sentence that is another than the catalogue’s', async () => {
    await i18next.changeLanguage('zh');
    expect(errorWords('port_in_use', 'The port is gone.')?.message).toBe('The port is gone.');
  });

  test.each(['no_such_code', 'toString'])('of a code that nobody knows is none: %s', (code) => {
    expect(errorWords(code, 'said')).toBeNull();
  });
});
