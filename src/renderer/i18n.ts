import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './locales/en.ts';
import { zh } from './locales/zh.ts';

/** The languages the window speaks. */
const LANGUAGES = ['en', 'zh'] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
    returnNull: false;
  }
}

// All texts are in the bundle, so the first paint already speaks the person's language.
void i18next.use(initReactI18next).init({
  resources: { en, zh },
  lng: 'en',
  fallbackLng: 'en',
  defaultNS: 'common',
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** The language for a wish: itself, or for `system` what the person's browser prefers. */
export function languageOf(wish: 'system' | Language, preferred: readonly string[]): Language {
  if (wish !== 'system') return wish;
  for (const tag of preferred) {
    const language = LANGUAGES.find((known) => tag.toLowerCase().split('-', 1)[0] === known);
    if (language !== undefined) return language;
  }
  return 'en';
}

/** The tag by which numbers, money and times are written. */
export function localeTag(): 'en' | 'zh-CN' {
  return i18next.language === 'zh' ? 'zh-CN' : 'en';
}
