import { type Policy, PolicySchema, type Rule } from './policy.ts';

/** A wish about Fast that stands above the person's own rules for a while. */
export type FastWish =
  | { readonly kind: 'policy' }
  /** No Fast and no Ultrafast; without minutes until somebody ends it. */
  | { readonly kind: 'none'; readonly minutes: number | null }
  | { readonly kind: 'allowed'; readonly minutes: number };

/** Which wish is in force, and until when in milliseconds since the epoch; null is until somebody ends it. */
export type FastState =
  { readonly kind: 'policy' } | { readonly kind: 'none' | 'allowed'; readonly until: number | null };

const NONE = 'no-fast-now';
const NONE_ULTRA = 'no-ultrafast-now';
const ALLOWED = 'fast-allowed-now';

/** The rules that a wish is made of; everything else in a policy is the person's own. */
const OWN: ReadonlySet<string> = new Set([NONE, NONE_ULTRA, ALLOWED]);

/** The policy with that wish on top, in the place of any earlier one. */
export function withFastWish({ rules }: Policy, wish: FastWish, now: number): Policy {
  const rest = rules.filter(({ id }) => !OWN.has(id));
  return { rules: [...rulesOf(wish, now), ...rest] };
}

/** The wish that is in force at this moment. */
export function fastState({ rules }: Policy, now: number): FastState {
  const rule = rules.find(({ id, enabled, until }) => OWN.has(id) && enabled && !isOver(until, now));
  if (rule === undefined) return { kind: 'policy' };
  const until = rule.until === undefined ? null : Date.parse(rule.until);
  return { kind: rule.id === ALLOWED ? 'allowed' : 'none', until };
}

function isOver(until: string | undefined, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now;
}

function rulesOf(wish: FastWish, now: number): readonly Rule[] {
  if (wish.kind === 'policy') return [];
  const time = wish.minutes === null ? {} : { until: new Date(now + wish.minutes * 60_000).toISOString() };
  const rules =
    wish.kind === 'allowed'
      ? [{ id: ALLOWED, serviceTier: 'priority', action: 'pass', ...time }]
      : [
          { id: NONE, serviceTier: 'priority', action: 'filter', ...time },
          { id: NONE_ULTRA, serviceTier: 'ultrafast', action: 'filter', ...time },
        ];
  return PolicySchema.parse({ rules }).rules;
}
