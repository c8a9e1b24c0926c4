import {
  type Account,
  AccountSchema,
  type Provider,
  SANDBOX_URL,
  type Spoken,
  speaksOf,
  standardTierOf,
} from '../shared/account.ts';
import type { ModelMapping } from '../shared/model.ts';

/** What an account can be made of in the window. */
export const NEW_KINDS = ['openai', 'anthropic', 'compatible', 'codex', 'sandbox'] as const;

/** One of {@link NEW_KINDS}. */
export type NewKind = (typeof NEW_KINDS)[number];

/** Where a new account's address begins. */
export const BASE_URLS: Readonly<Record<NewKind, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  compatible: '',
  codex: '',
  sandbox: SANDBOX_URL,
};

/** One line of a table of two columns. */
export type Pair = readonly [from: string, to: string];

/** An account as the form holds it: numbers as text, and empty text for what may be left out. */
export interface AccountForm {
  readonly baseUrl: string;
  readonly priority: string;
  readonly concurrency: string;
  readonly standardTier: 'omit' | 'default';
  readonly sockets: Account['sockets'];
  readonly speaks: readonly Spoken[];
  readonly proxy: string;
  readonly headers: readonly Pair[];
  readonly allowDearer: boolean;
  readonly regional: boolean;
  readonly fiveHours: string;
  readonly week: string;
}

/** An account put into the form. */
export function formOfAccount(account: Account): AccountForm {
  const { baseUrl, priority, concurrency, sockets, proxy, headers, allowDearer, regional, pauseAt } = account;
  return {
    baseUrl,
    priority: String(priority),
    concurrency: concurrency === 0 ? '' : String(concurrency),
    standardTier: standardTierOf(account),
    sockets,
    speaks: speaksOf(account),
    proxy: proxy ?? '',
    headers: Object.entries(headers),
    allowDearer,
    regional,
    fiveHours: pauseAt.fiveHours === undefined ? '' : String(pauseAt.fiveHours),
    week: pauseAt.week === undefined ? '' : String(pauseAt.week),
  };
}

/** The account that a form means; what the form does not hold stays as it is. */
export function accountOf(before: Account, form: AccountForm): Account {
  const account: Account = {
    ...before,
    baseUrl: form.baseUrl.trim(),
    priority: numberOf(form.priority) ?? Number.NaN,
    concurrency: numberOf(form.concurrency) ?? 0,
    standardTier: form.standardTier,
    sockets: form.sockets,
    speaks: [...form.speaks],
    proxy: form.proxy.trim(),
    headers: tableOf(form.headers),
    allowDearer: form.allowDearer,
    regional: form.regional,
    pauseAt: { fiveHours: numberOf(form.fiveHours), week: numberOf(form.week) },
  };
  if (account.proxy === '') delete account.proxy;
  return account;
}

/** The members of an account that something is wrong with. */
export function problemsOf(account: unknown): ReadonlySet<string> {
  const parsed = AccountSchema.safeParse(account);
  return new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => String(path[0] ?? '')));
}

/** The lines of a table as an object; a line with nothing in it is none. */
export function tableOf(pairs: readonly Pair[]): ModelMapping {
  return Object.fromEntries(
    pairs.map(([from, to]) => [from.trim(), to.trim()] as const).filter(([from, to]) => from !== '' || to !== ''),
  );
}

/** True where two lines of a table begin alike, of which an object would keep one. */
export function hasTwins(pairs: readonly Pair[]): boolean {
  const names = pairs.map(([from]) => from.trim()).filter((from) => from !== '');
  return new Set(names).size < names.length;
}

/** What is wrong with a key as it was typed; null when it can be tried. */
export function keyProblem(key: string): 'keyMissing' | 'keyLocal' | 'keyBad' | null {
  const value = key.trim();
  if (value === '') return 'keyMissing';
  if (value.startsWith('tg-')) return 'keyLocal';
  return /^[\x21-\x7e]+$/.test(value) ? null : 'keyBad';
}

/** Where a new account's key comes from; `none` is for servers that want none. */
export type KeyFrom = 'keychain' | 'env' | 'none';

/** A new account as the form holds it. */
export interface NewAccountForm {
  readonly kind: Exclude<NewKind, 'codex'>;
  readonly id: string;
  readonly baseUrl: string;
  readonly keyFrom: KeyFrom;
  readonly env: string;
}

/** The account that a form for a new one means, asked after all that are there. */
export function newAccountOf(form: NewAccountForm, accounts: readonly Account[]): Record<string, unknown> {
  const provider: Provider = form.kind === 'sandbox' ? 'compatible' : form.kind;
  return {
    id: form.id.trim(),
    provider,
    kind: 'apikey',
    baseUrl: form.kind === 'sandbox' ? SANDBOX_URL : form.baseUrl.trim(),
    keys: form.keyFrom === 'env' && form.kind !== 'sandbox' ? [{ env: form.env.trim() }] : [],
    priority: Math.max(0, ...accounts.map(({ priority }) => priority)) + 1,
  };
}

/** A name for a new account that no other has: `openai`, `openai-2`. */
export function freeId(kind: NewKind, accounts: readonly Account[]): string {
  const taken = new Set(accounts.map(({ id }) => id));
  let number = 2;
  if (!taken.has(kind)) return kind;
  while (taken.has(`${kind}-${number}`)) number += 1;
  return `${kind}-${number}`;
}

function numberOf(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}
