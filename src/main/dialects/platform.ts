import { openAIUsage } from '../../shared/usage.ts';
import { watch } from '../envelope/watch.ts';
import { BodyReader, readMembers } from './answer-body.ts';
import { openAIBody, openAIError, openAIErrorEvent, readBody } from './body.ts';
import { type AnswerFacts, type AnswerReader, type Asked, type Dialect, NOTHING_SAID } from './dialect.ts';
import { type SseInterest, SseWalker } from './sse.ts';
import { TIER_MEMBERS } from './tier-places.ts';

const SAID = { id: true, model: true, service_tier: true, usage: true, error: { code: true } } as const;
const ANSWER = watch({ ...SAID, type: true });

/** Where a tier is not a member of the protocol it is judged all the same, and none is ever written. */
const BODY = openAIBody(watch({ model: true, ...TIER_MEMBERS, stream: true }), {
  spells: null,
  modelRequired: false,
});

/** What the providers' other endpoints speak: embeddings, images, audio, files, batches, lists of models. */
export const platform: Dialect = {
  name: 'platform',
  read: (bytes) => readBody(bytes, BODY),
  answerReader: (streamed) =>
    streamed
      ? new PlatformStreamReader()
      : new BodyReader(ANSWER, (members) => ({
          responseId: members.text('id'),
          model: members.text('model'),
          tier: members.text('service_tier'),
          usage: openAIUsage(members.json('usage')),
          error: null,
        })),
  errorBody: openAIError,
  errorEvent: openAIErrorEvent,
};

/** A request without a body that could be edited: a form, of which at most the model is known, or none. */
export function bareRequest(model = ''): Asked {
  return {
    bytes: Buffer.alloc(0),
    envelope: { occurrences: [], lastMemberEnd: 0, memberCount: 0 },
    model,
    modelMembers: [],
    otherModels: [],
    tiers: [],
    spells: null,
    stream: false,
    additions: [],
  };
}

const USAGE = Buffer.from('"usage"');

/** The side view of a stream of pictures, speech or transcript: the event with the usage is its last. */
class PlatformStreamReader implements AnswerReader, SseInterest {
  readonly longestName = 256;
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
    this.started = true;
    if (data.indexOf(USAGE) === -1) return true;
    const members = readMembers(data, ANSWER);
    if (members === null) return false;
    const type = members.text('type') ?? '';
    this.facts = { ...this.facts, usage: openAIUsage(members.json('usage')) };
    this.complete = type.endsWith('.completed') || type.endsWith('.done');
    return true;
  }
}
