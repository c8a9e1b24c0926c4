import { openAIUsage } from '../../shared/usage.ts';
import { watch } from '../envelope/watch.ts';
import { type AnswerMembers, BodyReader, readMembers } from './answer-body.ts';
import { type AnswerFacts, type AnswerReader, NOTHING_SAID } from './dialect.ts';
import { type SseInterest, SseWalker } from './sse.ts';

const RESPONSE = {
  id: true,
  model: true,
  service_tier: true,
  usage: true,
  status: true,
  error: { code: true },
} as const;
const BODY = watch(RESPONSE);
const EVENT = watch({ type: true, response: RESPONSE, error: { code: true }, code: true });

/** The events that end a response (spec C.10); an `error` event does not. */
const TERMINAL: ReadonlySet<string> = new Set(
  ['completed', 'done', 'failed', 'incomplete', 'cancelled', 'canceled'].map((end) => `response.${end}`),
);
const CREATED = 'response.created';
const LONGEST_WANTED = Math.max(CREATED.length, ...[...TERMINAL].map((name) => name.length));

/** The side view of a Responses stream: the terminal event, the first token, and nothing else is ever parsed. */
export class ResponsesStreamReader implements AnswerReader, SseInterest {
  readonly #walker = new SseWalker(this);
  started = false;
  complete = false;
  facts: AnswerFacts = NOTHING_SAID;

  /** A failure that was told needs no broken connection to be noticed. */
  get mayEnd(): boolean {
    return this.complete || this.facts.error !== null;
  }

  get longestName(): number {
    // Until the first token every name is looked at, afterwards only those short enough to end the turn.
    return this.started ? LONGEST_WANTED : 256;
  }

  push(chunk: Buffer): void {
    if (!this.complete) this.#walker.push(chunk);
  }

  end(): void {
    if (!this.complete) this.#walker.end();
  }

  wants(event: string | null): boolean {
    if (event === null) return true;
    if (!this.started && event.endsWith('.delta')) this.started = true;
    return event === CREATED || event === 'error' || TERMINAL.has(event);
  }

  payload(data: Buffer): boolean {
    const type = typeOf(data);
    if (!this.started && type.endsWith('.delta')) this.started = true;
    if (type !== '' && type !== CREATED && type !== 'error' && !TERMINAL.has(type)) return true;
    const members = readMembers(data, EVENT);
    // `[DONE]` is not JSON either; nothing is lost by waiting for a line that makes it JSON.
    if (members === null) return false;
    this.#event(members.text('type') ?? '', members);
    return true;
  }

  /** The stream is whole all the same; what it used stays unknown. */
  overlong(event: string | null): void {
    if (event !== null && TERMINAL.has(event)) this.complete = true;
  }

  #event(type: string, members: AnswerMembers): void {
    if (type === 'error') {
      this.facts = {
        ...this.facts,
        error: members.text('error.code') ?? members.text('code') ?? 'upstream_error_event',
      };
      return;
    }
    const responseId = members.text('response.id') ?? this.facts.responseId;
    const model = members.text('response.model') ?? this.facts.model;
    if (!TERMINAL.has(type)) {
      // What is created echoes the request: its tier and usage say nothing about what was served.
      if (type === CREATED) this.facts = { ...this.facts, responseId, model };
      return;
    }
    const failure = type === 'response.failed' ? (members.text('response.error.code') ?? 'response_failed') : null;
    this.facts = {
      responseId,
      model,
      tier: members.text('response.service_tier'),
      usage: openAIUsage(members.json('response.usage')),
      error: failure ?? this.facts.error,
    };
    this.complete = true;
  }
}

const TYPE = Buffer.from('"type":"');

/** The event's own type where it stands in its usual place, at the front; empty when it must be looked for. */
function typeOf(data: Buffer): string {
  const start = data.indexOf(TYPE);
  if (start !== 1) return '';
  const end = data.indexOf(34, start + TYPE.length);
  return end === -1 || end - start > 128 ? '' : data.toString('latin1', start + TYPE.length, end);
}

/** The side view of a whole Responses body. */
export function responsesBodyReader(): AnswerReader {
  return new BodyReader(BODY, (members) => ({
    responseId: members.text('id'),
    model: members.text('model'),
    tier: members.text('service_tier'),
    usage: openAIUsage(members.json('usage')),
    error: members.text('status') === 'failed' ? (members.text('error.code') ?? 'response_failed') : null,
  }));
}
