import type { Account } from '../../shared/account.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { isUnread } from '../dialects/dialect.ts';
import type { Failover } from '../upstream/failover.ts';
import type { Answer } from './answer.ts';
import { attempt } from './attempt.ts';
import { conversationOf, previousResponseOf } from './conversation.ts';
import { type PricedWay, isDearer } from './dearer.ts';
import type { Block, Forward } from './decide.ts';
import type { House } from './house.ts';
import { type HttpRequest, type Incoming, betaOf, isCodex, ownWayOf, providerOf, receive } from './incoming.ts';
import { Meter } from './meter.ts';
import { answerModels, asksForModels } from './model-list.ts';
import { type Plan, planFor } from './plan.ts';
import { endWithError, exhaustedError, sendError } from './refusal.ts';
import { waitForSlot } from './slot-wait.ts';
import { isGone } from './standing.ts';
import { type Round, ToolLoop, offerFor } from './tool-loop.ts';
import { type WalkedTurn, blockError, judgeTurn } from './walked-turn.ts';

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
        const plan = fitting(turn, ready.account);
        if ('code' in plan) {
          unfit ??= plan;
          failover.ended({ kind: 'left' });
          failover.skip();
          break;
        }
        const decision = judgeTurn(turn, plan, ready.account);
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
          last = attempt(turn, step.way, plan, decision, movable);
          if (!movable || (await last.settled) === null) return last;
        } else {
          failover.ended({ kind: 'left' });
          failover.skip();
        }
      }
    }
  }
}

/** How the turn goes to an account, or why it cannot; the settings may have changed while it waited. */
function fitting({ house, http, asked, question }: WalkedTurn, account: Account): Plan | GatewayError {
  if (question.own === null && isGone(house, account)) return gatewayError('account_gone', account.id);
  return planFor({ ...http, asked, beta: betaOf(http.request), account, isCodex: isCodex(http.request) });
}

/** A form is gone once it has gone up; a login may have to be renewed also where it is the only way. */
function isMovable({ failover, form }: WalkedTurn): boolean {
  return form === null && (!failover.only || failover.renewable);
}

function costsMoneyInstead({ house, failover: { home } }: WalkedTurn, account: Account): boolean {
  const unnamed = { model: null, sentTier: null };
  return home !== null && isDearer({ account: home.ready.account, ...unnamed }, { account, ...unnamed }, house.ratesOf);
}

function pricedAt(account: Account, decision: Forward | Block): PricedWay {
  const sentTier = decision.kind === 'forward' ? decision.sentTier : null;
  return { account, model: decision.upstreamModel, sentTier };
}

/** Answers in the gateway's own words, the row first. */
function refuse(house: House, { response, route }: HttpRequest, meter: Meter, error: GatewayError): void {
  house.record(meter.row({ status: error.status, error: error.code, partial: false }));
  endWithError(response, error, route.dialect);
}

function recordLeft(house: House, meter: Meter): void {
  house.record(meter.row({ status: null, error: 'tool_left', partial: true }));
}
