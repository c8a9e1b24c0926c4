import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '../../shared/account.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Tool } from '../../shared/settings.ts';
import { type Asked, type Dialect, isUnread } from '../dialects/dialect.ts';
import { withoutEncryptedItems } from '../dialects/encrypted-items.ts';
import type { Failover, Outcome, Way } from '../upstream/failover.ts';
import { headersUp, queryUp } from '../upstream/headers.ts';
import type { WayQuestion } from '../upstream/ways.ts';
import { Answer } from './answer.ts';
import { conversationOf, previousResponseOf } from './conversation.ts';
import { type PricedWay, isDearer } from './dearer.ts';
import { type Block, type Forward, ROUTING_HINT, decide } from './decide.ts';
import type { House } from './house.ts';
import { Meter } from './meter.ts';
import { endWithError, sendError } from './refusal.ts';
import { readBody } from './request-body.ts';
import { waitForSlot } from './slot-wait.ts';

/** One request that the guard has let in. */
export interface HttpRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly tool: Tool;
  readonly dialect: Dialect;
  /** What follows an account's base URL. */
  readonly route: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
}

/** Walks one HTTP turn from its first byte to its last; resolves when both sides are done. */
export async function runHttpTurn(house: House, request: HttpRequest): Promise<void> {
  const asked = await ask(house, request);
  if (asked === null) return;
  try {
    await asked.answer.done;
  } finally {
    asked.failover.release();
  }
}

/** A turn whose answer is on its way. */
interface Answering {
  readonly answer: Answer;
  readonly failover: Failover;
}

/** Asks the upstreams; null where the turn ended before that. Apart, so that body and verdict do not live as long as the answer. */
async function ask(house: House, http: HttpRequest): Promise<Answering | null> {
  const { request, response, tool, dialect, route } = http;
  const body = await readBody(request, response, house.settings().bodyLimitMiB);
  if ('code' in body) {
    house.refused(body.code);
    sendError(response, body, dialect);
    return null;
  }
  const meter = new Meter(tool.name, dialect.name, house.now);
  const asked = dialect.read(body);
  if (isUnread(asked)) {
    meter.placed(route, conversationOf(request.headers, null));
    meter.asked(asked.model, asked.tier, false);
    refuse(house, http, meter, asked.error);
    return null;
  }
  const session = conversationOf(request.headers, asked);
  meter.placed(route, session);
  meter.asked(asked.model, asked.tiers[0]?.said.text ?? null, asked.stream);
  const question = { dialect: dialect.name, model: asked.model, session, previousResponse: previousResponseOf(asked) };
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
  const turn: WalkedTurn = { house, http, asked, meter, failover, question };
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
  readonly meter: Meter;
  readonly failover: Failover;
  readonly question: WayQuestion;
}

/** Goes from way to way until one has the answer; null where the gateway has answered itself. */
async function walk(turn: WalkedTurn): Promise<Answer | null> {
  const { house, http, meter, failover } = turn;
  let first: PricedWay | null = null;
  let last: Answer | null = null;
  for (;;) {
    const step = failover.next();
    switch (step.kind) {
      case 'wait': {
        const { load, ready } = step.candidate;
        const wait = { house, response: http.response, stream: turn.asked.stream, turn: meter.id };
        const slot = await waitForSlot(wait, load.slots, step.plan);
        if (typeof slot === 'function') {
          failover.seat(step.candidate, slot);
          break;
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
        else refuse(house, http, meter, gatewayError('account_missing'));
        return last;
      case 'exhausted':
        last?.discard();
        refuse(house, http, meter, exhaustedError(step.reason, step.retryAfter));
        return null;
      case 'try': {
        const { ready } = step.way.candidate;
        const decision = judge(turn, ready.account);
        if (first === null || (decision.kind === 'forward' && !isDearer(first, pricedAt(ready.account, decision)))) {
          if (first === null) meter.decided(decision, ready);
          if (decision.kind === 'block') {
            failover.ended({ kind: 'left' });
            // Final: accounts are never shopped for a milder rule.
            refuse(house, http, meter, blockError(decision.message, http.request));
            return null;
          }
          first ??= pricedAt(ready.account, decision);
          meter.decided(decision, ready);
          last?.discard();
          last = send(turn, step.way, decision);
          if (failover.only || (await last.settled) === null) return last;
        } else {
          failover.ended({ kind: 'left' });
          failover.skip();
        }
      }
    }
  }
}

function judge({ house, http, asked }: WalkedTurn, account: Account): Forward | Block {
  const hint = http.request.headers[ROUTING_HINT];
  return decide({
    asked,
    routingHint: typeof hint === 'string' ? hint : null,
    account,
    // Asked for at the last moment: an edit counts from the next request.
    policy: house.settings().policy,
    tool: http.tool.name,
    now: house.now(),
  });
}

function pricedAt(account: Account, decision: Forward | Block): PricedWay {
  return { account, sentTier: decision.kind === 'forward' ? decision.sentTier : null };
}

/** Sends the turn one way. */
function send({ house, http, meter, failover, question }: WalkedTurn, way: Way, decision: Forward): Answer {
  const { ready, model } = way.candidate;
  const { request, response, dialect, route, query } = http;
  meter.sending(way.secret);
  const answer = new Answer({
    house,
    response,
    dialect,
    meter,
    account: ready.account,
    model,
    ended: endingOf(house, failover, way, question),
    movable: !failover.only,
    holds: failover.movable,
  });
  house.send(
    {
      origin: ready.origin,
      path: ready.basePath + route + queryUp(query),
      headers: headersUp(request.rawHeaders, {
        key: way.secret?.value ?? null,
        judged: { name: ROUTING_HINT, value: decision.routingHint },
      }),
      body: failover.stripped ? withoutEncryptedItems(decision.bytes) : decision.bytes,
    },
    answer,
  );
  return answer;
}

/** Made apart from the bytes, which would otherwise live as long as the answer. */
function endingOf(house: House, failover: Failover, way: Way, question: WayQuestion): (outcome: Outcome) => void {
  return (outcome) => {
    failover.ended(outcome);
    if (outcome.kind === 'answered') house.ways.bind(question, way, outcome.responseId);
  };
}

/** Answers in the gateway's own words, the row first. */
function refuse(house: House, { response, dialect }: HttpRequest, meter: Meter, error: GatewayError): void {
  house.record(meter.row({ status: error.status, error: error.code, partial: false }));
  endWithError(response, error, dialect);
}

function recordLeft(house: House, meter: Meter): void {
  house.record(meter.row({ status: null, error: 'tool_left', partial: true }));
}

function exhaustedError(reason: 'rate_limited' | 'unauthorized', retryAfter: number): GatewayError {
  if (reason === 'unauthorized') return gatewayError('keys_unauthorized');
  const seconds = Math.ceil(retryAfter / 1000);
  return seconds === 0
    ? gatewayError('rate_limit_exceeded')
    : { ...gatewayError('rate_limit_exceeded', ` (retry after ${seconds} s)`), retryAfter: seconds };
}

/** How Codex names itself; it repeats a 403 six times and shows a 400 at once. */
const CODEX = /^codex_/i;

function blockError(message: string, { headers }: IncomingMessage): GatewayError {
  const originator = headers['originator'];
  const isCodex =
    CODEX.test(typeof originator === 'string' ? originator : '') || CODEX.test(headers['user-agent'] ?? '');
  return { code: 'policy_violation', type: 'permission_error', status: isCodex ? 400 : 403, message };
}
