import type { Account } from '../../shared/account.ts';
import { tiersTakenBy } from '../../shared/codex.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import { type Asked, isUnread } from '../dialects/dialect.ts';
import { withoutEncryptedItems } from '../dialects/encrypted-items.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import { type UpstreamRequest, bodyUp } from '../upstream/dispatch.ts';
import { DumpTee } from '../upstream/dump-tee.ts';
import type { Failover, Outcome, Way } from '../upstream/failover.ts';
import { headersUp, queryUp } from '../upstream/headers.ts';
import type { WayQuestion } from '../upstream/ways.ts';
import { Answer } from './answer.ts';
import { conversationOf, previousResponseOf } from './conversation.ts';
import { type PricedWay, isDearer } from './dearer.ts';
import { BETA_HEADER, type Block, type Forward, ROUTING_HINT, decide } from './decide.ts';
import type { FormBody } from './form-body.ts';
import type { House } from './house.ts';
import {
  type HttpRequest,
  type Incoming,
  betaOf,
  hintOf,
  isCodex,
  methodOf,
  ownWayOf,
  providerOf,
  receive,
} from './incoming.ts';
import { Meter } from './meter.ts';
import { quotasSeen } from './quotas-seen.ts';
import { answerModels, asksForModels } from './model-list.ts';
import { chooseOutlet } from './outlet-choice.ts';
import { type Plan, planFor } from './plan.ts';
import { endWithError, exhaustedError, sendError } from './refusal.ts';
import { waitForSlot } from './slot-wait.ts';
import { type Round, ToolLoop, offerFor } from './tool-loop.ts';

/** Walks one HTTP turn from its first byte to its last; resolves when both sides are done. */
export async function runHttpTurn(house: House, request: HttpRequest): Promise<void> {
  if (asksForModels(request.path)) {
    await answerModels(house, request);
    return;
  }
  await ended(await begin(house, request));
}

async function ended(answering: Answering | null): Promise<void> {
  if (answering === null) return;
  try {
    await answering.answer.done;
  } finally {
    answering.failover.release();
  }
}

/** A turn whose answer is on its way. */
interface Answering {
  readonly answer: Answer;
  readonly failover: Failover;
}

/** Takes the request in; null where the turn has ended already. Apart, so that body and verdict do not live as long as the answer. */
async function begin(house: House, http: HttpRequest): Promise<Answering | null> {
  const incoming = await receive(house, http);
  if ('code' in incoming) {
    house.refused(incoming.code);
    sendError(http.response, incoming, http.route.dialect);
    return null;
  }
  const { asked } = incoming;
  const offered = isUnread(asked) ? null : offerFor(house, http, asked);
  const offer = offered === null ? null : await offered;
  if (offer === null || isUnread(asked)) return ask(house, http, incoming);
  const round: Round = async (one, more) => ended(await ask(house, one, { asked: more, body: more.bytes, form: null }));
  await new ToolLoop(house, http, asked, offer, round).run();
  return null;
}

/** Asks the upstreams; null where the turn ended before that. */
async function ask(house: House, http: HttpRequest, { asked, body, form }: Incoming): Promise<Answering | null> {
  const { request, response, tool, route, path } = http;
  const { dialect } = route;
  const meter = new Meter(tool.name, dialect.name, house.now);
  if (http.toolCalls !== undefined) meter.called(http.toolCalls);
  if (body !== null || form !== null) house.capture.http(meter.id, tool.name, body, response);
  if (isUnread(asked)) {
    meter.placed(path, conversationOf(request.headers, null));
    meter.asked(asked.model, asked.tier, false);
    refuse(house, http, meter, asked.error);
    return null;
  }
  const session = conversationOf(request.headers, asked);
  const model = asked.model === '' ? null : asked.model;
  meter.placed(path, session);
  meter.asked(model, asked.tiers[0]?.said.text ?? null, asked.stream);
  const provider = providerOf(request);
  const own = ownWayOf(house, http);
  const question = {
    dialect: dialect.name,
    model,
    session,
    previousResponse: previousResponseOf(asked),
    provider,
    own,
  };
  const opened = house.ways.open(question);
  const failover = opened instanceof Promise ? await opened : opened;
  if ('code' in failover) {
    refuse(house, http, meter, failover);
    return null;
  }
  // Keys may have had to be fetched first, and whoever waits for that may have gone.
  if (response.closed) {
    recordLeft(house, meter);
    return null;
  }
  const turn: WalkedTurn = { house, http, asked, form, meter, failover, question };
  try {
    const answer = await walk(turn);
    if (answer !== null) return { answer, failover };
  } catch (error) {
    failover.release();
    throw error;
  }
  failover.release();
  return null;
}

/** What one turn walks with. */
interface WalkedTurn {
  readonly house: House;
  readonly http: HttpRequest;
  readonly asked: Asked;
  readonly form: FormBody | null;
  readonly meter: Meter;
  readonly failover: Failover;
  readonly question: WayQuestion;
}

/** Goes from way to way until one has the answer; null where the gateway has answered itself. */
async function walk(turn: WalkedTurn): Promise<Answer | null> {
  const { house, http, meter, failover } = turn;
  let first: PricedWay | null = null;
  let last: Answer | null = null;
  /** Why the first account that was passed over cannot take the turn at all. */
  let unfit: GatewayError | null = null;
  for (;;) {
    const step = failover.next();
    switch (step.kind) {
      case 'renew':
        failover.renewed(await house.renewLogin(step.secret));
        // Whoever waits for the answer may have gone meanwhile, and then the answer has ended as such.
        if (http.response.closed) return last;
        break;
      case 'wait': {
        const { load, ready } = step.candidate;
        const wait = { house, response: http.response, stream: turn.asked.stream, turn: meter.id };
        const slot = await waitForSlot(wait, load.slots, step.plan);
        if (typeof slot === 'function') {
          failover.seat(step.candidate, slot);
          break;
        }
        // An answer that has failed before holds the turn's row, and is what there is to say.
        if (last !== null) {
          last.passOn();
          return last;
        }
        if (slot === 'left') recordLeft(house, meter);
        else
          refuse(
            house,
            http,
            meter,
            gatewayError(slot === 'timeout' ? 'account_busy' : 'account_queue_full', ready.account.id),
          );
        return null;
      }
      case 'pass_on':
        if (last !== null) last.passOn();
        // Every account was passed over, since the turn would be dearer there or may not go there.
        else refuse(house, http, meter, unfit ?? gatewayError('account_missing'));
        return last;
      case 'exhausted':
        last?.discard();
        refuse(house, http, meter, unfit ?? exhaustedError(step.reason, step.retryAfter));
        return null;
      case 'try': {
        const { ready } = step.way.candidate;
        const plan = planFor({
          ...http,
          asked: turn.asked,
          beta: betaOf(http.request),
          account: ready.account,
          isCodex: isCodex(http.request),
        });
        if ('code' in plan) {
          unfit ??= plan;
          failover.ended({ kind: 'left' });
          failover.skip();
          break;
        }
        const decision = judge(turn, plan, ready.account);
        // A plan whose keys cool down is no reason to pay with money either.
        if (first === null && decision.kind === 'forward' && costsMoneyInstead(turn, ready.account)) {
          failover.ended({ kind: 'left' });
          failover.skip();
          break;
        }
        if (
          first === null ||
          (decision.kind === 'forward' && !isDearer(first, pricedAt(ready.account, decision), house.ratesOf))
        ) {
          if (first === null) meter.decided(decision, ready);
          if (decision.kind === 'block') {
            failover.ended({ kind: 'left' });
            // Final: accounts are never shopped for a milder rule.
            refuse(house, http, meter, blockError(decision.message, http));
            return null;
          }
          first ??= pricedAt(ready.account, decision);
          meter.decided(decision, ready);
          const refusal = turn.form?.refusal ?? null;
          if (refusal !== null) {
            failover.ended({ kind: 'left' });
            refuse(house, http, meter, refusal);
            return null;
          }
          last?.discard();
          const movable = isMovable(turn);
          last = send(turn, step.way, plan, decision, movable);
          if (!movable || (await last.settled) === null) return last;
        } else {
          failover.ended({ kind: 'left' });
          failover.skip();
        }
      }
    }
  }
}

/** A form is gone once it has gone up; a login may have to be renewed also where it is the only way. */
function isMovable({ failover, form }: WalkedTurn): boolean {
  return form === null && (!failover.only || failover.renewable);
}

function judge({ house, http }: WalkedTurn, { asked, beta }: Plan, account: Account): Forward | Block {
  return decide({
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
}

function costsMoneyInstead({ house, failover: { home } }: WalkedTurn, account: Account): boolean {
  const unnamed = { model: null, sentTier: null };
  return home !== null && isDearer({ account: home.ready.account, ...unnamed }, { account, ...unnamed }, house.ratesOf);
}

function pricedAt(account: Account, decision: Forward | Block): PricedWay {
  const sentTier = decision.kind === 'forward' ? decision.sentTier : null;
  return { account, model: decision.upstreamModel, sentTier };
}

/** Sends the turn one way. */
function send(turn: WalkedTurn, way: Way, plan: Plan, decision: Forward, movable: boolean): Answer {
  const { house, http, form, meter, failover, question } = turn;
  const { ready, model } = way.candidate;
  const { request: asked, response, route, query } = http;
  const { account } = ready;
  const { translated, reads } = plan;
  const attempt = meter.sending(way.secret);
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
      : form.goUp({
          // A file is uploaded for no model.
          keepsModel: plan.path === '/files' || Object.keys(account.modelMapping).length === 0,
          upstreamModel: question.model === null ? null : decision.upstreamModel,
          named: (name) => lateModel(turn, plan, ready, name),
          refused: (error) => {
            answer.refuse(error);
          },
        });
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
  const dumped = house.dump.begin(meter.id, attempt, request, headers);
  const handler = dumped === null ? answer : new DumpTee(dumped, answer);
  house.send(request, way.secret?.login === undefined ? handler : quotasSeen(house, way.candidate.load, handler));
  return answer;
}

/** As what a model goes up that a form has named after its file; the door judges the turn once more. */
function lateModel(turn: WalkedTurn, plan: Plan, ready: ReadyAccount, model: string): string | GatewayError {
  const { http, meter } = turn;
  const { account } = ready;
  meter.asked(model, null, false);
  if (!servesModel(account.modelMapping, model)) return gatewayError('form_model_late', `${model} (${account.id})`);
  const decision = judge(turn, { ...plan, asked: { ...plan.asked, model } }, account);
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

/** Answers in the gateway's own words, the row first. */
function refuse(house: House, { response, route }: HttpRequest, meter: Meter, error: GatewayError): void {
  house.record(meter.row({ status: error.status, error: error.code, partial: false }));
  endWithError(response, error, route.dialect);
}

function recordLeft(house: House, meter: Meter): void {
  house.record(meter.row({ status: null, error: 'tool_left', partial: true }));
}

/** Codex repeats a 403 six times and shows a 400 at once. */
function blockError(message: string, { request }: HttpRequest): GatewayError {
  return { code: 'policy_violation', type: 'permission_error', status: isCodex(request) ? 400 : 403, message };
}
