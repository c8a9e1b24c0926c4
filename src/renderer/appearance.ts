import i18next from 'i18next';
import { useEffect, useSyncExternalStore } from 'react';
import type { Settings } from '../shared/settings.ts';
import { useAnswer } from './call.ts';
import { type Language, languageOf } from '../shared/language.ts';
import { localeTag } from './i18n.ts';

type Appearance = Pick<Settings['app'], 'theme' | 'language'>;

/** Theme and language as they were last, so that the first paint is right before the settings are read. */
const STORED = 'tiergate.appearance';

/** Puts theme and language in force. */
function apply({ theme, language }: Appearance): void {
  document.documentElement.dataset['theme'] = theme;
  const spoken = languageOf(language, navigator.languages);
  if (i18next.language !== spoken) void i18next.changeLanguage(spoken);
  document.documentElement.lang = localeTag();
}

/** Puts the last known appearance in force; called before the first paint. */
export function applyStoredAppearance(): void {
  const stored = localStorage.getItem(STORED)?.split(' ') ?? [];
  const theme = (['light', 'dark'] as const).find((known) => known === stored[0]) ?? 'system';
  const language = (['en', 'zh'] as const).find((known) => known === stored[1]) ?? 'system';
  apply({ theme, language });
}

/** Keeps theme and language as the settings say. */
export function useAppearance(): void {
  const { data } = useAnswer('settings.get', {});
  const app = data?.app;
  useEffect(() => {
    if (app === undefined) return;
    apply(app);
    localStorage.setItem(STORED, `${app.theme} ${app.language}`);
  }, [app]);
}

/** The language that is spoken now. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, () => (i18next.language === 'zh' ? 'zh' : 'en'));
}

function onLanguage(listener: () => void): () => void {
  i18next.on('languageChanged', listener);
  return () => {
    i18next.off('languageChanged', listener);
  };
}

/** Which of the two grounds lies under the page now, for what is drawn and cannot use the tokens' light-dark. */
export function useDark(): boolean {
  return useSyncExternalStore(onGround, isDark);
}

const dark = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');

function isDark(): boolean {
  const theme = document.documentElement.dataset['theme'];
  return theme === 'dark' || (theme !== 'light' && dark?.matches === true);
}

function onGround(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  dark?.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    dark?.removeEventListener('change', listener);
  };
}
