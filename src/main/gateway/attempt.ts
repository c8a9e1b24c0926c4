import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import { withoutEncryptedItems } from '../dialects/encrypted-items.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import { type UpstreamRequest, bodyUp } from '../upstream/dispatch.ts';
import { DumpTee } from '../upstream/dump-tee.ts';
import type { Failover, Outcome, Way } from '../upstream/failover.ts';
import { headersUp, queryUp } from '../upstream/headers.ts';
import type { WayQuestion } from '../upstream/ways.ts';
import { Answer } from './answer.ts';
import { BETA_HEADER, type Forward, ROUTING_HINT } from './decide.ts';
import type { FormBody } from './form-body.ts';
import type { House } from './house.ts';
import { methodOf } from './incoming.ts';
import { chooseOutlet } from './outlet-choice.ts';
import type { Plan } from './plan.ts';
import { quotasSeen } from './quotas-seen.ts';
import { type WalkedTurn, blockError, judgeTurn } from './walked-turn.ts';

/** Sends a turn one way: the bytes and headers that the door has judged, and what takes the answer. */
export function attempt(turn: WalkedTurn, way: Way, plan: Plan, decision: Forward, movable: boolean): Answer {
  const { house, http, form, meter, failover, question } = turn;
  const { ready, model } = way.candidate;
  const { request: asked, response, route, query } = http;
  const { account } = ready;
  const { translated, reads } = plan;
  const number = meter.sending(way.secret);
  const answer = new Answer({
    house,
    response,
    dialect: route.dialect,
    reads,
    outlet: chooseOutlet(plan, {
      response,
      turn: meter.id,
      dialect: route.dialect,
      additions: turn.asked.additions.length > 0,
      now: house.now(),
    }),
    meter,
    account,
    own: http.own !== null,
    model,
    taken: () => {
      failover.taken();
    },
    ended: endingOf(house, failover, way, question),
    movable,
    holds: form === null && failover.movable,
  });
  const { body, length } =
    form === null
      ? bodyUp(failover.stripped ? [withoutEncryptedItems(decision.bytes)] : decision.pieces)
      : formUp(turn, form, plan, ready, question.model === null ? null : decision.upstreamModel, answer);
  const { proxy, headers } = account;
  const request: UpstreamRequest = {
    method: methodOf(asked),
    origin: ready.origin,
    proxy,
    path: ready.basePath + plan.path + (translated === null ? queryUp(query) : ''),
    headers: headersUp(asked.rawHeaders, {
      key: way.secret?.value ?? null,
      anthropic: account.provider === 'anthropic' && account.kind === 'apikey' && way.secret?.brought !== 'bearer',
      judged: { name: ROUTING_HINT, value: decision.routingHint },
      accountId: way.secret?.accountId,
      also: [
        ...(decision.beta === plan.beta ? [] : [{ name: BETA_HEADER, value: decision.beta }]),
        ...(plan.gathered ? [{ name: 'accept', value: 'text/event-stream' }] : []),
      ],
      foreign: translated === null ? [] : FOREIGN,
      set: headers,
      length,
    }),
    body,
  };
  const dumped = house.dump.begin(meter.id, number, request, headers);
  const handler = dumped === null ? answer : new DumpTee(dumped, answer);
  house.send(request, way.secret?.login === undefined ? handler : quotasSeen(house, way.candidate.load, handler));
  return answer;
}

/** Made apart: with what this remembers, every answer would keep its turn's body as long as it lasts. */
function formUp(
  turn: WalkedTurn,
  form: FormBody,
  plan: Plan,
  ready: ReadyAccount,
  upstreamModel: string | null,
  answer: Answer,
): ReturnType<FormBody['goUp']> {
  return form.goUp({
    // A file is uploaded for no model.
    keepsModel: plan.path === '/files' || Object.keys(ready.account.modelMapping).length === 0,
    upstreamModel,
    named: (name) => lateModel(turn, plan, ready, name),
    refused: (error) => {
      answer.refuse(error);
    },
  });
}

/** As what a model goes up that a form has named after its file; the door judges the turn once more. */
function lateModel(turn: WalkedTurn, plan: Plan, ready: ReadyAccount, model: string): string | GatewayError {
  const { http, meter } = turn;
  const { account } = ready;
  meter.asked(model, null, false);
  if (!servesModel(account.modelMapping, model)) return gatewayError('form_model_late', `${model} (${account.id})`);
  const decision = judgeTurn(turn, { ...plan, asked: { ...plan.asked, model } }, account);
  meter.decided(decision, ready);
  return decision.kind === 'block' ? blockError(decision.message, http) : decision.upstreamModel;
}

/** What a tool says to Anthropic alone, or of the shape of its own requests. */
const FOREIGN = ['anthropic-', 'x-stainless-', 'x-claude-'] as const;

/** Made apart from the bytes, which would otherwise live as long as the answer. */
function endingOf(house: House, failover: Failover, way: Way, question: WayQuestion): (outcome: Outcome) => void {
  return (outcome) => {
    failover.ended(outcome);
    if (outcome.kind === 'answered') house.ways.bind(question, way, outcome.responseId);
  };
}
