import { describe, expect, test } from 'vitest';
import { en } from '../../src/renderer/locales/en.ts';
import { zh } from '../../src/renderer/locales/zh.ts';

/** Every text by its path: `shell:pages.turns`. */
function textsOf(texts: unknown, path = ''): [string, string][] {
  if (typeof texts === 'string') return [[path, texts]];
  return Object.entries(texts as Record<string, unknown>).flatMap(([key, value]) =>
    textsOf(value, path === '' ? `${key}:` : `${path}${path.endsWith(':') ? '' : '.'}${key}`),
  );
}

const english = new Map(textsOf(en));
const chinese = new Map(textsOf(zh));

/** The figures and names that a text leaves room for. */
function placesOf(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)[^}]*\}\}|<\/?\w+>/g)].map(([place]) => place).sort();
}

describe('the window’s texts', () => {
  test('are the same in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
    expect(english.size).toBeGreaterThan(100);
  });

  test('are never empty', () => {
    expect([...english, ...chinese].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('leave room for the same figures and names', () => {
    const unlike = [...english].filter(
      ([key, text]) => placesOf(text).join() !== placesOf(chinese.get(key) ?? '').join(),
    );
    expect(unlike).toEqual([]);
  });

  test('are Chinese in Chinese', () => {
    const foreign = [...chinese].filter(
      ([key, text]) => !/\p{Script=Han}/u.test(text) && /[a-z]{4}/.test(english.get(key) ?? ''),
    );
    expect(foreign.filter(([key, text]) => text === english.get(key) && /\s/.test(text))).toEqual([]);
  });

  test('have both forms where English counts', () => {
    const lonely = [...english.keys()].filter(
      (key) => key.endsWith('_one') && !english.has(key.replace('_one', '_other')),
    );
    expect(lonely).toEqual([]);
  });
});
