import type { ACCOUNT_CALLS } from '../../shared/calls/account.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { usableSecret } from '../secrets/secret-source.ts';
import type { ControlRooms } from './rooms.ts';

/** Accounts and their keys; no answer ever holds a key. */
export function accountCalls({
  keychain,
  reloadKeys,
}: ControlRooms): Pick<HandlersOf<typeof ACCOUNT_CALLS>, 'key.set' | 'key.remove'> {
  return {
    'key.set': async ({ name, key }) => {
      const usable = usableSecret(key.trim());
      if ('problem' in usable) throw new TiergateError('control_invalid', usable.problem);
      const { value, fingerprint, lastFour } = usable.secret;
      await keychain.set(name, value);
      await reloadKeys();
      return { fingerprint, lastFour };
    },
    'key.remove': async ({ name }) => {
      const removed = await keychain.remove(name);
      await reloadKeys();
      return { removed };
    },
  };
}
