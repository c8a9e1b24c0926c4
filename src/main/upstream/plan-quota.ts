import type { Account } from '../../shared/account.ts';
import { type Said, say } from '../../shared/sentences.ts';
import type { HeaderValues } from './retry-after.ts';

/** How much of a plan's quota is used, as ChatGPT's backend told it. */
export interface PlanQuota {
  /** How long the quota's window is. */
  readonly minutes: number;
  readonly usedPercent: number;
  /** When it begins anew, in milliseconds since the epoch; null where that was not said. */
  readonly resetsAt: number | null;
  readonly seenAt: number;
}

/** Where nobody said when the window ends, what was told longer ago says nothing of now (spec C.6). */
const STALE_MS = 2 * 3_600_000;

/** A moment that is worked out from a length of time wavers by less than this. */
const WAVER_MS = 60_000;

/** So much later the same is worth being kept again, for when it was seen. */
const SEEN_AGAIN_MS = 10 * 60_000;

/** Longer windows than this are not those of five hours (spec G.1). */
const FIVE_HOURS = 360;

/**
 * The quotas in an answer's headers; null where they say nothing, and what was known stays. Both come together, so a plan
 * that has only one does not keep another that it had before.
 */
export function readQuotas(header: HeaderValues, now: number): readonly PlanQuota[] | null {
  const quotas = ['primary', 'secondary'].flatMap((place): PlanQuota[] => {
    const minutes = numberIn(header(`x-codex-${place}-window-minutes`));
    const usedPercent = numberIn(header(`x-codex-${place}-used-percent`));
    if (minutes === null || usedPercent === null || minutes < 1) return [];
    return [{ minutes: Math.round(minutes), usedPercent, resetsAt: resetIn(header, place, now), seenAt: now }];
  });
  return quotas.length === 0 ? null : quotas;
}

/** The event by which a session is told of them. */
export const QUOTA_EVENT = 'codex.rate_limits';

/** The same in such an event; null where it says nothing. */
export function quotasOfEvent(payload: Buffer, now: number): readonly PlanQuota[] | null {
  let limits: unknown;
  try {
    limits = (JSON.parse(payload.toString()) as { readonly rate_limits?: unknown }).rate_limits;
  } catch {
    return null;
  }
  if (typeof limits !== 'object' || limits === null) return null;
  const said = limits as Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  return readQuotas((name) => {
    const [, place = '', member = ''] = /^x-codex-(primary|secondary)-(.*)$/.exec(name) ?? [];
    const value = said[place]?.[member.replaceAll('-', '_')];
    return typeof value === 'number' ? String(value) : undefined;
  }, now);
}

/** The moment that was named wins over the seconds until then. */
function resetIn(header: HeaderValues, place: string, now: number): number | null {
  const at = numberIn(header(`x-codex-${place}-reset-at`));
  if (at !== null && at > 0) return Math.round(at * 1000);
  const after = numberIn(header(`x-codex-${place}-reset-after-seconds`));
  return after === null ? null : Math.round(now + after * 1000);
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}(?:\.\d{1,6})?$/.test(text.trim()) ? Number(text) : null;
}

/** Those that still say something: once a window has begun anew, what was told of it is about the one before. */
export function currentQuotas(quotas: readonly PlanQuota[], now: number): readonly PlanQuota[] {
  return quotas.filter((quota) => now < endOf(quota));
}

/** Whether what is told of a plan differs from what is kept of it. */
export function areNews(quotas: readonly PlanQuota[], kept: readonly PlanQuota[]): boolean {
  return (
    quotas.length !== kept.length ||
    quotas.some(({ minutes, usedPercent, resetsAt, seenAt }, index) => {
      const known = kept[index];
      return (
        minutes !== known?.minutes ||
        usedPercent !== known.usedPercent ||
        (resetsAt === null) !== (known.resetsAt === null) ||
        Math.abs((resetsAt ?? 0) - (known.resetsAt ?? 0)) > WAVER_MS ||
        seenAt - known.seenAt >= SEEN_AGAIN_MS
      );
    })
  );
}

/** A window cannot last longer than it is, whatever was said of its end. */
function endOf({ minutes, resetsAt, seenAt }: PlanQuota): number {
  return Math.min(resetsAt ?? Infinity, seenAt + minutes * 60_000);
}

/** The quota for which an account rests, by the shares that its owner has set; null while it need not. */
export function quotaReached(
  quotas: readonly PlanQuota[],
  { fiveHours, week }: Account['pauseAt'],
  now: number,
): PlanQuota | null {
  const reached = currentQuotas(quotas, now).find(({ minutes, usedPercent, resetsAt, seenAt }) => {
    const share = minutes <= FIVE_HOURS ? fiveHours : week;
    return share !== undefined && usedPercent >= share && (resetsAt !== null || now - seenAt < STALE_MS);
  });
  return reached ?? null;
}

/** Why an account rests, in words. */
export function quotaText({ minutes, usedPercent }: PlanQuota): Said {
  const percent = Math.round(usedPercent);
  if (minutes % 1440 === 0) return say('resting_days', { percent, count: minutes / 1440 });
  if (minutes % 60 === 0) return say('resting_hours', { percent, count: minutes / 60 });
  return say('resting_minutes', { percent, count: minutes });
}
