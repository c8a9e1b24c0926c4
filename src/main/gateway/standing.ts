import { isDeepStrictEqual } from 'node:util';
import type { Account } from '../../shared/account.ts';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { House } from './house.ts';
import type { Chosen } from './socket-upstream.ts';

/** By what a turn was judged that does not leave at once, and when. */
export interface Standing {
  readonly policy: Policy;
  readonly at: number;
}

/** True where an account of the settings is not among them any more, or was switched off. */
export function isGone({ ways }: Pick<House, 'ways'>, { id }: Pick<Account, 'id'>): boolean {
  return !ways.accounts.some((account) => account.id === id);
}

/**
 * Why nothing more of a session may leave: a key that was revoked opens nothing any more, not even a turn of a session it
 * had opened, and an account that was removed or switched off is not asked again. Null while all is well.
 */
export function withdrawn(
  house: Pick<House, 'settings' | 'ways'>,
  keyHash: string,
  { secret, ready }: Pick<Chosen, 'secret' | 'ready'>,
): GatewayError | null {
  const { tools, ownKeys } = house.settings();
  if (!tools.some((tool) => tool.keyHash === keyHash)) return gatewayError('local_key_invalid');
  const { id, provider } = ready.account;
  if (secret?.brought === undefined) return isGone(house, ready.account) ? gatewayError('account_gone', id) : null;
  return ownKeys.includes(provider) ? null : gatewayError('own_key_refused', provider);
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
