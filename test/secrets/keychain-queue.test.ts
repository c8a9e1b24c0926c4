import { expect, test } from 'vitest';
import { KeychainQueue } from '../../src/main/secrets/keychain-queue.ts';
import { FakeKeychain } from '../fakes/keychain.ts';

test('a keychain that does not answer is not asked a second thing', async () => {
  const keychain = new FakeKeychain();
  keychain.entries.set('lab/1', 'one');
  const asked: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  keychain.gate = gate.promise;
  const queue = new KeychainQueue({
    get: (name) => {
      asked.push(name);
      return keychain.get(name);
    },
    set: keychain.set.bind(keychain),
    remove: keychain.remove.bind(keychain),
    list: keychain.list.bind(keychain),
  });
  const answers = [queue.get('lab/1'), queue.set('lab/1', 'two'), queue.get('lab/1')];
  await new Promise(setImmediate);
  expect(asked).toEqual(['lab/1']);
  gate.resolve(undefined);
  expect(await Promise.all(answers)).toEqual(['one', undefined, 'two']);
});

test('what fails does not fail what comes after it', async () => {
  const keychain = new FakeKeychain();
  const queue = new KeychainQueue(keychain);
  keychain.missing = 'the keyring is locked or has no login collection.';
  await expect(queue.list()).rejects.toMatchObject({ code: 'keychain_unavailable' });
  keychain.missing = null;
  await expect(queue.remove('lab/1')).resolves.toBe(false);
});
