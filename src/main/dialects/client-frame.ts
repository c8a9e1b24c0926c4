import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { fold, trimLeniently, trimSpace } from '../../shared/fold.ts';
import { type Envelope, type Occurrence, isFault, scan } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import type { TierPlace, Unread } from './dialect.ts';
import { disputed, faultText, membersAt, textAt } from './member.ts';
import { isMessageId } from './responses.ts';
import { TIER_MEMBERS, tierPlacesIn } from './tier-places.ts';

const NESTED = { model: true, ...TIER_MEMBERS } as const;
const WATCHED = watch({
  type: true,
  model: true,
  ...TIER_MEMBERS,
  stream: true,
  stream_id: true,
  event_id: true,
  generate: true,
  previous_response_id: true,
  response: NESTED,
  session: NESTED,
});

/** The members of a policed frame that, beside its tiers, two readers must not be able to take differently. */
const POLICED = [
  'model',
  'stream_id',
  'generate',
  'previous_response_id',
  'response',
  'response.model',
  'session',
  'session.model',
] as const;

/** The objects of a frame that can name a tier, itself first. */
const WITHIN = ['', 'response.', 'session.'] as const;

const CREATE = 'response.create';
const UPDATE = 'session.update';

/** What a frame asks of the upstream: a turn, other session settings, something else, or nothing that has a name. */
type FrameKind = 'create' | 'update' | 'other' | 'untyped';

/** One message of a tool, text or binary, as far as the policy looks at it. */
export interface ClientFrame {
  readonly kind: FrameKind;
  /** Its type, trimmed; empty when it has none. */
  readonly type: string;
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  /** The model at the top of the frame, as sent; null when there is none, or no string, or a blank one. */
  readonly model: string | null;
  /** The model of the turn or the session it asks for, and every member that says so. */
  readonly asked: { readonly model: string | null; readonly members: readonly Occurrence[] };
  /** The places that hold a tier member, the protocol's own place first. */
  readonly tiers: readonly TierPlace[];
  /** The lane of a connection that carries several turns. */
  readonly streamId: string | null;
  /** False for a frame that only warms the upstream's cache. */
  readonly generates: boolean;
  readonly previousResponseId: string | null;
}

/**
 * Reads one message. A frame that is not exactly one JSON object, or whose policed members are in dispute, is unread; what
 * it then may have asked for is told for the record.
 */
export function readFrame(bytes: Buffer): ClientFrame | Unread {
  const envelope = scan(bytes, WATCHED);
  if (isFault(envelope)) return { error: gatewayError('frame_invalid', faultText(envelope)), model: null, tier: null };
  const model = modelAt(bytes, membersAt(envelope, 'model'));
  const tiers = WITHIN.flatMap((object) => tierPlacesIn(bytes, envelope, object));
  const kind = kindOf(bytes, envelope);
  const error = typeof kind === 'string' ? refuseDisputed(bytes, envelope, kind, tiers) : kind;
  if (error !== null || typeof kind !== 'string') {
    return { error: error ?? gatewayError('frame_invalid'), model, tier: tiers[0]?.said.text ?? null };
  }
  const [generate] = membersAt(envelope, 'generate');
  return {
    kind,
    type: typeOf(bytes, membersAt(envelope, 'type')),
    bytes,
    envelope,
    model,
    asked: askedModel(bytes, envelope, kind),
    tiers,
    streamId: textAt(bytes, membersAt(envelope, 'stream_id')),
    // Of the literals a generate member may hold, only `false` begins with f.
    generates: generate?.kind !== 'boolean' || bytes[generate.valueStart] !== 102,
    previousResponseId: textAt(bytes, membersAt(envelope, 'previous_response_id')),
  };
}

/** What tools are told about a first message that opens no session (spec B.1), in the order of its checks. */
export function refuseFirst(frame: ClientFrame): GatewayError | null {
  if (frame.model === null) return gatewayError('first_model_required');
  if (isMessageId(frame.previousResponseId ?? '')) return gatewayError('previous_response_id_invalid');
  return null;
}

/** The frame's kind, or why its type is in dispute. */
function kindOf(bytes: Buffer, envelope: Envelope): FrameKind | GatewayError {
  const members = membersAt(envelope, 'type');
  const dispute = disputed(bytes, members);
  if (dispute !== null) return dispute;
  const type = typeOf(bytes, members);
  if (type === '') return 'untyped';
  if (type === CREATE) return 'create';
  if (type === UPDATE) return 'update';
  const policed = [CREATE, UPDATE].find((name) => looksLike(type, name));
  if (policed === undefined) return 'other';
  return gatewayError('member_case', `"type" is "${policed}" in another spelling; some readers would take it for that`);
}

function typeOf(bytes: Buffer, members: readonly Occurrence[]): string {
  return trimSpace(textAt(bytes, members) ?? '');
}

/** Letters that a reader may drop, or stop at: controls, halves of a pair, and what is no character at all. */
const DROPPED = /[\p{Cc}\p{Cs}\p{Cf}\ufffd-\uffff]/u;
const ALL_DROPPED = new RegExp(DROPPED, 'gu');

function looksLike(type: string, name: string): boolean {
  const shown = fold(trimLeniently(type));
  return (
    shown === name ||
    trimLeniently(shown.replaceAll(ALL_DROPPED, '')) === name ||
    trimLeniently(shown.split(DROPPED, 1)[0] ?? '') === name
  );
}

function refuseDisputed(
  bytes: Buffer,
  envelope: Envelope,
  kind: FrameKind,
  tiers: readonly TierPlace[],
): GatewayError | null {
  if (kind !== 'create' && kind !== 'update') return null;
  for (const members of [...tiers.map((place) => place.members), ...POLICED.map((path) => membersAt(envelope, path))]) {
    const error = disputed(bytes, members);
    if (error !== null) return error;
  }
  // An upstream may read either place; with two models it would be the reader's choice which rule applies.
  const own = modelAt(bytes, membersAt(envelope, 'model'));
  const nested = modelAt(bytes, membersAt(envelope, 'response.model'));
  const differ = kind === 'create' && own !== null && nested !== null && own !== nested;
  return differ ? gatewayError('member_repeated', 'model') : null;
}

function askedModel(bytes: Buffer, envelope: Envelope, kind: FrameKind): ClientFrame['asked'] {
  const paths = kind === 'update' ? ['session.model'] : ['model', 'response.model'];
  const members = paths.flatMap((path) => {
    const found = membersAt(envelope, path);
    return modelAt(bytes, found) === null ? [] : found;
  });
  return { model: modelAt(bytes, members), members };
}

function modelAt(bytes: Buffer, members: readonly Occurrence[]): string | null {
  const text = textAt(bytes, members);
  return text === null || trimSpace(text) === '' ? null : text;
}
