import { describe, expect, it } from 'vitest';
import chinese from '../../../src/main/desktop/locales/zh.json' with { type: 'json' };
import { DESKTOP_WORDS, speechOf } from '../../../src/main/desktop/desktop-words.ts';
import { messageOf } from '../../../src/shared/errors.ts';

const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

/** Names and figures alone are the same in every language. */
const SAME = new Set(['account_and', 'account_resting']);

describe('the desktop’s words', () => {
  it('are there in Chinese, and no others', () => {
    expect(Object.keys(chinese)).toEqual(Object.keys(DESKTOP_WORDS));
  });

  it('leave the same room in both languages, and say the rest in Chinese', () => {
    const wrong = Object.entries(chinese).filter(
      ([code, text]) =>
        placesOf(text).join() !== placesOf(DESKTOP_WORDS[code as keyof typeof DESKTOP_WORDS]).join() ||
        (!SAME.has(code) && !/\p{Script=Han}/u.test(text)) ||
        /\p{Script=Han}[,;:()]|[,;()]\p{Script=Han}/u.test(text),
    );
    expect(wrong).toEqual([]);
  });

  it('are said with what is particular to the case', () => {
    expect(speechOf('en').say('use_port', { port: 4142 })).toBe('Use port 4142 instead');
    expect(speechOf('zh').say('use_port', { port: 4142 })).toBe('改用端口 4142');
  });

  it('tell in Chinese what the rest of main has said in English', () => {
    const said = messageOf('port_in_use', '4141');
    expect(speechOf('en').tell(said)).toBe(said);
    expect(speechOf('zh').tell(said)).toBe('端口 4141 已被占用。');
  });
});
