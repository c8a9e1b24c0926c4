/** The shortest cooldown: less would ask the same key again within one turn. */
const FLOOR_MS = 1000;

/** The longest one that a header can ask for: one wrong header must not bench a key for days. */
const CAP_MS = 3_600_000;

/** A cooldown where the upstream names none. */
export const DEFAULT_COOLDOWN_MS = 60_000;

/** The header values of an answer; names in lower case. */
export type HeaderValues = (name: string) => string | undefined;

/**
 * How long an upstream asks to wait, in milliseconds: `retry-after-ms`, else `Retry-After` as seconds, with a fraction or
 * as an HTTP date (RFC 9110 10.2.3); null where neither says anything that can be used.
 */
export function readRetryAfter(header: HeaderValues, now: number): number | null {
  const milliseconds = positive(header('retry-after-ms')) ?? fromSeconds(header('retry-after'), now);
  return milliseconds === null ? null : clampCooldown(milliseconds, CAP_MS);
}

/** A cooldown within its floor and a cap. */
export function clampCooldown(milliseconds: number, cap: number): number {
  return Math.ceil(Math.min(Math.max(milliseconds, FLOOR_MS), cap));
}

function fromSeconds(value: string | undefined, now: number): number | null {
  const seconds = positive(value);
  if (seconds !== null) return seconds * 1000;
  const date = value === undefined ? null : httpDate(value.trim());
  return date === null || date <= now ? null : date - now;
}

function positive(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  if (!/^\+?\d+(?:\.\d+)?$/.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : null;
}

/** The three forms of RFC 9110 5.6.7 begin with a day's name; `Date.parse` alone would take nearly anything. */
function httpDate(text: string): number | null {
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return null;
  const date = Date.parse(/gmt$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(date) ? null : date;
}
