import { chat } from './chat.ts';
import type { Dialect } from './dialect.ts';
import { messageBatches, messages } from './messages.ts';
import { platform } from './platform.ts';
import { responses } from './responses.ts';
import { chatTranslation } from './translate/chat-translation.ts';
import { messagesTranslation } from './translate/messages-translation.ts';
import type { Translation } from './translate/translation.ts';

/** How a request's body is judged: read whole as JSON, walked over as a form, either by its content type, or there must be none. */
type BodyKind = 'json' | 'form' | 'either' | 'none';

/** One path that leads to an upstream. */
export interface Route {
  readonly dialect: Dialect;
  readonly methods: Readonly<Record<string, BodyKind>>;
  /** The way to accounts that speak Responses only. */
  readonly translation: Translation | null;
}

const ask = (dialect: Dialect, translation: Translation | null = null): Route => ({
  dialect,
  methods: { POST: 'json' },
  translation,
});
const taking = (methods: Route['methods'], dialect: Dialect = platform): Route => ({
  dialect,
  methods,
  translation: null,
});

/** Every path, as it follows an account's base URL; `{id}` stands for one plain name. */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/responses', ask(responses)],
  ['/responses/compact', ask(responses)],
  ['/chat/completions', ask(chat, chatTranslation)],
  ['/messages', ask(messages, messagesTranslation)],
  ['/messages/count_tokens', ask(messages)],
  ['/messages/batches', taking({ POST: 'json', GET: 'none' }, messageBatches)],
  ['/messages/batches/{id}', taking({ GET: 'none', DELETE: 'none' }, messageBatches)],
  ['/messages/batches/{id}/cancel', taking({ POST: 'none' }, messageBatches)],
  ['/messages/batches/{id}/results', taking({ GET: 'none' }, messageBatches)],
  ['/embeddings', ask(platform)],
  ['/images/generations', ask(platform)],
  ['/images/edits', taking({ POST: 'either' })],
  ['/images/variations', taking({ POST: 'form' })],
  ['/audio/speech', ask(platform)],
  ['/audio/transcriptions', taking({ POST: 'form' })],
  ['/audio/translations', taking({ POST: 'form' })],
  ['/files', taking({ GET: 'none', POST: 'form' })],
  ['/files/{id}', taking({ GET: 'none', DELETE: 'none' })],
  ['/files/{id}/content', taking({ GET: 'none' })],
  ['/batches', taking({ GET: 'none', POST: 'json' })],
  ['/batches/{id}', taking({ GET: 'none' })],
  ['/batches/{id}/cancel', taking({ POST: 'none' })],
  ['/models', taking({ GET: 'none' })],
  ['/models/{id}', taking({ GET: 'none' })],
]);

/** What may stand for `{id}`; nothing that any server would decode or walk. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const PARENTS: ReadonlySet<string> = new Set(['files', 'batches', 'models']);

/** What follows an account's base URL: every path works with and without `/v1`. */
export function routePath(path: string): string {
  return path.startsWith('/v1/') ? path.slice('/v1'.length) : path;
}

/** The route of a path; null for a path that is not on the list. */
export function findRoute(path: string): Route | null {
  const exact = ROUTES.get(path);
  if (exact !== undefined && !path.includes('{')) return exact;
  const parts = path.split('/');
  const at = parts.findLastIndex((part, index) => index > 1 && PARENTS.has(parts[index - 1] ?? '') && ID.test(part));
  if (at === -1 || (parts[at] ?? '').includes('..')) return null;
  return ROUTES.get(parts.with(at, '{id}').join('/')) ?? null;
}

/** The nearest path of the list, for whoever mistyped one. */
export function hintFor(path: string): string {
  const plain = path.toLowerCase().replaceAll(/\/+/g, '/').replace(/\/$/, '');
  const tail = plain.slice(plain.lastIndexOf('/v1/') === -1 ? 0 : plain.lastIndexOf('/v1/') + 3);
  const near = [...ROUTES.keys()].find((one) => !one.includes('{') && (one === tail || tail.endsWith(one)));
  return near === undefined
    ? 'the paths are /v1/responses, /v1/chat/completions, /v1/messages, /v1/models and others that the README names'
    : `the nearest path is /v1${near}`;
}
