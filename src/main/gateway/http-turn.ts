import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayError } from '../../shared/errors.ts';
import type { Tool } from '../../shared/settings.ts';
import { type Dialect, isUnread } from '../dialects/dialect.ts';
import { headersUp, queryUp } from '../upstream/headers.ts';
import { Answer } from './answer.ts';
import { ROUTING_HINT, decide } from './decide.ts';
import type { House } from './house.ts';
import { Meter } from './meter.ts';
import { sendError } from './refusal.ts';
import { readBody } from './request-body.ts';

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
  const answer = await ask(house, request);
  await answer?.done;
}

/** Asks the upstream; null where the turn ended before that. Apart, so that body and verdict do not live as long as the answer. */
async function ask(
  house: House,
  { request, response, tool, dialect, route, query }: HttpRequest,
): Promise<Answer | null> {
  const body = await readBody(request, response, house.settings().bodyLimitMiB);
  if ('code' in body) {
    house.refused(body.code);
    sendError(response, body, dialect);
    return null;
  }
  const meter = new Meter(tool.name, dialect.name, house.now);
  const refuse = (error: GatewayError): void => {
    house.record(meter.row({ status: error.status, error: error.code, partial: false }));
    sendError(response, error, dialect);
  };

  const asked = dialect.read(body);
  if (isUnread(asked)) {
    meter.asked(asked.model, asked.tier, false);
    refuse(asked.error);
    return null;
  }
  meter.asked(asked.model, asked.tiers[0]?.said.text ?? null, asked.stream);

  const chosen = await house.accounts.choose(dialect.name, asked.model);
  if ('code' in chosen) {
    refuse(chosen);
    return null;
  }
  // Keys may have had to be fetched first, and whoever waits for that may have gone.
  if (response.closed) {
    house.record(meter.row({ status: null, error: 'tool_left', partial: true }));
    return null;
  }
  const { ready, secret } = chosen;
  const hint = request.headers[ROUTING_HINT];
  const decision = decide({
    asked,
    routingHint: typeof hint === 'string' ? hint : null,
    account: ready.account,
    // Asked for at the last moment: an edit counts from the next request.
    policy: house.settings().policy,
    tool: tool.name,
    now: house.now(),
  });
  meter.decided(decision, ready);
  if (decision.kind === 'block') {
    const error = blockError(decision.message, request);
    refuse(error);
    return null;
  }

  meter.sending(secret);
  const answer = new Answer({ house, response, dialect, meter, account: ready.account });
  house.send(
    {
      origin: ready.origin,
      path: ready.basePath + route + queryUp(query),
      headers: headersUp(request.rawHeaders, {
        key: secret?.value ?? null,
        judged: { name: ROUTING_HINT, value: decision.routingHint },
      }),
      body: decision.bytes,
    },
    answer,
  );
  return answer;
}

/** How Codex names itself; it repeats a 403 six times and shows a 400 at once. */
const CODEX = /^codex_/i;

function blockError(message: string, { headers }: IncomingMessage): GatewayError {
  const originator = headers['originator'];
  const isCodex =
    CODEX.test(typeof originator === 'string' ? originator : '') || CODEX.test(headers['user-agent'] ?? '');
  return { code: 'policy_violation', type: 'permission_error', status: isCodex ? 400 : 403, message };
}
