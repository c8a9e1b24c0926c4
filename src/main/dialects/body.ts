import { type ErrorCode, type GatewayError, gatewayError } from '../../shared/errors.ts';
import { trimSpace } from '../../shared/fold.ts';
import type { Edit } from '../envelope/edit.ts';
import { type Envelope, isFault, scan } from '../envelope/scan.ts';
import type { WatchNode } from '../envelope/watch.ts';
import type { Asked, ModelPlace, TierPlace, TierSpelling, Unread } from './dialect.ts';
import { disputed, faultText, groupsAt, membersAt, textAt } from './member.ts';
import { tierPlacesIn } from './tier-places.ts';

/** The members of both OpenAI dialects that decide, beside the tier, what a turn costs and how it is answered. */
const POLICED = ['model', 'stream', 'previous_response_id'] as const;

/** What a dialect looks for in its request bodies. */
export interface BodySpec {
  readonly watched: WatchNode;
  /** Paths that two readers must not be able to take differently; so must every place that names a tier. */
  readonly policed: readonly string[];
  readonly tiers: (bytes: Buffer, envelope: Envelope) => TierPlace[];
  readonly spells: TierSpelling | null;
  /** Paths that name further models. */
  readonly otherModels: readonly string[];
  readonly modelRequired: boolean;
  /** What is added to a request that streams. */
  readonly additions: (bytes: Buffer, envelope: Envelope) => readonly Edit[];
  /** What the dialect itself checks. */
  readonly check: (bytes: Buffer, envelope: Envelope) => GatewayError | null;
}

const NO_CHECK = (): null => null;

/** For dialects that add nothing. */
export const NOTHING = (): readonly Edit[] => [];

/** How OpenAI's JSON requests are read, where a dialect says nothing else. */
export function openAIBody(watched: WatchNode, more: Partial<BodySpec> = {}): BodySpec {
  return {
    watched,
    policed: POLICED,
    tiers: tierPlacesIn,
    spells: 'service_tier',
    otherModels: [],
    modelRequired: true,
    additions: NOTHING,
    check: NO_CHECK,
    ...more,
  };
}

/**
 * Reads a request body in the order tools know (spec C.2): empty, JSON, members that readers could dispute, model, stream,
 * then whatever the dialect itself checks.
 */
export function readBody(bytes: Buffer, spec: BodySpec): Asked | Unread {
  if (bytes.length === 0) return unread('body_empty');
  const envelope = scan(bytes, spec.watched);
  if (isFault(envelope)) return unread('body_invalid', faultText(envelope));

  const modelMembers = membersAt(envelope, 'model');
  const model = textAt(bytes, modelMembers);
  const tiers = spec.tiers(bytes, envelope);
  const known = { model, tier: tiers[0]?.said.text ?? null };
  for (const { members } of tiers) {
    const error = disputed(bytes, members);
    if (error !== null) return { error, ...known };
  }
  for (const path of spec.policed) {
    for (const members of groupsAt(envelope, path)) {
      const error = disputed(bytes, members);
      if (error !== null) return { error, ...known };
    }
  }
  if (spec.modelRequired && trimSpace(model ?? '') === '') return { error: gatewayError('model_required'), ...known };
  const [stream] = membersAt(envelope, 'stream');
  if (stream !== undefined && stream.kind !== 'boolean') return { error: gatewayError('stream_invalid'), ...known };
  const error = spec.check(bytes, envelope);
  if (error !== null) return { error, ...known };
  // A boolean that begins with t is true.
  const streams = stream !== undefined && bytes[stream.valueStart] === 116;
  return {
    bytes,
    envelope,
    model: model ?? '',
    modelMembers,
    otherModels: spec.otherModels.flatMap((path) => modelPlaces(bytes, envelope, path)),
    tiers,
    spells: spec.spells,
    stream: streams,
    additions: streams ? spec.additions(bytes, envelope) : [],
  };
}

function modelPlaces(bytes: Buffer, envelope: Envelope, path: string): ModelPlace[] {
  return groupsAt(envelope, path).flatMap((members) => {
    const model = textAt(bytes, members);
    return model === null ? [] : [{ model, members }];
  });
}

function unread(code: ErrorCode, detail?: string): Unread {
  return { error: gatewayError(code, detail), model: null, tier: null };
}

/** An error as the last event of a Chat stream. */
export function openAIErrorEvent(error: GatewayError): string {
  return `data: ${openAIError(error)}\n\n`;
}

/** An error in the shape both OpenAI dialects share. */
export function openAIError({ code, type, message }: GatewayError): string {
  return JSON.stringify({ error: { type, code, message } });
}
