import { type ACCOUNT_CALLS, KeyNameSchema } from '../../shared/calls/account.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { makeSecret } from '../secrets/secret.ts';
import { usableSecret } from '../secrets/secret-source.ts';
import type { ControlRooms } from './rooms.ts';

type KeyCalls = Pick<HandlersOf<typeof ACCOUNT_CALLS>, 'key.list' | 'key.set' | 'key.remove'>;

/** Keys in the keychain; no answer ever holds one. */
export function keyCalls({ keychain, reloadKeys }: ControlRooms): KeyCalls {
  return {
    'key.list': async () => ({
      // What is not a key, such as a login, has a name that no key can have.
      keys: (await keychain.list())
        .filter(({ name }) => KeyNameSchema.safeParse(name).success)
        .map(({ name, value }) => {
          const { lastFour, fingerprint } = makeSecret(value.trim());
          return { name, lastFour, fingerprint };
        }),
    }),
    'key.set': async ({ name, key }) => {
      const { value, fingerprint, lastFour } = checkedKey(key);
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

/** A key as somebody gave it, without the blanks around it; throws where no header could carry it. */
export function checkedKey(key: string): ReturnType<typeof makeSecret> {
  const usable = usableSecret(key.trim());
  if ('problem' in usable) throw new TiergateError('control_invalid', usable.problem);
  return usable.secret;
}
