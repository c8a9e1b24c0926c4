/** The few places outside that the window may send the person's browser to. */
const ORIGINS: ReadonlySet<string> = new Set([
  'https://platform.openai.com',
  'https://status.openai.com',
  'https://console.anthropic.com',
  'https://status.anthropic.com',
]);

/** The address as the browser may have it; null for whatever is not on the list, compared by parsed origin. */
export function externalUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.username + url.password !== '') return null;
  return ORIGINS.has(url.origin) ? url.href : null;
}
