import { type AddressInfo, type Socket, createServer } from 'node:net';
import { asksForSession, beginSession, openSessions } from './upstream-session.ts';
import {
  BURST_EVENTS,
  COMPLETED,
  CREATED,
  DELTA,
  JSON_BODY,
  MODE_HEADER,
  SENT_AT,
  SENT_AT_DIGITS,
  microsNow,
} from './wire.ts';

// A provider that thinks for no time: raw sockets, answers prepared beforehand, nothing parsed but lengths and one header.

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const MODE = new RegExp(`\\r\\n${MODE_HEADER}: *([\\w:.]+)`, 'i');

const COMMON = 'x-request-id: req_0123456789abcdef\r\nopenai-processing-ms: 1\r\n';
const JSON_ANSWER = Buffer.concat([
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${COMMON}content-length: ${JSON_BODY.length}\r\n\r\n`,
  ),
  JSON_BODY,
]);
const STREAM_HEAD = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n${COMMON}transfer-encoding: chunked\r\n\r\n`,
);
const STREAM_END = Buffer.from('0\r\n\r\n');
const BURST_ANSWER = Buffer.concat([
  STREAM_HEAD,
  chunk(CREATED),
  ...Array.from({ length: BURST_EVENTS - 2 }, () => chunk(DELTA)),
  chunk(COMPLETED),
  STREAM_END,
]);
const STREAM_BEGIN = Buffer.concat([STREAM_HEAD, chunk(CREATED)]);
const STREAM_REST = Buffer.concat([chunk(COMPLETED), STREAM_END]);
const PACED_EVENT = chunk(DELTA);
const SENT_AT_OFFSET = PACED_EVENT.indexOf(SENT_AT) + SENT_AT.length;

function chunk(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${payload.length.toString(16)}\r\n`), payload, Buffer.from('\r\n')]);
}

/** One stream whose events leave at a steady pace. */
interface PacedStream {
  readonly socket: Socket;
  readonly gapMs: number;
  left: number;
  dueAt: number;
}

const streams = new Map<Socket, PacedStream>();
let timer: NodeJS.Timeout | null = null;

function beginStream(socket: Socket, count: number, gapMs: number): void {
  socket.write(STREAM_BEGIN);
  const stream: PacedStream = { socket, gapMs, left: count === 0 ? Infinity : count, dueAt: performance.now() + gapMs };
  streams.set(socket, stream);
  timer ??= setInterval(sendDue, 1);
}

function sendDue(): void {
  const now = performance.now();
  for (const stream of streams.values()) {
    if (stream.dueAt > now) continue;
    // After a stall the missed events are not made up for: that would be a burst.
    stream.dueAt = Math.max(stream.dueAt + stream.gapMs, now);
    const event = Buffer.from(PACED_EVENT);
    event.write(String(microsNow()).padStart(SENT_AT_DIGITS, '0'), SENT_AT_OFFSET, 'latin1');
    stream.socket.write(event);
    stream.left -= 1;
    if (stream.left > 0) continue;
    stream.socket.write(STREAM_REST);
    streams.delete(stream.socket);
  }
  if (streams.size > 0 || timer === null) return;
  clearInterval(timer);
  timer = null;
}

function answer(socket: Socket, mode: string): void {
  const [kind, count, gap] = mode.split(':');
  if (kind === 'burst') socket.write(BURST_ANSWER);
  else if (kind === 'paced') beginStream(socket, Number(count), Number(gap));
  else socket.write(JSON_ANSWER);
}

const server = createServer({ noDelay: true }, (socket) => {
  let head: Buffer | null = null;
  let bodyLeft = 0;
  let mode = '';
  socket.on('error', () => socket.destroy());
  socket.on('close', () => streams.delete(socket));
  socket.on('data', (bytes) => {
    let rest: Buffer = bytes;
    while (rest.length > 0) {
      if (bodyLeft === 0) {
        const whole: Buffer = head === null ? rest : Buffer.concat([head, rest]);
        const end = whole.indexOf(HEAD_END);
        if (end === -1) {
          head = whole;
          return;
        }
        head = null;
        const text = whole.toString('latin1', 0, end);
        bodyLeft = Number(LENGTH.exec(text)?.[1] ?? 0);
        mode = MODE.exec(text)?.[1] ?? 'json';
        rest = whole.subarray(end + HEAD_END.length);
        if (asksForSession(text)) {
          beginSession(socket, text, mode, rest);
          return;
        }
      }
      const taken = Math.min(bodyLeft, rest.length);
      bodyLeft -= taken;
      rest = rest.subarray(taken);
      if (bodyLeft > 0) return;
      answer(socket, mode);
    }
  });
});

// Whoever measures may ask how many streams and sessions are still open.
process.on('message', () => process.send?.({ streams: streams.size, sessions: openSessions() }));

server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
