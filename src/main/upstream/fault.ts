import { type Said, say, sayAsItIs } from '../../shared/sentences.ts';
import { DEFAULT_COOLDOWN_MS, type HeaderValues, clampCooldown, readRetryAfter } from './retry-after.ts';

/** Why a key is not asked for a while. */
export type CooldownReason = 'rate_limited' | 'quota' | 'unauthorized';

/** An answer that blames the key: another key may do. */
interface KeyFault {
  readonly kind: 'key';
  readonly reason: CooldownReason;
  /** Milliseconds. */
  readonly cooldown: number;
  /** True where only the model that was asked for is refused. */
  readonly modelOnly: boolean;
}

/** An answer that blames the account's upstream: another account may do. */
interface AccountFault {
  readonly kind: 'account';
  /** Short, for the window: `status 503`, `ECONNREFUSED`. */
  readonly reason: Said;
}

/** The account cannot read what another account's upstream has encrypted; without those items it can answer. */
interface EncryptedFault {
  readonly kind: 'encrypted';
}

/** Why an attempt may be followed by another. */
export type Fault = KeyFault | AccountFault | EncryptedFault;

/** A quota comes back with the next period; a day is looked at again. */
const QUOTA_CAP_MS = 24 * 3_600_000;

const QUOTA = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'usage_limit_reached',
  'usage_not_included',
  'quota_exceeded',
  'credit_balance_too_low',
]);
const QUOTA_TEXT =
  /exceeded your current quota|credit balance is too low|usage limit has been reached|insufficient (?:balance|credit|fund)/i;

/** What an event says that another answer would say with a 401. */
const UNAUTHORIZED = new Set(['authentication_error', 'token_expired', 'token_invalidated', 'token_revoked']);

/** What a 403 says where it is the key that is refused, and not the person, the place or the request. */
const KEY_REFUSED = new Set([
  'invalid_api_key',
  'account_deactivated',
  'organization_deactivated',
  'project_archived',
  'key_disabled',
  'access_terminated',
]);
const KEY_REFUSED_TEXT =
  /api key.{0,40}(?:disabled|revoked|deactivated|expired)|(?:organization|account|project).{0,40}(?:disabled|deactivated|suspended|archived)/i;
const MODEL_REFUSED = new Set(['model_not_found', 'model_not_allowed']);
const MODEL_REFUSED_TEXT = /(?:does not|doesn't|do not|don't) have access to (?:the )?model/i;

/** A 400 that says of itself that it is not the request's fault (spec C.8). */
const TRANSIENT_TEXT =
  /an error occurred while processing your request|selected model is at capacity|servers? (?:is|are) currently overloaded|\bretry\b.{0,200}help\.openai\.com.{0,200}request id/is;
const TRANSIENT = new Set([
  'server_is_overloaded',
  'overloaded_error',
  'server_error',
  'slow_down',
  'api_error',
  'timeout_error',
]);

/** What an upstream's error says of itself, in the shapes of both OpenAI and Anthropic. */
export interface ErrorSaid {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** Seconds until a plan's limit is reset; null where nothing is said. */
  readonly resetsIn: number | null;
  /** The same as a moment, in seconds since the epoch. */
  readonly resetsAt: number | null;
}

const SAID_NOTHING: ErrorSaid = { type: '', code: '', message: '', resetsIn: null, resetsAt: null };

/** Reads an error body; what is no JSON says nothing. */
export function readErrorSaid(body: Buffer): ErrorSaid {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch {
    return SAID_NOTHING;
  }
  return errorSaidIn(document);
}

/** The same of a document that has been parsed: an error body, an error event, or a failed response. */
export function errorSaidIn(document: unknown): ErrorSaid {
  const error =
    member(member(document, 'response'), 'error') ??
    member(document, 'error') ??
    member(document, 'detail') ??
    document;
  return {
    type: text(member(error, 'type')),
    code: text(member(error, 'code')),
    message: typeof error === 'string' ? error : text(member(error, 'message')),
    resetsIn: positive(member(error, 'resets_in_seconds')),
    resetsAt: positive(member(error, 'resets_at')),
  };
}

/** What an HTTP error means for the way it came by; null where every other way would say the same. */
export function faultOfStatus(
  status: number,
  header: HeaderValues,
  said: ErrorSaid,
  now: number,
  model: string,
): Fault | null {
  if (isQuota(status, said)) {
    const reset = resetAfter(said, now);
    return keyFault('quota', reset === null ? QUOTA_CAP_MS : clampCooldown(reset, QUOTA_CAP_MS));
  }
  switch (status) {
    // A wrong key's own headers are not believed.
    case 401:
      return keyFault('unauthorized', DEFAULT_COOLDOWN_MS);
    case 403:
      if (MODEL_REFUSED.has(said.code) || MODEL_REFUSED_TEXT.test(said.message))
        return keyFault('unauthorized', DEFAULT_COOLDOWN_MS, true);
      return KEY_REFUSED.has(said.code) || KEY_REFUSED_TEXT.test(said.message)
        ? keyFault('unauthorized', DEFAULT_COOLDOWN_MS)
        : null;
    case 429:
      return keyFault(
        'rate_limited',
        readRetryAfter(header, now) ?? DEFAULT_COOLDOWN_MS,
        namesModel(said.message, model),
      );
    case 400:
      if (said.code === 'invalid_encrypted_content') return { kind: 'encrypted' };
      return TRANSIENT.has(said.code) || TRANSIENT_TEXT.test(said.message)
        ? { kind: 'account', reason: say('fault_transient') }
        : null;
    default:
      return status >= 500 ? { kind: 'account', reason: say('fault_status', { status }) } : null;
  }
}

/** What an error in a stream, before anything of an answer, means; null where it is about the request. */
export function faultOfEvent(said: ErrorSaid, now: number, model: string): Fault | null {
  const name = said.code === '' ? said.type : said.code;
  const status = statusSaid(said);
  if (status !== null) return faultOfStatus(status, () => undefined, said, now, model);
  if (name === 'invalid_encrypted_content') return { kind: 'encrypted' };
  return TRANSIENT.has(said.code) || TRANSIENT.has(said.type) || TRANSIENT_TEXT.test(said.message)
    ? { kind: 'account', reason: name === '' ? say('fault_silent') : sayAsItIs(name) }
    : null;
}

/**
 * What an error event within a session means for the key and account it came by; ChatGPT's backend sends the status and
 * headers along that an HTTP answer would have had. Null where it is about the request.
 */
export function faultOfSessionEvent(document: unknown, said: ErrorSaid, now: number, model: string): Fault | null {
  const status = member(document, 'status') ?? member(document, 'status_code');
  const byStatus = typeof status === 'number' ? faultOfStatus(status, headersIn(document), said, now, model) : null;
  return byStatus ?? faultOfEvent(said, now, model);
}

/** True for a token that is not taken, for whatever model. */
export function isRefusal(fault: Fault): boolean {
  return fault.kind === 'key' && fault.reason === 'unauthorized' && !fault.modelOnly;
}

/** Why an attempt failed, in a word for its record. */
export function faultWord(fault: Fault): string {
  return fault.kind === 'encrypted' ? 'invalid_encrypted_content' : fault.reason;
}

/** An upstream that could not be asked, or broke off before its answer began. */
export function faultOfConnection(code: string): Fault {
  return { kind: 'account', reason: sayAsItIs(code) };
}

/** The status that an HTTP answer with the same words would have, where that blames the key. */
function statusSaid(said: ErrorSaid): 401 | 429 | null {
  if (/rate_limit/.test(`${said.code} ${said.type}`) || isQuota(429, said)) return 429;
  return KEY_REFUSED.has(said.code) || UNAUTHORIZED.has(said.code) || UNAUTHORIZED.has(said.type) ? 401 : null;
}

/** Milliseconds until a plan's limit is reset; null where nothing is said. */
function resetAfter({ resetsIn, resetsAt }: ErrorSaid, now: number): number | null {
  if (resetsIn !== null) return resetsIn * 1000;
  return resetsAt === null ? null : resetsAt * 1000 - now;
}

/** The headers that an event carries. */
function headersIn(document: unknown): HeaderValues {
  const headers = member(document, 'headers');
  const values = new Map<string, unknown>();
  if (typeof headers === 'object' && headers !== null)
    for (const [name, value] of Object.entries(headers)) values.set(name.toLowerCase(), value);
  return (name) => {
    const value = values.get(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
}

function isQuota(status: number, { type, code, message }: ErrorSaid): boolean {
  if (status !== 429 && status !== 403 && status !== 402 && status !== 400) return false;
  return QUOTA.has(code) || QUOTA.has(type) || QUOTA_TEXT.test(message);
}

/** A limit for one model leaves the key good for the others. */
function namesModel(message: string, model: string): boolean {
  if (model === '' || !/limit/i.test(message)) return false;
  return message.includes(`for ${model} `) || message.includes(`model: ${model})`);
}

function keyFault(reason: CooldownReason, cooldown: number, modelOnly = false): KeyFault {
  return { kind: 'key', reason, cooldown, modelOnly };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
