import { randomBytes } from 'node:crypto';
import type { GatewayError } from '../../shared/errors.ts';
import type { RedactedStream } from '../secrets/redact.ts';
import type { DialResult } from '../upstream/dial.ts';
import { closeReason } from '../upstream/frame-code.ts';
import type { LinkEnd } from '../upstream/frame-link.ts';

/** The last things a tool hears of its session. */
export interface Goodbye {
  /** An event before the close frame; null for none. */
  readonly event: string | null;
  /** Null for a close frame without a code. */
  readonly code: number | null;
  readonly reason: string;
}

/** An error as an event of the Responses WebSocket; Codex shows one with status 400 at once and does not try again. */
export function errorEvent({ status, type, code, message }: Omit<GatewayError, 'code'> & { code: string }): string {
  const error = { type, code, message };
  return JSON.stringify({ event_id: `evt_${randomBytes(16).toString('hex')}`, type: 'error', status, error });
}

/** A close frame without a word before it. */
export function close(code: number | null, reason: string): Goodbye {
  return { event: null, code, reason: closeReason(reason) };
}

/** The policy's no, as tools know it (design 4): the event, then 1008 with the message as reason. */
export function blockGoodbye(message: string): Goodbye {
  const error = { status: 400, type: 'invalid_request_error', code: 'policy_violation', message };
  return { ...close(1008, message), event: errorEvent(error) };
}

/** Codes that tools know a shorter close reason for (spec B.1, B.3). */
const REASONS: Readonly<Record<string, { readonly code: number; readonly reason: string }>> = {
  frame_invalid: { code: 1008, reason: 'invalid JSON payload' },
  account_missing: { code: 1013, reason: 'no available account' },
  account_gone: { code: 1013, reason: 'the account was removed or switched off, please retry' },
  key_unavailable: { code: 1011, reason: 'failed to get access token' },
  tool_limited: { code: 1013, reason: 'too many concurrent requests, please retry later' },
  account_busy: { code: 1013, reason: 'account is busy, please retry later' },
  account_queue_full: { code: 1013, reason: 'account is busy, please retry later' },
  account_resting: { code: 1013, reason: 'account is resting, please retry later' },
  rate_limit_exceeded: { code: 1013, reason: 'upstream rate limit exceeded, please retry later' },
  keys_unauthorized: { code: 1008, reason: 'upstream websocket authentication failed' },
  queue_full: { code: 1013, reason: 'too many messages before the upstream was ready, please retry later' },
  gateway_stopping: { code: 1001, reason: 'the gateway is stopping' },
};

/** A frame that cannot be judged or served. */
export function refusalGoodbye(error: GatewayError): Goodbye {
  const { code, reason } = REASONS[error.code] ?? { code: 1008, reason: error.message };
  return { ...close(code, reason), event: errorEvent(error) };
}

/** What a tool hears when the upstream cannot be reached after its own handshake has ended well (spec B.6). */
export function dialGoodbye(result: Exclude<DialResult, { kind: 'open' }>): Goodbye {
  if (result.kind === 'timeout') return close(1013, 'upstream websocket connect timeout');
  if (result.kind === 'unreachable') return close(1011, 'upstream websocket proxy failed');
  const { status } = result;
  if (status === 429) return close(1013, 'upstream websocket is busy, please retry later');
  if (status === 401 || status === 403) return close(1008, 'upstream websocket authentication failed');
  return status >= 400 && status < 500
    ? close(1008, 'upstream websocket handshake rejected')
    : close(1011, 'upstream websocket proxy failed');
}

/** A shorter end of a reason tells nothing of a key that would have begun there. */
const LONGEST_OPEN = 8;

/** What an upstream's end is for the tool: only a real 1000 is one (design 6). */
export function endGoodbye(end: LinkEnd, cover: RedactedStream): Goodbye {
  if ('fault' in end) return close(end.fault, end.what);
  if ('cut' in end) return close(1011, 'upstream websocket closed unexpectedly');
  // A key that the reason quotes may be longer than a reason can be, and then only its beginning stands there.
  const [clean, open] = [cover.push(Buffer.from(end.reason)), cover.end()];
  const reason = Buffer.concat(open.length > LONGEST_OPEN ? [clean] : [clean, open]).toString();
  return reason === end.reason ? { event: null, ...end } : close(end.code, reason);
}
