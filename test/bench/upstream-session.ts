import type { Socket } from 'node:net';
import { CLOSE, FrameWalk, TEXT, acceptOf, frame } from './frame.ts';
import { SessionAnswers } from './session-answer.ts';

const KEY = /\r\nsec-websocket-key: *(\S+)/i;
const UPGRADE = /\r\nupgrade: *websocket/i;
const GOODBYE = frame(CLOSE, Buffer.alloc(0), null);

let open = 0;

/** How many sessions are open. */
export function openSessions(): number {
  return open;
}

/** True when the head of a request asks for a session. */
export function asksForSession(head: string): boolean {
  return UPGRADE.test(head);
}

/** Takes a connection over: every message of the tool is taken for a turn, and answered at once. */
export function beginSession(socket: Socket, head: string, mode: string, rest: Buffer): void {
  const answers = new SessionAnswers(mode === 'burst' ? 'burst' : 'short');
  const walk = new FrameWalk((opcode) => {
    if (opcode === TEXT) socket.write(answers.next());
    else if (opcode === CLOSE) socket.end(GOODBYE);
  });
  open += 1;
  socket.once('close', () => (open -= 1));
  socket.removeAllListeners('data');
  socket.on('data', (bytes) => {
    walk.push(bytes);
  });
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'upgrade: websocket',
      'connection: Upgrade',
      `sec-websocket-accept: ${acceptOf(KEY.exec(head)?.[1] ?? '')}`,
      'x-request-id: req_0123456789abcdef',
      '\r\n',
    ].join('\r\n'),
  );
  walk.push(rest);
}
