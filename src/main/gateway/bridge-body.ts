import type { ClientFrame } from '../dialects/client-frame.ts';
import { membersAt } from '../dialects/member.ts';
import { type Edit, applyEdits, removeMembers } from '../envelope/edit.ts';
import { type Occurrence, isFault, scan } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';

/** The members that only a frame has. */
const FRAME_ONLY = ['type', 'stream_id', 'event_id', 'generate'] as const;

const INPUT = watch({ input: true });

/** What a request needs that its frame may not have. */
export interface BridgeBodyOptions {
  /** The model the frame was judged by, for frames that do not name it where a request does. */
  readonly model: string;
  /** The items of an input that this one goes on from; then the id that named it goes too. */
  readonly earlier: Buffer | null;
}

/** The body of an HTTP request for a `response.create`, made of the frame's own bytes; null when inputs cannot be joined. */
export function bridgeBody(frame: ClientFrame, { model, earlier }: BridgeBodyOptions): Buffer | null {
  const { bytes, envelope } = frame;
  const gone = [...FRAME_ONLY, ...(earlier === null ? [] : (['previous_response_id'] as const))].flatMap((path) =>
    membersAt(envelope, path),
  );
  const streams = membersAt(envelope, 'stream');
  const [stream, ...twins] = streams;
  const removed = [...gone, ...twins];
  const added = [
    ...(stream === undefined ? ['"stream":true'] : []),
    ...(frame.model === null && model !== '' ? [`"model":${JSON.stringify(model)}`] : []),
  ];
  const isEmpty = removed.length === envelope.memberCount;
  const edits: Edit[] = [
    ...removeMembers(removed),
    ...(stream === undefined ? [] : [{ start: stream.valueStart, end: stream.valueEnd, text: 'true' }]),
    ...(added.length === 0
      ? []
      : [
          {
            start: envelope.lastMemberEnd,
            end: envelope.lastMemberEnd,
            text: `${isEmpty ? '' : ','}${added.join(',')}`,
          },
        ]),
  ];
  if (earlier !== null && earlier.length > 0) {
    const input = inputOf(bytes);
    if (input === null) return null;
    const isBare = itemsIn(bytes, input).length === 0;
    const start = input.valueStart + 1;
    edits.push({ start, end: start, text: `${earlier.toString()}${isBare ? '' : ','}` });
  }
  return applyEdits(bytes, edits);
}

/** The items of a frame's input, without their brackets; null when the input is no list. */
export function inputItems(bytes: Buffer): Buffer | null {
  const input = inputOf(bytes);
  return input === null ? null : Buffer.from(itemsIn(bytes, input));
}

function inputOf(bytes: Buffer): Occurrence | null {
  const envelope = scan(bytes, INPUT);
  if (isFault(envelope)) return null;
  const inputs = membersAt(envelope, 'input');
  const [input] = inputs;
  return inputs.length === 1 && input?.kind === 'array' && input.exact ? input : null;
}

function itemsIn(bytes: Buffer, { valueStart, valueEnd }: Occurrence): Buffer {
  const inner = bytes.subarray(valueStart + 1, valueEnd - 1);
  return inner.toString('latin1').trim() === '' ? inner.subarray(0, 0) : inner;
}
