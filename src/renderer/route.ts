import { useSyncExternalStore } from 'react';

/** The window's pages, in the order of the navigation; each has the fragment `#/<name>`. */
export const PAGES = [
  { name: 'turns', title: 'Turns' },
  { name: 'policy', title: 'Policy' },
  { name: 'tools', title: 'Tools' },
] as const;

/** The name of one of {@link PAGES}. */
export type PageName = (typeof PAGES)[number]['name'];

/** The fragment that leads to a page. */
export function hrefOf(page: PageName): string {
  return `#/${page}`;
}

/** The page the address names; an unknown address is the first page's. */
export function usePage(): PageName {
  return useSyncExternalStore(onAddress, pageOfAddress);
}

function pageOfAddress(): PageName {
  return PAGES.find(({ name }) => location.hash === hrefOf(name))?.name ?? PAGES[0].name;
}

function onAddress(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => {
    removeEventListener('hashchange', listener);
  };
}
