import { createHash } from 'node:crypto';
import { type Account, isSandbox, speaksOf } from '../../shared/account.ts';
import { CODEX_KNOWN, isCodexLogin } from '../../shared/codex.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { mapModel } from '../../shared/model.ts';
import { judge } from '../../shared/policy.ts';
import { dearTiersOf } from '../../shared/prices/sold-tiers.ts';
import { sayTier } from '../../shared/tier.ts';
import * as catalog from '../dialects/catalog.ts';
import { type Json, isJson } from '../dialects/translate/exact-json.ts';
import type { House } from './house.ts';
import { type HttpRequest, ownWayOf, providerOf, receive } from './incoming.ts';
import { type Asking, UNASKED, askForModels, readModels } from './model-question.ts';
import { sendError } from './refusal.ts';
import { say } from '../../shared/sentences.ts';

/** True for the paths that ask what models there are: not turns, so they leave no row and take no slot. */
export function asksForModels(path: string): boolean {
  return path === '/models' || path.startsWith('/models/');
}

/** The moment of the copy that answered, since the upstream could not. */
const COPY_HEADER = 'x-tiergate-copy';

/** What a tool wants to know. */
interface Wanted {
  /** Null is the whole list. */
  readonly id: string | null;
  /** In the shape that Codex reads. */
  readonly catalog: boolean;
  readonly anthropic: boolean;
  /** False for a further page. */
  readonly whole: boolean;
}

/**
 * Answers a question for models: by the upstream each time, by the copy of its last answer where it cannot be asked, and
 * by what is known here where it has no list. Whatever answers is shown as the account's mapping and the policy have it.
 */
export async function answerModels(house: House, http: HttpRequest): Promise<void> {
  const incoming = await receive(house, http);
  if ('code' in incoming) {
    refuse(house, http, incoming);
    return;
  }
  const wanted = wantedBy(http);
  const own = ownWayOf(house, http);
  const question = { dialect: http.route.dialect.name, model: wanted.id, session: null, previousResponse: null, own };
  const found = await house.ways.candidates({ ...question, provider: providerOf(http.request) });
  if (hasLeft(http)) return;
  if ('code' in found) {
    answerWithout(house, http, wanted, found);
    return;
  }
  let last = UNASKED;
  for (const { ready, secrets } of found) {
    const { account } = ready;
    const asking = askingOf(http, wanted, account);
    if (asking === null) {
      tellKnown(house, http, wanted, account);
      return;
    }
    const answer = await askForModels(house, http, ready, secrets, asking);
    if (hasLeft(http)) return;
    if (answer.kind === 'list') {
      // What a tool's own key may see is not for the others.
      if (own === null) house.modelCopies.keep(account, asking.name, { at: house.now(), body: answer.body });
      tell(house, http, wanted, account, answer);
      return;
    }
    if (answer.kind === 'refused') {
      if (wanted.id !== null || !isWithoutList(answer.status) || !tellKnown(house, http, wanted, account))
        answer.pass();
      return;
    }
    last = answer;
    house.log.warn({ account: account.id, error: answer.error.code }, say('log_models'));
    if (tellCopy(house, http, wanted, account, asking.name)) return;
  }
  if (last.pass === null) refuse(house, http, last.error);
  else last.pass();
}

/** Nobody waits for the answer any more. */
function hasLeft({ response }: HttpRequest): boolean {
  return response.closed;
}

function wantedBy({ request, path, query }: HttpRequest): Wanted {
  const parts = new URLSearchParams(query);
  const anthropic = providerOf(request) === 'anthropic';
  return {
    id: path === '/models' ? null : path.slice('/models/'.length),
    catalog: parts.has('client_version') && !anthropic,
    anthropic,
    whole: !parts.has('after_id') && !parts.has('before_id') && !parts.has('after'),
  };
}

/** How an account is asked; null for one that has nothing to say. */
function askingOf({ query }: HttpRequest, wanted: Wanted, account: Account): Asking | null {
  // The backend of Codex knows its own question only.
  if (isSandbox(account) || (isCodexLogin(account) && !wanted.catalog)) return null;
  const upstream = wanted.id === null ? null : (mapModel(account.modelMapping, wanted.id) ?? wanted.id);
  const path = upstream === null ? '/models' : `/models/${encodeURIComponent(upstream)}`;
  return { path, name: `${path}${query}` };
}

/** No account can be asked: a copy may know, or what an account's mapping says of another protocol. */
function answerWithout(house: House, http: HttpRequest, wanted: Wanted, error: GatewayError): void {
  for (const account of house.ways.accounts) {
    const isTheirs = (account.provider === 'anthropic') === wanted.anthropic;
    const asking = isTheirs ? askingOf(http, wanted, account) : null;
    if (asking !== null && tellCopy(house, http, wanted, account, asking.name)) return;
  }
  const translated = house.ways.accounts.find(
    (account) => wanted.anthropic && account.provider !== 'anthropic' && speaksOf(account).includes('responses'),
  );
  if (error.code === 'account_missing' && translated !== undefined && tellKnown(house, http, wanted, translated))
    return;
  refuse(house, http, error);
}

function tellCopy(house: House, http: HttpRequest, wanted: Wanted, account: Account, name: string): boolean {
  const copy = house.modelCopies.find(account, name);
  const json = copy === null ? null : readModels(copy.body);
  if (copy === null || json === null) return false;
  const headers = ['content-type', 'application/json', COPY_HEADER, new Date(copy.at).toISOString()];
  tell(house, http, wanted, account, { json, body: copy.body, headers });
  return true;
}

/** What is known of an account's models without asking; false where nothing is. */
function tellKnown(house: House, http: HttpRequest, wanted: Wanted, account: Account): boolean {
  const view = viewFor(house, http, account);
  const named = catalog.mappedNames(view);
  const known = isCodexLogin(account) || isSandbox(account) ? CODEX_KNOWN : [];
  // Tools that look for Anthropic's models can use those that a mapping names.
  const names = wanted.anthropic ? named : [...new Set([...known, ...named])];
  if (names.length === 0) return false;
  const list = catalog.makeList(names, wanted.anthropic ? 'anthropic' : 'openai');
  const json = wanted.id === null ? list : entryOf(list, wanted.id);
  if (json === null) {
    refuse(house, http, gatewayError('model_not_served', wanted.id ?? ''));
    return true;
  }
  tell(house, http, wanted, account, { json, body: null, headers: ['content-type', 'application/json'] });
  return true;
}

function entryOf({ data }: Json, id: string): Json | null {
  const entries: readonly unknown[] = Array.isArray(data) ? data : [];
  return entries.filter(isJson).find((one) => one['id'] === id) ?? null;
}

/** An answer before it is looked at with a tool's eyes; its bytes go as they came where nothing in them changes. */
interface Told {
  readonly json: Json;
  readonly body: Buffer | null;
  readonly headers: readonly string[];
}

function tell(house: House, http: HttpRequest, wanted: Wanted, account: Account, { json, body, headers }: Told): void {
  const view = viewFor(house, http, account);
  const shown =
    wanted.id !== null
      ? catalog.viewedModel(json, wanted.id, view)
      : wanted.catalog && !catalog.isCatalog(json)
        ? catalog.makeCatalog(catalog.modelNames(catalog.viewedList(json, view)), view, dearTiersOf)
        : catalog.viewedList(json, view, wanted.whole);
  const bytes = shown === json && body !== null ? body : Buffer.from(JSON.stringify(shown));
  // The upstream's own tag is for its own bytes, and knows nothing of the policy.
  const tag = (shown === json ? tagIn(headers) : null) ?? `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  const flat = [...without(headers, UNSAID), 'etag', tag];
  if (isKnown(http.request.headers['if-none-match'], tag)) {
    http.response.writeHead(304, without(flat, BODY_HEADERS)).end();
    return;
  }
  http.response.writeHead(200, [...flat, 'content-length', String(bytes.length)]).end(bytes);
}

/** The policy of this moment, for this tool. */
function viewFor(house: House, { tool }: HttpRequest, account: Account): catalog.ModelView {
  const { policy } = house.settings();
  return {
    mapping: account.modelMapping,
    passes: (model, tier) => {
      const said = sayTier(tier);
      const verdict = judge(policy, { tier: said, model, kind: account.kind, tool: tool.name, now: house.now() });
      return verdict.action === 'pass' || (verdict.action === 'force' && verdict.forceTo === said.exact);
    },
  };
}

/** The answers of servers that have no such path. */
function isWithoutList(status: number): boolean {
  return status === 404 || status === 405 || status === 501;
}

const UNSAID = new Set(['etag', 'content-length', 'content-encoding', 'last-modified', 'cache-control']);
const BODY_HEADERS = new Set(['content-type']);

function without(flat: readonly string[], names: ReadonlySet<string>): string[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 && !names.has(name.toLowerCase()) ? [name, flat[index + 1] ?? ''] : [],
  );
}

function tagIn(flat: readonly string[]): string | null {
  const at = flat.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'etag');
  return at === -1 ? null : (flat[at + 1] ?? null);
}

function isKnown(header: string | undefined, tag: string): boolean {
  const bare = (one: string): string => one.trim().replace(/^W\//, '');
  return header !== undefined && header.split(',').some((one) => bare(one) === '*' || bare(one) === bare(tag));
}

function refuse(house: House, { response, route }: HttpRequest, error: GatewayError): void {
  house.refused(error.code);
  sendError(response, error, route.dialect);
}
