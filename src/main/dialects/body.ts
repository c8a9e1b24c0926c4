import { type ErrorCode, type GatewayError, gatewayError } from '../../shared/errors.ts';
import { trimSpace } from '../../shared/fold.ts';
import { type Envelope, isFault, scan } from '../envelope/scan.ts';
import type { WatchNode } from '../envelope/watch.ts';
import type { Asked, Unread } from './dialect.ts';
import { disputed, faultText, membersAt, textAt, tierPlaces } from './member.ts';

/** The members of both OpenAI dialects that decide what a turn costs and how it is answered. */
const POLICED = ['service_tier', 'model', 'stream', 'previous_response_id'] as const;

/**
 * Reads an OpenAI request body in the order tools know (spec C.2): empty, JSON, members that readers could dispute, model,
 * stream, then whatever the dialect itself checks.
 */
export function readBody(
  bytes: Buffer,
  watched: WatchNode,
  check: (bytes: Buffer, envelope: Envelope) => GatewayError | null,
): Asked | Unread {
  if (bytes.length === 0) return unread('body_empty');
  const envelope = scan(bytes, watched);
  if (isFault(envelope)) return unread('body_invalid', faultText(envelope));

  const modelMembers = membersAt(envelope, 'model');
  const model = textAt(bytes, modelMembers);
  const tiers = tierPlaces(bytes, envelope, 'service_tier');
  const known = { model, tier: tiers[0]?.said.text ?? null };
  for (const path of POLICED) {
    const error = disputed(bytes, membersAt(envelope, path));
    if (error !== null) return { error, ...known };
  }
  if (model === null || trimSpace(model) === '') return { error: gatewayError('model_required'), ...known };
  const [stream] = membersAt(envelope, 'stream');
  if (stream !== undefined && stream.kind !== 'boolean') return { error: gatewayError('stream_invalid'), ...known };
  const error = check(bytes, envelope);
  if (error !== null) return { error, ...known };
  // A boolean that begins with t is true.
  return {
    bytes,
    envelope,
    model,
    modelMembers,
    tiers,
    stream: stream !== undefined && bytes[stream.valueStart] === 116,
  };
}

function unread(code: ErrorCode, detail?: string): Unread {
  return { error: gatewayError(code, detail), model: null, tier: null };
}

/** An error in the shape both OpenAI dialects share. */
export function openAIError({ code, type, message }: GatewayError): string {
  return JSON.stringify({ error: { type, code, message } });
}
