import { randomUUID } from 'node:crypto';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { withoutFastBeta } from '../dialects/beta-token.ts';
import { isModelList } from '../dialects/catalog.ts';
import { type Json, isJson, parseExactly } from '../dialects/translate/exact-json.ts';
import type { Secret } from '../secrets/secret.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import type { UpstreamRequest } from '../upstream/dispatch.ts';
import { DumpTee } from '../upstream/dump-tee.ts';
import { headersUp, queryUp } from '../upstream/headers.ts';
import { type Whole, WholeAnswer } from '../upstream/whole-answer.ts';
import { BETA_HEADER, ROUTING_HINT } from './decide.ts';
import type { House } from './house.ts';
import { type HttpRequest, betaOf } from './incoming.ts';
import { sendError } from './refusal.ts';
import { cleanError, decoded, ownWords, toolStatus } from './upstream-error.ts';

/** Codex waits five seconds for its models; a copy must be with it before that. */
const PATIENCE_MS = 4000;

const MAX_ANSWER = 8 * 1024 * 1024;

/** How an account is asked for its models. */
export interface Asking {
  /** What follows the account's base URL. */
  readonly path: string;
  /** By which the answer's copy is found again. */
  readonly name: string;
}

/** It could not answer: it is not there, is too busy, or takes no key of the account's. */
interface Silence {
  readonly kind: 'silent';
  readonly error: GatewayError;
  /** What it said all the same. */
  readonly pass: (() => void) | null;
}

/** What came of asking an account. */
type ModelAnswer =
  | { readonly kind: 'list'; readonly json: Json; readonly body: Buffer; readonly headers: readonly string[] }
  /** The upstream says that the question is wrong. */
  | { readonly kind: 'refused'; readonly status: number; readonly pass: () => void }
  | Silence;

/** Nobody has been asked yet. */
export const UNASKED: Silence = {
  kind: 'silent',
  error: gatewayError('account_missing'),
  pass: null,
};

/**
 * Asks an account for its models, with one key after the other while they are refused. Nothing of it is held against key
 * or account: a key that may run models may well be forbidden to list them.
 */
export async function askForModels(
  house: House,
  http: HttpRequest,
  ready: ReadyAccount,
  secrets: readonly Secret[],
  asking: Asking,
): Promise<ModelAnswer> {
  let answer: ModelAnswer = UNASKED;
  for (const secret of secrets.length === 0 ? [null] : secrets) {
    const whole = await ask(house, http, ready, secret, asking);
    answer = read(house, http, ready, whole);
    const status = 'failure' in whole ? null : whole.status;
    if (http.response.closed || !(status === 401 || status === 403 || status === 429)) break;
  }
  return answer;
}

async function ask(
  house: House,
  { request, response, query }: HttpRequest,
  { account, origin, basePath }: ReadyAccount,
  secret: Secret | null,
  { path }: Asking,
): Promise<Whole> {
  const answer = new WholeAnswer(house.after, MAX_ANSWER, PATIENCE_MS);
  const left = (): void => {
    answer.giveUp('left');
  };
  const upstream: UpstreamRequest = {
    method: 'GET',
    origin,
    proxy: account.proxy,
    path: basePath + path + queryUp(query),
    headers: headersUp(request.rawHeaders, {
      key: secret?.value ?? null,
      accountId: secret?.accountId,
      anthropic: account.provider === 'anthropic' && account.kind === 'apikey' && secret?.brought !== 'bearer',
      // A question for models is not judged, so nothing in it may ask for a tier.
      judged: { name: ROUTING_HINT, value: null },
      also: [{ name: BETA_HEADER, value: withoutFastBeta(betaOf(request)) }],
      // What the tool has already is compared here, after the policy has had its say.
      foreign: ['if-', 'range'],
      set: account.headers,
    }),
    body: null,
  };
  const dumped = house.dump.begin(randomUUID(), 1, upstream, account.headers);
  response.once('close', left);
  house.send(upstream, dumped === null ? answer : new DumpTee(dumped, answer));
  const whole = await answer.whole;
  response.off('close', left);
  return whole;
}

function read(house: House, http: HttpRequest, { account }: ReadyAccount, whole: Whole): ModelAnswer {
  const name = `"${account.id}" (${account.baseUrl})`;
  if ('failure' in whole) {
    const { failure } = whole;
    const error = failure === 'timeout' ? gatewayError('upstream_timeout', name) : unreachable(name, failure);
    return { kind: 'silent', error, pass: null };
  }
  const { status, headers, body } = whole;
  if (status >= 400) {
    const pass = (): void => {
      passError(house, http, account.provider, whole);
    };
    const isSilent = status === 401 || status === 403 || status === 408 || status === 429 || status >= 500;
    return isSilent && status !== 501
      ? { kind: 'silent', error: unreachable(name, `status ${status}`), pass }
      : { kind: 'refused', status, pass };
  }
  if (status >= 300) return { kind: 'silent', error: gatewayError('upstream_redirect', name), pass: null };
  const plain = decoded(body, headers.contentEncoding, MAX_ANSWER);
  const json = plain === null ? null : readModels(plain);
  return plain === null || json === null
    ? { kind: 'silent', error: unreachable(name, 'its answer is no list of models'), pass: null }
    : { kind: 'list', json, body: plain, headers: headers.flat };
}

function unreachable(name: string, why: string): GatewayError {
  return gatewayError('upstream_unreachable', `${name} could not say what models it has: ${why}.`);
}

/** A list as JSON, or one model's entry; null for anything else, such as a page that asks a person to sign in. */
export function readModels(body: Buffer): Json | null {
  try {
    const json = parseExactly(body.toString());
    return isJson(json) && (isModelList(json) || 'id' in json || 'slug' in json) ? json : null;
  } catch {
    return null;
  }
}

/** Passes an upstream's error on, without the key it may quote; its 401 is about the gateway's key, unless the tool has brought one. */
function passError(
  house: House,
  { response, route, own: brought }: HttpRequest,
  provider: ReadyAccount['account']['provider'],
  { status, headers, body }: Exclude<Whole, { failure: string }>,
): void {
  const tool = toolStatus(status, brought !== null);
  const own = ownWords(house.settings().errorRules, provider, { upstream: status, tool }, body);
  const clean = own === null ? cleanError(body, headers, house.redact) : null;
  if (clean === null) {
    sendError(response, own ?? unreachable(provider, `status ${status}`), route.dialect);
    return;
  }
  response.writeHead(tool, clean.headers).end(clean.body);
}
