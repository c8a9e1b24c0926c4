/** The languages the product speaks to people. */
const LANGUAGES = ['en', 'zh'] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

/** The language for a wish: itself, or for `system` what the person's system or browser prefers. */
export function languageOf(wish: 'system' | Language, preferred: readonly string[]): Language {
  if (wish !== 'system') return wish;
  for (const tag of preferred) {
    const language = LANGUAGES.find((known) => tag.toLowerCase().split('-', 1)[0] === known);
    if (language !== undefined) return language;
  }
  return 'en';
}
