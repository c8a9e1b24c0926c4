import type { ModelMapping } from './model.ts';
import type { Tier } from './tier.ts';

/** Where ChatGPT answers Codex. */
export const CODEX_BASE_URL = 'https://chatgpt.com/backend-api/codex';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** What a new login's account maps, for everybody to see and change: retired names, and names that carry an effort. */
export const CODEX_MODELS: ModelMapping = {
  'gpt-5': 'gpt-5.4',
  'gpt-5-mini': 'gpt-5.4',
  'gpt-5-nano': 'gpt-5.4',
  'gpt-5.1': 'gpt-5.4',
  'gpt-5-codex': 'gpt-5.3-codex',
  'gpt-5.1-codex*': 'gpt-5.3-codex',
  'codex-mini-latest': 'gpt-5.3-codex',
  'gpt-5.2*': 'gpt-5.2',
  'gpt-5.3': 'gpt-5.3-codex',
  'gpt-5.3-codex*': 'gpt-5.3-codex',
  'gpt-5.3-codex-spark*': 'gpt-5.3-codex-spark',
  'gpt-5.4-chat-latest': 'gpt-5.4',
  ...Object.fromEntries(
    EFFORTS.flatMap((effort) => ['gpt-5.4', 'gpt-5.5'].map((model) => [`${model}-${effort}`, model])),
  ),
  '*': '*',
};

/** Models that ChatGPT has for Codex, for when its own list cannot be had. */
export const CODEX_KNOWN = [
  ...['gpt-6-sol', 'gpt-6-luna', 'gpt-5.6-sol', 'gpt-5.6-terra', 'gpt-5.6-luna', 'gpt-5.5'],
  ...['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.3-codex', 'gpt-5.3-codex-spark', 'gpt-5.2'],
] as const;

/** True for an account that is a login to ChatGPT, whose backend has rules of its own. */
export function isCodexLogin({ provider, kind }: { readonly provider: string; readonly kind: string }): boolean {
  return kind === 'oauth' && provider === 'openai';
}

/** The tiers by name that ChatGPT's backend takes; it answers 400 to any other, `default` and `auto` among them. */
const CODEX_TIERS: readonly Tier[] = ['priority', 'ultrafast'];

/** The tiers that may be named to an account's upstream; null is any. */
export function tiersTakenBy(account: { readonly provider: string; readonly kind: string }): readonly Tier[] | null {
  return isCodexLogin(account) ? CODEX_TIERS : null;
}
