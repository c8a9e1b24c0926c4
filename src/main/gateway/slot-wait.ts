import type { ServerResponse } from 'node:http';
import type { NoSlot, Release, Slots, WaitPlan } from '../upstream/slots.ts';
import type { House } from './house.ts';

/** Tools and the boxes between end a silent stream after some time; a comment is not silence and not an event. */
export const BEAT_MS = 10_000;
/** What keeps a stream alive. */
export const COMMENT = ':\n\n';

/** The head of a stream that begins before the upstream's does. */
export const STREAM_HEAD = [
  'content-type',
  'text/event-stream',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
];

/** What a turn waits with. */
export interface SlotWait {
  readonly house: Pick<House, 'after'>;
  readonly response: ServerResponse;
  /** Whether the tool wants a stream, which can be kept alive. */
  readonly stream: boolean;
  readonly turn: string;
}

/** Waits for a slot of an account; a tool that wants a stream hears meanwhile that it is not forgotten. */
export async function waitForSlot(
  { house, response, stream, turn }: SlotWait,
  slots: Slots,
  plan: WaitPlan,
): Promise<Release | NoSlot> {
  const left = new AbortController();
  const leave = (): void => {
    left.abort();
  };
  let cancelBeat: () => void = () => undefined;
  const beat = (): void => {
    if (!response.headersSent) response.writeHead(200, [...STREAM_HEAD, 'x-tiergate-turn', turn]);
    response.write(COMMENT);
    cancelBeat = house.after(BEAT_MS, beat);
  };
  response.once('close', leave);
  if (stream) cancelBeat = house.after(BEAT_MS, beat);
  try {
    return await slots.wait(house, plan, left.signal);
  } finally {
    cancelBeat();
    response.off('close', leave);
  }
}
