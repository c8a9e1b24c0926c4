import type { Account } from '../../shared/account.ts';
import { speaksOf, standardTierOf } from '../../shared/account.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { mapModel } from '../../shared/model.ts';
import { type Asked, type Dialect, isUnread } from '../dialects/dialect.ts';
import { responses } from '../dialects/responses.ts';
import type { Route } from '../dialects/route.ts';
import type { TranslatedRequest, Translation } from '../dialects/translate/translation.ts';

/** How one turn goes to one account: what the door judges, where it is sent, and the way back. */
export interface Plan {
  readonly asked: Asked;
  /** The protocol that the account answers in. */
  readonly reads: Dialect;
  /** What follows the account's base URL. */
  readonly path: string;
  /** The tool's beta tokens, where the account knows such. */
  readonly beta: string | null;
  /** Null where the account speaks the tool's protocol. */
  readonly translated: { readonly by: Translation; readonly request: TranslatedRequest } | null;
}

/** What a plan is made of. */
export interface PlanQuestion {
  readonly asked: Asked;
  readonly route: Route;
  readonly path: string;
  readonly beta: string | null;
  readonly account: Account;
}

/**
 * Plans a turn for an account: straight where the account speaks the tool's protocol, else translated. A translation comes
 * before the door, so that what is judged is what leaves.
 */
export function planFor({ asked, route, path, beta, account }: PlanQuestion): Plan | GatewayError {
  const { dialect, translation } = route;
  if (dialect.name === 'platform' || dialect.name === 'realtime' || speaksOf(account).includes(dialect.name))
    return { asked, reads: dialect, path, beta, translated: null };
  if (translation === null || !speaksOf(account).includes('responses'))
    return gatewayError(path.endsWith('/count_tokens') ? 'count_unsupported' : 'account_missing');
  const request = translation.request(asked.bytes, {
    account: account.id,
    upstreamModel: mapModel(account.modelMapping, asked.model) ?? asked.model,
    isLogin: account.kind === 'oauth',
    standardTier: standardTierOf(account),
    beta,
  });
  if ('code' in request) return request;
  const inOther = responses.read(request.body);
  if (isUnread(inOther)) return inOther.error;
  return { asked: inOther, reads: responses, path: '/responses', beta: null, translated: { by: translation, request } };
}
