import { isDeepStrictEqual } from 'node:util';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { House } from './house.ts';
import type { Chosen } from './socket-upstream.ts';

/** By what a turn was judged that does not leave at once, and when. */
export interface Standing {
  readonly policy: Policy;
  readonly at: number;
}

/** A key that was revoked opens nothing any more, not even a turn of a session it had opened; null while it is good. */
export function withdrawn(
  house: Pick<House, 'settings'>,
  keyHash: string,
  { secret, ready }: Pick<Chosen, 'secret' | 'ready'>,
): GatewayError | null {
  const { tools, ownKeys } = house.settings();
  if (!tools.some((tool) => tool.keyHash === keyHash)) return gatewayError('local_key_invalid');
  const { provider } = ready.account;
  return secret?.brought === undefined || ownKeys.includes(provider) ? null : gatewayError('own_key_refused', provider);
}

/**
 * Why a turn that has waited since it was judged may not leave: nothing new may begin, or the door might say something else
 * of it by now. A rule that has ended meanwhile counts as a change.
 */
export function fallen(
  house: Pick<House, 'settings' | 'paused' | 'now'>,
  { policy, at }: Standing,
): GatewayError | null {
  if (house.paused()) return gatewayError('gateway_paused');
  const now = house.now();
  const hasEnded = policy.rules.some(({ until }) => {
    const end = until === undefined ? NaN : Date.parse(until);
    return end > at && end <= now;
  });
  return hasEnded || !isDeepStrictEqual(policy, house.settings().policy) ? gatewayError('policy_changed') : null;
}
