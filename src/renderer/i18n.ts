import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './locales/en.ts';
import { zh } from './locales/zh.ts';

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

/** The tag by which numbers, money and times are written. */
export function localeTag(): 'en' | 'zh-CN' {
  return i18next.language === 'zh' ? 'zh-CN' : 'en';
}
