import { TEXT, frame } from './frame.ts';
import type { SessionMode } from './session-answer.ts';
import { MODE_HEADER, type Mode } from './wire.ts';

/** The local key of the one tool; whoever takes no keys passes it on. */
export const LOCAL_KEY = `tg-${'b'.repeat(43)}`;

/** A request's bytes, ready to be sent. */
export interface PreparedRequest {
  readonly head: Buffer;
  readonly body: Buffer;
}

/** What a tool asks: how large its body is about, and what the upstream shall answer. */
export interface RequestShape {
  readonly bodyBytes: number;
  readonly mode: Mode;
}

/** A Responses request as a coding tool sends it: a few headers of its library, source code in the input, and a tier to filter. */
export function prepare({ bodyBytes, mode }: RequestShape): PreparedRequest {
  const body = bodyOf(bodyBytes, {}, { stream: mode !== 'json' });
  const head = Buffer.from(
    [
      'POST /v1/responses HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: Bearer ${LOCAL_KEY}`,
      'content-type: application/json',
      `accept: ${mode === 'json' ? 'application/json' : 'text/event-stream'}`,
      'user-agent: OpenAI/JS 7.57.0',
      'x-stainless-lang: js',
      'x-stainless-retry-count: 0',
      `${MODE_HEADER}: ${mode}`,
      `content-length: ${body.length}`,
      '\r\n',
    ].join('\r\n'),
  );
  return { head, body };
}

/** A session's handshake and the frame that begins each of its turns, ready to be sent. */
export interface PreparedSession {
  readonly mode: SessionMode;
  readonly head: Buffer;
  readonly frame: Buffer;
}

/** The same request over a WebSocket. */
export function prepareSession(mode: SessionMode): PreparedSession {
  const head = Buffer.from(
    [
      'GET /v1/responses HTTP/1.1',
      'host: 127.0.0.1',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      `authorization: Bearer ${LOCAL_KEY}`,
      'user-agent: OpenAI/JS 7.57.0',
      `${MODE_HEADER}: ${mode}`,
      '\r\n',
    ].join('\r\n'),
  );
  const body = bodyOf(2048, { type: 'response.create' }, {});
  return { mode, head, frame: frame(TEXT, body, Buffer.from([0x37, 0xfa, 0x21, 0x3d])) };
}

const CODE = [
  'export function greet(name: string): string {',
  '\tif (name === "") throw new RangeError("a name is needed");',
  '\treturn `Grüße, ${name}! \\u00e9 → ✓`; // naïve, “quoted”',
  '}',
].join('\n');

/** Messages of some 8 KB each, as a long session has them. */
const MESSAGE_BYTES = 8 * 1024;

function bodyOf(bytes: number, first: object, last: object): Buffer {
  const texts: string[] = [];
  for (let made = 0; made < bytes - 400; made += MESSAGE_BYTES) {
    const wanted = Math.min(MESSAGE_BYTES, bytes - 400 - made);
    const perCopy = Buffer.byteLength(JSON.stringify(CODE));
    texts.push(CODE.repeat(Math.max(1, Math.round(wanted / perCopy))));
  }
  return Buffer.from(
    JSON.stringify({
      ...first,
      model: 'gpt-5.5',
      instructions: 'You are a careful programmer. Answer briefly.',
      input: texts.map((text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })),
      parallel_tool_calls: true,
      reasoning: { effort: 'medium' },
      store: false,
      ...last,
      service_tier: 'priority',
    }),
  );
}
