import { chat } from './chat.ts';
import type { Dialect } from './dialect.ts';
import { responses } from './responses.ts';

/** The paths that lead to an upstream, as they follow an account's base URL, and the dialect spoken on each. */
export const ROUTES: ReadonlyMap<string, Dialect> = new Map([
  ['/responses', responses],
  ['/chat/completions', chat],
]);
