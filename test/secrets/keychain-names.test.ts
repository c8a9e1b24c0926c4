import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemKeychain } from '../../src/main/secrets/keychain.ts';

/** What stands in the system's keychain, by service and name; the native module has no other seam than its import. */
const native = vi.hoisted(() => ({ entries: new Map<string, string>() }));

vi.mock('keytar', () => {
  const place = (service: string, name: string): string => `${service}\n${name}`;
  return {
    default: {
      getPassword: (service: string, name: string) => Promise.resolve(native.entries.get(place(service, name)) ?? null),
      setPassword: (service: string, name: string, value: string) => {
        native.entries.set(place(service, name), value);
        return Promise.resolve();
      },
      deletePassword: (service: string, name: string) => Promise.resolve(native.entries.delete(place(service, name))),
      findCredentials: (service: string) =>
        Promise.resolve(
          [...native.entries].flatMap(([at, password]) => {
            const [of, account = ''] = at.split('\n');
            return of === service ? [{ account, password }] : [];
          }),
        ),
    },
  };
});

beforeEach(() => {
  native.entries.clear();
});

test('an entry stands under the name of the app and the version of its form', async () => {
  await systemKeychain.set('openai/1', 'sk-1');
  expect([...native.entries]).toEqual([['Tiergate/1\nopenai/1', 'sk-1']]);
  expect(await systemKeychain.get('openai/1')).toBe('sk-1');
});

test('an entry that is not there is no failure', async () => {
  expect(await systemKeychain.get('openai/1')).toBeNull();
  expect(await systemKeychain.remove('openai/1')).toBe(false);
  expect(await systemKeychain.list()).toEqual([]);
});

describe('an entry of an earlier version', () => {
  beforeEach(() => {
    native.entries.set('Tiergate\nopenai/1', 'sk-early');
  });

  test('is found, and stays where that version looks for it', async () => {
    expect(await systemKeychain.get('openai/1')).toBe('sk-early');
    expect(native.entries.get('Tiergate\nopenai/1')).toBe('sk-early');
  });

  test('does not come back once it is replaced', async () => {
    await systemKeychain.set('openai/1', 'sk-late');
    expect(await systemKeychain.get('openai/1')).toBe('sk-late');
    expect([...native.entries.values()]).toEqual(['sk-late']);
  });

  test('is gone once it is removed', async () => {
    native.entries.set('Tiergate/1\nopenai/1', 'sk-late');
    expect(await systemKeychain.remove('openai/1')).toBe(true);
    expect(native.entries.size).toBe(0);
  });

  test('is on the list with the newer ones, each name once and in order', async () => {
    native.entries.set('Tiergate\nzeta', 'sk-z');
    native.entries.set('Tiergate/1\nalpha', 'sk-a');
    native.entries.set('Tiergate/1\nopenai/1', 'sk-late');
    native.entries.set('Another\nalpha', 'not ours');
    expect(await systemKeychain.list()).toEqual([
      { name: 'alpha', value: 'sk-a' },
      { name: 'openai/1', value: 'sk-late' },
      { name: 'zeta', value: 'sk-z' },
    ]);
  });
});
