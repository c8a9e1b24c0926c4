import { useSyncExternalStore } from 'react';
import { type Route, routeOf } from './address.ts';

/** Goes to a page or to one thing on it; `replace` leaves no step for the back button. */
export function navigate(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(null, '', href);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = href;
  }
}

/** Where the window is. */
export function useRoute(): Route {
  useSyncExternalStore(onAddress, () => location.hash);
  return current();
}

let last: { readonly fragment: string; readonly route: Route } | null = null;

/** The same value for the same address, so that it can be compared. */
function current(): Route {
  const fragment = location.hash;
  if (last?.fragment === fragment) return last.route;
  const route = routeOf(fragment);
  last = { fragment, route };
  return route;
}

function onAddress(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => {
    removeEventListener('hashchange', listener);
  };
}
