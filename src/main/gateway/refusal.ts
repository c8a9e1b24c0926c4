import type { ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { ERRORS, type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { responses } from '../dialects/responses.ts';
import type { House } from './house.ts';

/** Answers with an error in the caller's dialect; before a dialect is known, in the shape most tools read. */
export function sendError(response: ServerResponse, error: GatewayError, dialect: Dialect = responses): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(dialect.errorBody(error));
  response.writeHead(error.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(error.status === 426 ? { upgrade: 'websocket', connection: 'upgrade' } : {}),
    ...(error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }),
    // A tool that repeats what can only fail again spends its user's time.
    ...(ERRORS[error.code].status !== null && error.status < 500 && error.status !== 429
      ? { 'x-should-retry': 'false' }
      : {}),
  });
  response.end(body);
}

/** The same where a stream may have begun already, since its head could not wait: then it is the stream's last event. */
export function endWithError(response: ServerResponse, error: GatewayError, dialect: Dialect): void {
  if (response.headersSent && !response.destroyed) response.end(dialect.errorEvent(error));
  else sendError(response, error, dialect);
}

/** How long whoever was refused may go on sending, or keep its side of the connection open. */
const REFUSED_MS = 10_000;

/** Cuts off whoever was refused and does not come to an end. */
export function cutOffLater(client: Readable, after: House['after']): void {
  client.once(
    'close',
    after(REFUSED_MS, () => client.destroy()),
  );
}

/** Ends a connection with these words; a client that does not end its side of it is cut off. */
export function endConnection(socket: Duplex, words: string, after: House['after']): void {
  socket.end(words);
  cutOffLater(socket, after);
}

/** What is said where every key is cooling down; milliseconds until the first is ready again. */
export function exhaustedError(reason: 'rate_limited' | 'unauthorized', retryAfter: number): GatewayError {
  if (reason === 'unauthorized') return gatewayError('keys_unauthorized');
  const seconds = Math.ceil(retryAfter / 1000);
  return seconds === 0
    ? gatewayError('rate_limit_exceeded')
    : { ...gatewayError('rate_limit_exceeded', ` (retry after ${seconds} s)`), retryAfter: seconds };
}
