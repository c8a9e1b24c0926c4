import { openAIUsage } from '../../shared/usage.ts';
import { watch } from '../envelope/watch.ts';
import { BodyReader, readMembers } from './answer-body.ts';
import { type AnswerFacts, type AnswerReader, NOTHING_SAID } from './dialect.ts';
import { type SseInterest, SseWalker } from './sse.ts';

const BODY = watch({ id: true, model: true, service_tier: true, usage: true });

const DONE = Buffer.from('[DONE]');
const USAGE = Buffer.from('"usage":');
const ERROR = Buffer.from('"error":');

/** What a first token looks like: text, a refusal, reasoning or a tool call that is not empty. */
const TOKEN = /"(?:content|refusal|reasoning_content|reasoning)":"[^"]|"tool_calls":\[\{/;

/**
 * The side view of a Chat stream. `[DONE]` ends it; usage and tier come from the chunk that carries usage, which stands
 * alone at the end and only when the tool asked for it, so without it they stay unknown.
 */
export class ChatStreamReader implements AnswerReader, SseInterest {
  readonly longestName = 32;
  /** Not every compatible upstream says `[DONE]`. */
  readonly mayEnd = true;
  readonly #walker = new SseWalker(this);
  started = false;
  complete = false;
  facts: AnswerFacts = NOTHING_SAID;

  push(chunk: Buffer): void {
    if (!this.complete) this.#walker.push(chunk);
  }

  end(): void {
    if (!this.complete) this.#walker.end();
  }

  wants(): boolean {
    return true;
  }

  payload(data: Buffer): boolean {
    if (data.equals(DONE)) {
      this.complete = true;
      return true;
    }
    if (!this.started && TOKEN.test(data.toString('latin1'))) this.started = true;
    const first = this.facts.responseId === null;
    const usage = data.indexOf(USAGE) !== -1;
    if (!first && !usage && data.indexOf(ERROR) === -1) return true;
    const members = readMembers(data, CHUNK);
    if (members === null) return false;
    const reported = members.json('usage');
    this.facts = {
      responseId: members.text('id') ?? this.facts.responseId,
      model: members.text('model') ?? this.facts.model,
      // Earlier chunks may echo the request; the one with the usage says what was served.
      tier: reported === null ? this.facts.tier : members.text('service_tier'),
      usage: reported === null ? this.facts.usage : openAIUsage(reported),
      error: members.json('error') === null ? this.facts.error : (members.text('error.code') ?? 'upstream_error_event'),
    };
    return true;
  }
}

const CHUNK = watch({ id: true, model: true, service_tier: true, usage: true, error: { code: true } });

/** The side view of a whole Chat body. */
export function chatBodyReader(): AnswerReader {
  return new BodyReader(BODY, (members) => ({
    responseId: members.text('id'),
    model: members.text('model'),
    tier: members.text('service_tier'),
    usage: openAIUsage(members.json('usage')),
    error: null,
  }));
}
