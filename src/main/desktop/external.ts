import { PRICE_TABLE } from '../../shared/prices/table.ts';

/** The few places outside that the window may send the person's browser to. */
const ORIGINS: ReadonlySet<string> = new Set([
  'https://platform.openai.com',
  'https://status.openai.com',
  'https://console.anthropic.com',
  'https://status.anthropic.com',
]);

/** The pages that the price table was read from, each of them and nothing else of their sites. */
const SOURCES: ReadonlySet<string> = new Set(Object.values(PRICE_TABLE.sources).map(({ url }) => url));

/** The address as the browser may have it; null for whatever is not on the list, compared parsed. */
export function externalUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.username + url.password !== '') return null;
  return ORIGINS.has(url.origin) || SOURCES.has(url.href) ? url.href : null;
}
