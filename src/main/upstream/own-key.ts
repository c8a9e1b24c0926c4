import { type Account, AccountSchema, type Provider } from '../../shared/account.ts';
import { type Secret, makeSecret } from '../secrets/secret.ts';

/** The provider keys that a request brings beside its local key; one of the two is there. */
export interface OwnKey {
  /** From Authorization: Bearer. */
  readonly bearer: string | null;
  /** From x-api-key. */
  readonly apiKey: string | null;
}

/** A request's own key, and the providers it may go to. */
export interface OwnWay {
  readonly key: OwnKey;
  readonly allowed: readonly Provider[];
}

/** The key that an upstream is asked with: Anthropic knows both headers and looks at x-api-key first, others take a Bearer. */
export function ownSecret({ bearer, apiKey }: OwnKey, provider: Provider): Secret {
  const isBearer = provider === 'anthropic' ? apiKey === null : bearer !== null;
  return {
    ...makeSecret((isBearer ? bearer : apiKey) ?? bearer ?? apiKey ?? ''),
    brought: isBearer ? 'bearer' : 'x-api-key',
  };
}

/** Where a tool's own key goes while no account of its provider is enabled; a compatible upstream could be anywhere. */
export const HOME_ACCOUNTS: readonly Account[] = [
  { id: 'api.openai.com', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' },
  { id: 'api.anthropic.com', provider: 'anthropic', kind: 'apikey', baseUrl: 'https://api.anthropic.com/v1' },
].map((account) => AccountSchema.parse(account));
