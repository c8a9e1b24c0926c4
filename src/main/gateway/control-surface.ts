import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Everything under this path belongs to the window and the command line, not to tools. */
export const CONTROL_PATH = '/_tiergate/';

/** What serves the control path; it is handed in, because it stands on a higher floor. */
export interface ControlSurface {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}
