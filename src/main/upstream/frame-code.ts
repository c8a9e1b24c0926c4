/** The opcodes of RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A control frame's payload is at most this long (RFC 6455, 5.5). */
export const MAX_CONTROL = 125;

/** How a peer ended its side. */
export interface CloseSaid {
  /** Null when the close frame names none. */
  readonly code: number | null;
  readonly reason: string;
}

/** True for a code that may stand in a close frame (RFC 6455, 7.4). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** Reasons longer than this are cut: a close frame holds 123 bytes of them, and tools know the round number. */
const MAX_REASON = 120;

/** A reason as it may stand in a close frame, cut where a letter ends. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text.trim());
  if (bytes.length <= MAX_REASON) return bytes.toString();
  let end = MAX_REASON;
  // A byte of the form 10xxxxxx goes on with a letter that began before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
