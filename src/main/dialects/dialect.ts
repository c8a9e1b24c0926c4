import type { GatewayError } from '../../shared/errors.ts';
import type { TierSaid } from '../../shared/tier.ts';
import type { DialectName } from '../../shared/turn.ts';
import { NO_USAGE, type Usage } from '../../shared/usage.ts';
import type { Edit } from '../envelope/edit.ts';
import type { Envelope, Occurrence } from '../envelope/scan.ts';

/** How a protocol spells a tier: OpenAI's member, or Anthropic's `speed`, which knows `fast` and `standard` only. */
export type TierSpelling = 'service_tier' | 'speed';

/** One place in a document that can name the turn's tier. */
export interface TierPlace {
  readonly said: TierSaid;
  readonly spelling: TierSpelling;
  /** True for the protocol's own member; any other is one that some upstream looks at as well. */
  readonly own: boolean;
  /** The model it is about, where that is not the document's own. */
  readonly model: string | null;
  /** Every occurrence of the member there; more than one only when they are equal. */
  readonly members: readonly Occurrence[];
}

/** Another model that a request may be answered by. */
export interface ModelPlace {
  readonly model: string;
  readonly members: readonly Occurrence[];
}

/** A request or a frame as its dialect reads it: what the door needs to know, and where in the bytes it stands. */
export interface Asked {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  /** Empty where the protocol has none. */
  readonly model: string;
  readonly modelMembers: readonly Occurrence[];
  /** Models named in places of their own, such as fallbacks. */
  readonly otherModels: readonly ModelPlace[];
  /** How a tier is spelled that is written where none stood; null where none can be written. */
  readonly spells: TierSpelling | null;
  /** The places that hold a tier member, the protocol's own place first; empty when there is none. */
  readonly tiers: readonly TierPlace[];
  readonly stream: boolean;
  /** What the gateway needs of the answer and the tool did not ask for; made whatever the verdict. */
  readonly additions: readonly Edit[];
}

/** A request that its dialect will not read, with as much of it as could be read, for the ledger. */
export interface Unread {
  readonly error: GatewayError;
  readonly model: string | null;
  readonly tier: string | null;
}

/** What an answer said about itself; null is "it did not say". */
export interface AnswerFacts {
  readonly responseId: string | null;
  readonly model: string | null;
  /** The tier as the upstream spells it, from a terminal event or a whole body, never from an echo of the request. */
  readonly tier: string | null;
  readonly usage: Usage;
  /** Why the upstream says the turn failed. */
  readonly error: string | null;
}

/** An answer that has said nothing yet. */
export const NOTHING_SAID: AnswerFacts = { responseId: null, model: null, tier: null, usage: NO_USAGE, error: null };

/** A side view of one answer's bytes; it never holds them back and never changes them. */
export interface AnswerReader {
  /** Looks at the next bytes. */
  push(chunk: Buffer): void;
  /** The body has ended. */
  end(): void;
  /** True once the first generated token has been seen. */
  readonly started: boolean;
  /** True once the answer has said all it will say: its terminal event, or its whole body. */
  readonly complete: boolean;
  /** False while a clean end would hide from the tool that something is missing. */
  readonly mayEnd: boolean;
  readonly facts: AnswerFacts;
}

/** A wire protocol: how it spells model, tier, usage, end of turn and errors. */
export interface Dialect {
  readonly name: DialectName;
  /** Reads a request body in the order of checks that tools know. */
  read(bytes: Buffer): Asked | Unread;
  /** A side view for an answer, streamed or whole. */
  answerReader(streamed: boolean): AnswerReader;
  /** An error in the protocol's own shape, as JSON text. */
  errorBody(error: GatewayError): string;
  /** The same as the last event of a stream that has begun. */
  errorEvent(error: GatewayError): string;
}

/** True when the request or the frame could not be read. */
export function isUnread(result: object): result is Unread {
  return 'error' in result;
}
