import type { Account } from '../../shared/account.ts';
import type { Attempt, Turn } from '../../shared/turn.ts';

/** What a span or a measurement says of itself. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** What is told of the account that answered a turn. */
export type AccountFacts = Pick<Account, 'provider' | 'baseUrl'>;

/** Finds an account by its id; null for one that is no longer there. */
export type FindAccount = (id: string) => AccountFacts | null;

/** Hosts whose names the conventions have; every other compatible upstream is told by its host alone. */
const PROVIDERS: readonly (readonly [suffix: string, name: string])[] = [
  ['.openai.azure.com', 'azure.ai.openai'],
  ['.x.ai', 'x_ai'],
  ['.deepseek.com', 'deepseek'],
  ['.groq.com', 'groq'],
  ['.mistral.ai', 'mistral_ai'],
  ['.moonshot.ai', 'moonshot_ai'],
  ['.perplexity.ai', 'perplexity'],
  ['.cohere.com', 'cohere'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
];

const DOLLAR = 1e12;

/** A sum in dollars, for graphs; the ledger keeps the exact one. */
export function dollars(picodollars: number): number {
  return picodollars / DOLLAR;
}

/** The attributes by which the conventions tell operations apart; spans and metrics share them. */
export function operationAttributes(turn: Turn, account: AccountFacts | null): Facts {
  return present({
    'gen_ai.operation.name': operationOf(turn),
    'gen_ai.provider.name': account === null ? 'unknown' : providerOf(account),
    'gen_ai.request.model': turn.models.upstream ?? turn.models.requested,
    'gen_ai.response.model': turn.models.served,
    ...serverAttributes(account),
    'error.type': errorTypeOf(turn),
  });
}

/** Everything a turn's own span says. Nothing of prompts and answers is in it, nor any key. */
export function turnAttributes(turn: Turn, account: AccountFacts | null): Facts {
  const { tiers, tokens, sentAt, firstTokenAt } = turn;
  const isOpenAi = account?.provider === 'openai';
  return present({
    ...operationAttributes(turn, account),
    'gen_ai.response.id': turn.responseId,
    'gen_ai.conversation.id': turn.session,
    'gen_ai.request.stream': turn.streamed,
    'gen_ai.usage.input_tokens': tokens.input,
    'gen_ai.usage.output_tokens': tokens.output,
    'gen_ai.usage.cache_read.input_tokens': tokens.cached,
    'gen_ai.usage.cache_creation.input_tokens': tokens.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': tokens.reasoning,
    'gen_ai.response.time_to_first_chunk':
      firstTokenAt === null ? null : (firstTokenAt - (sentAt ?? turn.startedAt)) / 1000,
    'openai.api.type': isOpenAi ? API_TYPES[turn.dialect] : null,
    'openai.request.service_tier': isOpenAi ? tiers.sent : null,
    'openai.response.service_tier': isOpenAi ? tiers.served : null,
    'http.response.status_code': turn.status,
    'tiergate.turn.id': turn.id,
    'tiergate.tool': turn.tool,
    'tiergate.account': turn.account,
    'tiergate.transport': turn.transport,
    'tiergate.model.requested': turn.models.requested,
    'tiergate.tier.requested': tiers.requested,
    'tiergate.tier.sent': tiers.sent,
    'tiergate.tier.served': tiers.served,
    'tiergate.tier.billed': tiers.billed,
    'tiergate.tier.trust': turn.servedTrust,
    'tiergate.verdict': turn.verdict,
    'tiergate.rule': turn.rule,
    // The conventions know written tokens as one sum.
    'tiergate.usage.cache_creation_1h.input_tokens': tokens.cacheWriteHour,
    'tiergate.cost.usd': inDollars(turn.cost.total),
    'tiergate.cost.basis': turn.costBasis,
    'tiergate.saved.usd': inDollars(turn.saved),
    'tiergate.premium.usd': inDollars(turn.premium),
    'tiergate.price_table': turn.priceVersion,
    'tiergate.partial': turn.partial,
  });
}

/** Everything the span of one try says. */
export function attemptAttributes(
  attempt: Attempt,
  index: number,
  account: AccountFacts | null,
  transport: Turn['transport'],
): Facts {
  return present({
    'http.request.method': transport === 'http' ? 'POST' : null,
    'http.response.status_code': attempt.status,
    // The conventions count repetitions only.
    'http.request.resend_count': index === 0 ? null : index,
    'error.type': attempt.error ?? (attempt.status !== null && attempt.status >= 400 ? String(attempt.status) : null),
    ...serverAttributes(account),
    'openai.request.service_tier': account?.provider === 'openai' ? attempt.sentTier : null,
    'tiergate.account': attempt.account,
    'tiergate.key.fingerprint': attempt.keyFingerprint,
    'tiergate.tier.sent': attempt.sentTier,
  });
}

/** Every try of a turn; rows of turns that were answered at once may not list the one they had. */
export function attemptsOf(turn: Turn): readonly Attempt[] {
  const { attempts, account, sentAt, keyFingerprint, tiers, status, error } = turn;
  if (attempts.length > 0 || account === null || sentAt === null) return attempts;
  return [{ account, keyFingerprint, startedAt: sentAt, sentTier: tiers.sent, status, error }];
}

const API_TYPES: Readonly<Record<Turn['dialect'], string | null>> = {
  responses: 'responses',
  chat: 'chat_completions',
  messages: null,
  realtime: null,
  platform: null,
};

/** What kind of thing was asked for, in the conventions' words where they have one. */
function operationOf({ dialect, route }: Turn): string {
  if (dialect !== 'platform') return 'chat';
  if (route?.includes('embeddings') === true) return 'embeddings';
  return /images|audio/.test(route ?? '') ? 'generate_content' : 'platform';
}

function providerOf({ provider, baseUrl }: AccountFacts): string {
  if (provider !== 'compatible') return provider;
  const host = URL.parse(baseUrl)?.hostname ?? '';
  return PROVIDERS.find(([suffix]) => `.${host}`.endsWith(suffix))?.[1] ?? 'compatible';
}

function serverAttributes(account: AccountFacts | null): Facts {
  const url = account === null ? null : URL.parse(account.baseUrl);
  if (url === null || url.hostname === '') return {};
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { 'server.address': url.hostname, 'server.port': port };
}

function errorTypeOf({ error, status }: Turn): string | null {
  return error ?? (status !== null && status >= 400 ? String(status) : null);
}

function inDollars(picodollars: number | null): number | null {
  return picodollars === null ? null : dollars(picodollars);
}

/** Without what is not known: no attribute says so better than any value would. */
function present(facts: Readonly<Record<string, string | number | boolean | null>>): Facts {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number | boolean] => entry[1] !== null),
  );
}
