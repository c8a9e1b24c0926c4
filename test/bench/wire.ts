/** How a request tells the fake upstream what to answer; every contestant passes it on like any other header. */
export const MODE_HEADER = 'x-bench';

/** Events of one burst. */
export const BURST_EVENTS = 200;

/** In a paced event, what stands before the sixteen digits of the time it was sent. */
export const SENT_AT = Buffer.from('"obfuscation":"');

/** Digits of {@link microsNow} in an event. */
export const SENT_AT_DIGITS = 16;

/** A clock that all processes of the machine share, in microseconds. */
export function microsNow(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanos / 1000);
}

/** What a request asks of the upstream: a JSON answer, a burst, or so many events with a pause between them (0: for ever). */
export type Mode = 'json' | 'burst' | `paced:${number}:${number}`;

/** Input tokens of every answer that tells its usage; the ledger must have read them. */
export const INPUT_TOKENS = 4321;

const USAGE = {
  input_tokens: INPUT_TOKENS,
  input_tokens_details: { cached_tokens: 4096 },
  output_tokens: 210,
  output_tokens_details: { reasoning_tokens: 64 },
  total_tokens: INPUT_TOKENS + 210,
};

const WORDS = 'The gateway reads the envelope once, splices one member and lets every other byte pass as it came. ';

function response(status: string, text: string, usage: object | null): object {
  return {
    id: 'resp_0123456789abcdef0123456789abcdef',
    object: 'response',
    created_at: 1780000000,
    status,
    model: 'gpt-5.5',
    output: [
      { type: 'message', id: 'msg_01', role: 'assistant', content: [{ type: 'output_text', annotations: [], text }] },
    ],
    parallel_tool_calls: true,
    service_tier: 'default',
    store: false,
    usage,
  };
}

/** An event as a WebSocket carries it. */
export function message(type: string, payload: object): string {
  return JSON.stringify({ type, ...payload });
}

function event(type: string, payload: object): string {
  return `event: ${type}\ndata: ${message(type, payload)}\n\n`;
}

/** A whole answer of about 2 KB. */
export const JSON_BODY = Buffer.from(JSON.stringify(response('completed', WORDS.repeat(16), USAGE)));

/** A response that has begun. */
export const CREATED_RESPONSE = response('in_progress', '', null);

/** A response that is over, with its usage. */
export const COMPLETED_RESPONSE = response('completed', WORDS.repeat(10), USAGE);

/** The first event of a stream. */
export const CREATED = Buffer.from(event('response.created', { response: CREATED_RESPONSE }));

/** One generated word, about 190 bytes; the digits are where a paced event says when it was sent. */
export const DELTA = Buffer.from(
  event('response.output_text.delta', {
    item_id: 'msg_01',
    output_index: 0,
    content_index: 0,
    sequence_number: 17,
    delta: ' envelope',
    obfuscation: '0'.repeat(SENT_AT_DIGITS),
  }),
);

/** The event that ends a stream and tells its usage. */
export const COMPLETED = Buffer.from(event('response.completed', { response: COMPLETED_RESPONSE }));

/** The payload of a burst, as a tool must get it. */
export const BURST_BYTES = CREATED.length + (BURST_EVENTS - 2) * DELTA.length + COMPLETED.length;
