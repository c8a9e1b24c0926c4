import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemKeychain } from '../../src/main/secrets/keychain.ts';
import { TiergateError } from '../../src/shared/errors.ts';

/** What the native module does when it is asked; it has no other seam than its import. */
const native = vi.hoisted(() => ({ answer: (): Promise<unknown> => Promise.resolve(null), calls: [] as unknown[][] }));

vi.mock('keytar', () => {
  const call =
    (name: string) =>
    (...values: unknown[]): Promise<unknown> => {
      native.calls.push([name, ...values]);
      return native.answer();
    };
  return {
    default: {
      getPassword: call('get'),
      setPassword: call('set'),
      deletePassword: call('delete'),
      findCredentials: call('find'),
    },
  };
});

beforeEach(() => {
  native.calls.length = 0;
  native.answer = () => Promise.resolve(null);
});

describe('a keychain that cannot be used', () => {
  test.each<[text: string, reason: string]>([
    [
      'libsecret-1.so.0: cannot open shared object file: No such file or directory',
      'the library libsecret is not installed.',
    ],
    ['Failed to load keytar: no prebuild for this platform', 'the library libsecret is not installed.'],
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'there is no D-Bus session, as on a machine without a desktop.'],
    [
      'The given address is empty, DBUS_SESSION_BUS_ADDRESS is not set',
      'there is no D-Bus session, as on a machine without a desktop.',
    ],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'no Secret Service is running.'],
    ['Cannot create an item in a locked collection', 'the keyring is locked or has no login collection.'],
    [
      'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
      'the keyring is locked or has no login collection.',
    ],
    ['Prompt was dismissed', 'the keyring is locked or has no login collection.'],
    ['Something new', 'Something new.'],
    ['First line\n    at native code\n', 'First line.'],
    ['', '.'],
  ])('%j is told as %j', async (text, reason) => {
    const cause = new Error(text);
    native.answer = () => Promise.reject(cause);
    for (const use of [
      () => systemKeychain.get('openai/1'),
      () => systemKeychain.set('openai/1', 'sk-value-that-is-secret'),
      () => systemKeychain.remove('openai/1'),
      () => systemKeychain.list(),
    ]) {
      const error = await use().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TiergateError);
      expect(error).toMatchObject({ code: 'keychain_unavailable', detail: reason, cause });
      expect((error as Error).message).not.toContain('sk-value');
    }
  });

  test('a failure that is no Error is told as well', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what native code may do
    native.answer = () => Promise.reject('no bus');
    await expect(systemKeychain.get('a')).rejects.toMatchObject({ code: 'keychain_unavailable', detail: 'no bus.' });
  });
});
