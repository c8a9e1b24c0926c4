import { TEXT, frame } from './frame.ts';
import { BURST_EVENTS, COMPLETED_RESPONSE, CREATED_RESPONSE, message } from './wire.ts';

/** What a session's turns are answered with: a burst, or no more than a beginning and an end. */
export type SessionMode = 'burst' | 'short';

/** How many digits name a response. */
const ID_DIGITS = 32;

const ID = Buffer.from('"id":"resp_');

const CREATED = framed(message('response.created', { response: CREATED_RESPONSE }));

/** One generated word, a frame of about 190 bytes. */
const DELTA = framed(
  message('response.output_text.delta', {
    item_id: `msg_${'0'.repeat(32)}`,
    output_index: 0,
    content_index: 0,
    sequence_number: 17,
    delta: ' envelope',
    obfuscation: 'xJb1Qv7Hn2Lk',
  }),
);

const COMPLETED = framed(message('response.completed', { response: COMPLETED_RESPONSE }));

function framed(text: string): Buffer {
  return frame(TEXT, Buffer.from(text), null);
}

/** An answer's frames, ready to be sent, and where the digits of the response's id stand in them. */
interface Prepared {
  readonly frames: number;
  readonly bytes: Buffer;
  readonly ids: readonly number[];
}

function prepared(frames: readonly Buffer[]): Prepared {
  const bytes = Buffer.concat(frames);
  const ids: number[] = [];
  for (let at = bytes.indexOf(ID); at !== -1; at = bytes.indexOf(ID, at + 1)) ids.push(at + ID.length);
  return { frames: frames.length, bytes, ids };
}

const ANSWERS: Readonly<Record<SessionMode, Prepared>> = {
  burst: prepared([CREATED, ...Array.from({ length: BURST_EVENTS - 2 }, () => DELTA), COMPLETED]),
  short: prepared([CREATED, COMPLETED]),
};

/** How many frames and bytes, heads included, a tool must get for a turn. */
export function expectedFrames(mode: SessionMode): { readonly frames: number; readonly bytes: number } {
  const { frames, bytes } = ANSWERS[mode];
  return { frames, bytes: bytes.length };
}

let responses = 0;

/** The answers of one session; each is another response, since a response ends only once. */
export class SessionAnswers {
  readonly #bytes: Buffer;
  readonly #ids: readonly number[];

  constructor(mode: SessionMode) {
    const { bytes, ids } = ANSWERS[mode];
    this.#bytes = Buffer.from(bytes);
    this.#ids = ids;
  }

  /** The next one, in the place of the last, which the tool has had before it asks again. */
  next(): Buffer {
    responses += 1;
    const digits = String(responses).padStart(ID_DIGITS, '0');
    for (const at of this.#ids) this.#bytes.write(digits, at, 'latin1');
    return this.#bytes;
  }
}
