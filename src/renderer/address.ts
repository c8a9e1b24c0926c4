/** The window's pages in the order of the navigation: `g` and then the letter opens one. */
export const PAGES = [
  { name: 'overview', letter: 'o' },
  { name: 'turns', letter: 't' },
  { name: 'policy', letter: 'p' },
  { name: 'accounts', letter: 'a' },
  { name: 'tools', letter: 'k' },
  { name: 'budgets', letter: 'b' },
  { name: 'prices', letter: 'r' },
  { name: 'settings', letter: 's' },
  { name: 'logs', letter: 'l' },
  { name: 'about', letter: 'i' },
] as const;

/** The name of one of {@link PAGES}. */
export type PageName = (typeof PAGES)[number]['name'];

/** What the address says: a page, the one thing on it that is meant, and how the page is narrowed. */
export interface Route {
  readonly page: PageName;
  /** A turn, rule, account or the like; null is the page as a whole. */
  readonly id: string | null;
  readonly query: Readonly<Record<string, string>>;
}

/** The fragment that leads to a page or to one thing on it. */
export function hrefOf(page: PageName, id: string | null = null, query: Route['query'] = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${page}${id === null ? '' : `/${encodeURIComponent(id)}`}${search === '' ? '' : `?${search}`}`;
}

/** Reads a fragment; an unknown page is the first one. */
export function routeOf(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/');
  const page = PAGES.find((known) => known.name === name)?.name ?? PAGES[0].name;
  const id = rest.join('/');
  return { page, id: id === '' ? null : decode(id), query: Object.fromEntries(new URLSearchParams(search)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
