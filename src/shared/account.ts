import { z } from 'zod';
import type { AccountKind } from './policy.ts';
import type { ServedTrust } from './tier.ts';
import { say } from './sentences.ts';

/** Where an account's key is kept: an entry of the OS keychain, or an environment variable. Never the key itself. */
const KeySourceSchema = z.union([
  z.strictObject({ keychain: z.string().regex(/^[\w./-]{1,128}$/, say('letters_entry')) }),
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, say('letters_variable')) }),
]);

/** One of an account's key sources. */
export type KeySource = z.output<typeof KeySourceSchema>;

/** The base URL by which an account means the built-in pretend upstream. */
export const SANDBOX_URL = 'tiergate:sandbox';

const BaseUrl = z.string().superRefine((value, context) => {
  if (value === SANDBOX_URL) return;
  const url = URL.parse(value);
  const problem =
    url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')
      ? say('address_web')
      : url.username !== '' || url.password !== ''
        ? say('address_credentials')
        : url.search !== '' || url.hash !== ''
          ? say('address_query')
          : null;
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** What the gateway itself writes, or must not be said twice: an account cannot set these. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept-encoding|authorization|api-key|x-api-key|cookie|proxy-.*|x-tiergate-.*|x-codex-routing-hint|anthropic-beta)$/i;

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, say('letters_header'))
  .refine((name) => !OWN_HEADERS.test(name), say('header_own'));

const ProxyUrl = z.string().superRefine((value, context) => {
  const url = URL.parse(value);
  if (url === null || !/^(?:https?|socks5h?):$/.test(url.protocol))
    context.addIssue({ code: 'custom', message: say('address_proxy') });
  else if (url.username !== '' || url.password !== '')
    context.addIssue({ code: 'custom', message: say('address_proxy_password') });
});

/** The kinds of upstream. */
export const PROVIDERS = ['openai', 'anthropic', 'compatible'] as const;

/** One of {@link PROVIDERS}. */
export type Provider = (typeof PROVIDERS)[number];

/** A share of a plan's quota in percent, from which an account rests until the quota's window begins anew. */
const Share = z.number().min(1).max(100);

/** One upstream identity as the settings file spells it. */
export const AccountSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/, say('letters_account')),
  enabled: z.boolean().default(true),
  provider: z.enum(PROVIDERS),
  kind: z.enum(['apikey', 'oauth']) satisfies z.ZodType<AccountKind>,
  baseUrl: BaseUrl,
  keys: z.array(KeySourceSchema).default([]),
  /** How Standard is spelled towards this upstream; absent is decided by {@link standardTierOf}. */
  standardTier: z.enum(['omit', 'default']).optional(),
  modelMapping: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Lower is asked first. */
  priority: z.int().min(0).default(1),
  /** Turns at one time; 0 is unlimited. */
  concurrency: z.int().min(0).default(0),
  /** How a tool's WebSocket reaches this upstream: over one of its own, or turn by turn over HTTP. */
  sockets: z.enum(['relay', 'http_bridge']).default('relay'),
  /** Offers permessage-deflate to this upstream; off, because nothing is gained on a fast line. */
  compressSockets: z.boolean().default(false),
  /** The protocols this upstream speaks; absent is decided by its provider. */
  speaks: z
    .array(z.enum(['responses', 'chat', 'messages']))
    .min(1)
    .optional(),
  /** Whether a turn may fail over to this account where it would be dearer than on the account before. */
  allowDearer: z.boolean().default(false),
  /** The way out to this upstream; absent is straight. */
  proxy: ProxyUrl.optional(),
  /** Said with every request to this upstream. */
  headers: z.record(HeaderName, z.string().regex(/^[\x20-\x7e]*$/, say('letters_header_value'))).default({}),
  /** Processed in a region for which the provider asks more. */
  regional: z.boolean().default(false),
  /** When a login's account rests, by the share of each quota that is used. */
  pauseAt: z.strictObject({ fiveHours: Share.optional(), week: Share.optional() }).prefault({}),
});

/** One upstream identity: provider, base URL, kind, ordered keys, model mapping. */
export type Account = z.output<typeof AccountSchema>;

/** The account that answers while no other is set up, so that everything works before a key exists. */
export const SANDBOX_ACCOUNT: Account = AccountSchema.parse({
  id: 'sandbox',
  provider: 'compatible',
  kind: 'apikey',
  baseUrl: SANDBOX_URL,
});

/** True when the account means the built-in pretend upstream. */
export function isSandbox(account: Pick<Account, 'baseUrl'>): boolean {
  return account.baseUrl === SANDBOX_URL;
}

/** The protocols of {@link AccountSchema}'s `speaks`. */
export type Spoken = NonNullable<Account['speaks']>[number];

/** The protocols an account speaks: as the user says, else a login the one of Codex, Anthropic its own, others OpenAI's two. */
export function speaksOf({ speaks, provider, kind }: Pick<Account, 'speaks' | 'provider' | 'kind'>): readonly Spoken[] {
  if (speaks !== undefined) return speaks;
  if (provider === 'anthropic') return ['messages'];
  return provider === 'openai' && kind === 'oauth' ? ['responses'] : ['responses', 'chat'];
}

/**
 * How Standard is spelled towards an account. At api.openai.com an absent tier means the project's own setting, which may
 * be Fast, so a key account there writes `default`; elsewhere the member is omitted (the ChatGPT backend refuses it).
 */
export function standardTierOf(account: Pick<Account, 'standardTier' | 'kind' | 'baseUrl'>): 'omit' | 'default' {
  if (account.standardTier !== undefined) return account.standardTier;
  return account.kind === 'apikey' && isOpenAIAddress(account.baseUrl) ? 'default' : 'omit';
}

/** The address that was looked at last, and the answer: every turn of an account asks the same. */
let lastLookedAt = { baseUrl: '', isOpenAI: false };

function isOpenAIAddress(baseUrl: string): boolean {
  if (lastLookedAt.baseUrl !== baseUrl)
    lastLookedAt = { baseUrl, isOpenAI: URL.parse(baseUrl)?.hostname === 'api.openai.com' };
  return lastLookedAt.isOpenAI;
}

/** How far the tier this upstream says it served can be believed. */
export function servedTrustOf(account: Pick<Account, 'provider' | 'kind'>): ServedTrust {
  if (account.kind === 'oauth') return 'unverifiable';
  return account.provider === 'openai' ? 'authoritative' : 'reported';
}
