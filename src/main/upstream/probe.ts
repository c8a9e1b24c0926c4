import type { Dispatcher } from 'undici';
import { isSandbox } from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import type { AccountTest } from '../../shared/calls/account.ts';
import { TiergateError } from '../../shared/errors.ts';
import { type Said, say } from '../../shared/sentences.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Accounts, ReadyAccount } from './accounts.ts';
import type { UpstreamRequest } from './dispatch.ts';
import { ACCOUNT_HEADER } from './headers.ts';
import { type Whole, WholeAnswer } from './whole-answer.ts';

/** How long an upstream may take to say whether a key is good. */
const PATIENCE_MS = 20_000;

/** More of an answer is not read: its status counts, and a list that is longer helps nobody choose. */
const MAX_ANSWER = 1024 * 1024;

/** More models than these are not told. */
const MAX_MODELS = 500;

/** What Anthropic's interface wants named. */
const ANTHROPIC_VERSION = '2023-06-01';

/** ChatGPT's backend tells its models to a Codex that says how new it is. */
const CODEX_QUERY = '?client_version=0.169.0';

/** What a test needs of the rest of the house. */
export interface ProbeOptions {
  readonly send: (request: UpstreamRequest, handler: Dispatcher.DispatchHandler) => void;
  readonly redact: { text(text: string): string };
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

/**
 * Asks an account's upstream for its list of models, with each of its keys. That costs nothing and asks for no tier, so there
 * is nothing to judge: it has no body. Throws `account_unknown`.
 */
export async function probe(accounts: Accounts, id: string, options: ProbeOptions): Promise<AccountTest> {
  // A keychain may have been unlocked since the keys were read.
  await accounts.reload();
  const ready = accounts.find(id);
  if (ready === null) throw new TiergateError('account_unknown', id);
  const { account, keys } = ready;
  const began = options.now();
  const result = ({ outcome, message }: Finding, status: number | null, models: readonly string[]): AccountTest => ({
    ok: WELL.has(outcome),
    outcome,
    status,
    message: options.redact.text(message),
    models: models.map((model) => options.redact.text(model)),
    took: Math.round(options.now() - began),
  });
  if (isSandbox(account)) return result({ outcome: 'sandbox', message: say('test_sandbox') }, null, []);
  const wanting = keys.flatMap(({ result: key }) => ('problem' in key ? [key.problem] : []));
  if (wanting.length > 0)
    return result({ outcome: 'key_missing', message: say('test_keyless', { problems: wanting.join('; ') }) }, null, []);
  const secrets = keys.flatMap(({ result: key }) => ('secret' in key ? [key.secret] : []));
  let last: ModelsAnswer = { status: null, text: '', models: [] };
  for (const secret of secrets.length === 0 ? [null] : secrets) {
    last = await ask(ready, secret, options);
    const problem = problemOf(last, secret);
    if (problem !== null) return result(problem, last.status, []);
  }
  return result(
    secrets.length === 0
      ? { outcome: 'answers', message: say('it_answers') }
      : {
          outcome: 'works',
          message: secrets.length === 1 ? say('test_one') : say('test_all', { count: secrets.length }),
        },
    last.status,
    last.models,
  );
}

interface Finding {
  readonly outcome: AccountTest['outcome'];
  readonly message: Said;
}

const WELL: ReadonlySet<AccountTest['outcome']> = new Set(['works', 'answers', 'sandbox']);

function problemOf({ status, text }: ModelsAnswer, secret: Secret | null): Finding | null {
  if (status === null) return { outcome: 'unreachable', message: say('test_unreachable', { reason: text }) };
  if (status < 300) return null;
  if (status < 400) return { outcome: 'redirected', message: say('test_redirect', { status }) };
  if (status === 404 || status === 405 || status === 501)
    return { outcome: 'no_list', message: say('test_listless', { status }) };
  if (status === 401 || status === 403) return { outcome: 'key_refused', message: refusal(status, text, secret) };
  const message = text === '' ? say('test_failed', { status }) : say('test_failed_saying', { status, said: text });
  return { outcome: status === 429 ? 'limited' : 'failed', message };
}

function refusal(status: number, said: string, secret: Secret | null): Said {
  const isSilent = said === '';
  if (secret === null)
    return isSilent ? say('test_request_refused', { status }) : say('test_request_refused_saying', { status, said });
  const { lastFour: key } = secret;
  if (key === '') return isSilent ? say('test_refused', { status }) : say('test_refused_saying', { status, said });
  return isSilent
    ? say('test_named_refused', { key, status })
    : say('test_named_refused_saying', { key, status, said });
}

interface ModelsAnswer {
  readonly status: number | null;
  /** What the upstream says is wrong, or the code of what broke. */
  readonly text: string;
  readonly models: readonly string[];
}

async function ask(
  { account, origin, basePath }: ReadyAccount,
  secret: Secret | null,
  options: ProbeOptions,
): Promise<ModelsAnswer> {
  const handler = new WholeAnswer(options.after, MAX_ANSWER, PATIENCE_MS);
  options.send(
    {
      method: 'GET',
      origin,
      proxy: account.proxy,
      path: `${basePath}/models${isCodexLogin(account) ? CODEX_QUERY : ''}`,
      headers: [
        ...['accept', 'application/json', 'accept-encoding', 'identity'],
        ...(account.provider === 'anthropic' ? ['anthropic-version', ANTHROPIC_VERSION] : []),
        ...Object.entries(account.headers).flat(),
        ...(secret === null ? [] : credential(account.provider, secret)),
      ],
      body: null,
    },
    handler,
  );
  return read(await handler.whole);
}

function credential(provider: ReadyAccount['account']['provider'], { value, accountId }: Secret): string[] {
  if (provider === 'anthropic') return ['x-api-key', value];
  return ['authorization', `Bearer ${value}`, ...(accountId === undefined ? [] : [ACCOUNT_HEADER, accountId])];
}

function read(whole: Whole): ModelsAnswer {
  const { status } = whole;
  if ('failure' in whole) {
    // Such a status says everything, and a list that is too long helps nobody choose.
    const isEnough = status !== null && ((status >= 300 && status < 400) || whole.failure === 'too large');
    if (isEnough) return { status, text: '', models: [] };
    return { status: null, text: whole.failure === 'timeout' ? 'no answer came in time' : whole.failure, models: [] };
  }
  const body = bodyOf(whole.body);
  const failed = whole.status >= 400;
  return { status, text: failed ? errorText(body) : '', models: failed ? [] : modelNames(body) };
}

function bodyOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

/** What an error body says, in the shape that OpenAI and Anthropic share; empty where it says nothing in it. */
function errorText(body: unknown): string {
  const { error } = (body ?? {}) as { error?: { message?: unknown } | null };
  return typeof error?.message === 'string' ? error.message.slice(0, 300) : '';
}

/** The names in a list of models, in the shape that OpenAI and Anthropic share. */
function modelNames(body: unknown): string[] {
  const { data } = (body ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return [];
  const names = data.flatMap((model: unknown) => {
    const { id } = (model ?? {}) as { id?: unknown };
    return typeof id === 'string' && id !== '' && id.length <= 200 ? [id] : [];
  });
  return [...new Set(names)].sort().slice(0, MAX_MODELS);
}
