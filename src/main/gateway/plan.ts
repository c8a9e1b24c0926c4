import type { Account } from '../../shared/account.ts';
import { speaksOf, standardTierOf } from '../../shared/account.ts';
import { isCodexLogin } from '../../shared/codex.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { mapModel } from '../../shared/model.ts';
import { codexBody } from '../dialects/codex-body.ts';
import { type Asked, type Dialect, isUnread } from '../dialects/dialect.ts';
import { membersAt } from '../dialects/member.ts';
import { responses } from '../dialects/responses.ts';
import type { Route } from '../dialects/route.ts';
import { textOf } from '../envelope/scan.ts';
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
  /** Whether a stream comes although the tool wants one body, which is then gathered from it. */
  readonly gathered: boolean;
  /** Members of the tool's that the upstream would refuse, and that do not go up. */
  readonly leftOut: readonly string[];
}

/** What a plan is made of. */
export interface PlanQuestion {
  readonly asked: Asked;
  readonly route: Route;
  readonly path: string;
  readonly beta: string | null;
  readonly account: Account;
  /** Whether the tool is Codex. */
  readonly isCodex: boolean;
}

/**
 * Plans a turn for an account: straight where the account speaks the tool's protocol, else translated. What changes the
 * body comes before the door, so that what is judged is what leaves.
 */
export function planFor(question: PlanQuestion): Plan | GatewayError {
  const { asked, route, path, beta, account } = question;
  const { dialect } = route;
  const isStraight =
    dialect.name === 'platform' || dialect.name === 'realtime' || speaksOf(account).includes(dialect.name);
  const plan = isStraight
    ? { asked, reads: dialect, path, beta, translated: null, gathered: false, leftOut: [] }
    : translated(question);
  return 'code' in plan || plan.reads !== responses || !isCodexLogin(account) ? plan : forLogin(plan, question);
}

function translated({ asked, route, path, beta, account }: PlanQuestion): Plan | GatewayError {
  const { translation } = route;
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
  return {
    asked: inOther,
    reads: responses,
    path: '/responses',
    beta: null,
    translated: { by: translation, request },
    gathered: false,
    leftOut: request.leftOut,
  };
}

/** ChatGPT's backend takes less than OpenAI's interface, always streams, and remembers nothing. */
function forLogin(plan: Plan, { asked: original, isCodex }: PlanQuestion): Plan | GatewayError {
  const { asked, path } = plan;
  const [previous] = ['previous_response_id', 'conversation']
    .flatMap((name) => membersAt(asked.envelope, name))
    .filter(({ kind: said }) => said !== 'null');
  if (previous !== undefined)
    return gatewayError('previous_response_not_found', textOf(asked.bytes, previous) ?? previous.path);
  const kind = path === '/responses/compact' ? 'compact' : 'turn';
  const { bytes, leftOut } = codexBody(asked.bytes, { kind, isCodex });
  const fit = bytes === asked.bytes ? asked : responses.read(bytes);
  if (isUnread(fit)) return fit.error;
  return {
    ...plan,
    asked: fit,
    gathered: plan.translated === null && kind === 'turn' && !original.stream,
    leftOut: [...plan.leftOut, ...leftOut],
  };
}
