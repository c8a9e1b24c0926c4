import i18next from 'i18next';
import type { AccountState } from '../../shared/control.ts';
import type { Provider, Spoken } from '../../shared/account.ts';
import { sentenceWords } from './sentence-word.ts';

/** How an account does, from well to not at all; `off` is nobody's fault. */
export type Health = 'good' | 'warn' | 'bad' | 'off';

/** How an account does, in a word, and until when that is known to last. */
export interface AccountHealth {
  readonly health: Health;
  readonly word: string;
  /** When it may be better, in milliseconds since the epoch; null where no time is known. */
  readonly until: number | null;
}

/** Tells how an account does: what stands in its way most comes first. */
export function healthOf({ enabled, breaker, resting, keys }: AccountState): AccountHealth {
  const say = (health: Health, word: string, until: number | null = null): AccountHealth => ({ health, word, until });
  if (!enabled) return say('off', i18next.t('accounts:health.off'));
  if (breaker?.state === 'open') return say('bad', i18next.t('accounts:health.breaker'), breaker.until);
  if (breaker !== null) return say('warn', i18next.t('accounts:health.probing'));
  if (resting !== null) return say('warn', sentenceWords(resting));
  const ready = keys.filter(({ state }) => state === 'ready').length;
  if (ready === keys.length) return say('good', i18next.t('accounts:health.good'));
  if (ready > 0) return say('warn', i18next.t('accounts:health.someKeys', { ready, count: keys.length }));
  const ends = keys.flatMap(({ state, until }) => (state === 'cooling' && until !== null ? [until] : []));
  if (ends.length === 0) return say('bad', i18next.t('accounts:health.noKey'));
  return say('warn', i18next.t('accounts:health.cooling'), Math.min(...ends));
}

/** A provider's name as people say it. */
export function providerName(provider: Provider): string {
  return i18next.t(`accounts:providers.${provider}`);
}

/** Why a key is not asked with, in a word. */
export function coolingWord(reason: AccountState['keys'][number]['reason']): string {
  return i18next.t(`accounts:cooling.${reason ?? 'rate_limited'}`);
}

/** Where a key is kept: `keychain openai/1` and `env NAME`, in words. */
export function keyPlace(source: string): string {
  const [kind = '', name = ''] = source.split(' ', 2);
  return i18next.t(kind === 'env' ? 'accounts:place.env' : 'accounts:place.keychain', { name });
}

/** A window of a plan's quota: five hours, a week, or so many minutes. */
export function quotaName(minutes: number): string {
  if (minutes % 1440 === 0) return i18next.t('accounts:quota.days', { count: minutes / 1440 });
  if (minutes % 60 === 0) return i18next.t('accounts:quota.hours', { count: minutes / 60 });
  return i18next.t('accounts:quota.minutes', { count: minutes });
}

const DIALECTS: Readonly<Record<Spoken, string>> = {
  responses: 'Responses',
  chat: 'Chat Completions',
  messages: 'Messages',
};

/** A protocol's name, which is the same in every language. */
export function dialectName(dialect: Spoken): string {
  return DIALECTS[dialect];
}
