import type { Account } from '../../shared/account.ts';
import { tiersTakenBy } from '../../shared/codex.ts';
import type { GatewayError } from '../../shared/errors.ts';
import { withoutFastBeta } from '../dialects/beta-token.ts';
import type { Asked } from '../dialects/dialect.ts';
import type { Failover } from '../upstream/failover.ts';
import type { WayQuestion } from '../upstream/ways.ts';
import { type Block, Forward, decide } from './decide.ts';
import type { FormBody } from './form-body.ts';
import type { House } from './house.ts';
import { type HttpRequest, hintOf, isCodex } from './incoming.ts';
import type { Meter } from './meter.ts';
import type { Plan } from './plan.ts';
import { withoutDearTier } from './routing-hint.ts';

/** What one turn walks with. */
export interface WalkedTurn {
  readonly house: House;
  readonly http: HttpRequest;
  readonly asked: Asked;
  readonly form: FormBody | null;
  readonly meter: Meter;
  readonly failover: Failover;
  readonly question: WayQuestion;
}

/** What the door says of a turn, as it would go to one account. */
export function judgeTurn(turn: WalkedTurn, { asked, beta }: Plan, account: Account): Forward | Block {
  const { house, http, form, question } = turn;
  const decision = decide({
    asked,
    routingHint: hintOf(http.request),
    beta,
    account,
    takes: tiersTakenBy(account),
    // Asked for at the last moment: an edit counts from the next request.
    policy: house.settings().policy,
    tool: http.tool.name,
    now: house.now(),
  });
  const isEarly = form !== null && question.model === null;
  return isEarly && decision.kind === 'forward' ? withoutDearHeaders(decision) : decision;
}

/** A form's headers leave before a model that stands behind its file, and the rules for that model could not take a tier in them back. */
function withoutDearHeaders(decision: Forward): Forward {
  const routingHint = withoutDearTier(decision.routingHint);
  const beta = withoutFastBeta(decision.beta);
  if (routingHint === decision.routingHint && beta === decision.beta) return decision;
  return new Forward(decision, { pieces: decision.pieces, routingHint, beta, sentTier: null });
}

/** A block in the gateway's words; Codex repeats a 403 six times and shows a 400 at once. */
export function blockError(message: string, { request }: HttpRequest): GatewayError {
  return { code: 'policy_violation', type: 'permission_error', status: isCodex(request) ? 400 : 403, message };
}
