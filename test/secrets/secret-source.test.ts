import { describe, expect, test } from 'vitest';
import type { Keychain } from '../../src/main/secrets/keychain.ts';
import { fingerprint, makeSecret } from '../../src/main/secrets/secret.ts';
import { readSecret, sourceName } from '../../src/main/secrets/secret-source.ts';
import { FakeKeychain } from '../fakes/keychain.ts';

const KEY = 'sk-proj-0123456789';

describe('a key in the environment', () => {
  const read = (value: string | undefined): ReturnType<typeof readSecret> =>
    readSecret({ env: 'OPENAI_API_KEY' }, new FakeKeychain(), { OPENAI_API_KEY: value });

  test('is read, without the blanks around it', async () => {
    expect(await read(`  ${KEY}\n`)).toEqual({ secret: makeSecret(KEY) });
  });

  test.each([[undefined], [''], ['  \n']])('that is %j is not set', async (value) => {
    expect(await read(value)).toEqual({ problem: 'the environment variable OPENAI_API_KEY is not set' });
  });
});

describe('a key in the keychain', () => {
  const read = (keychain: Keychain): ReturnType<typeof readSecret> =>
    readSecret({ keychain: 'openai/1' }, keychain, { 'openai/1': 'not this one' });

  function holding(value: string): FakeKeychain {
    const keychain = new FakeKeychain();
    keychain.entries.set('openai/1', value);
    return keychain;
  }

  test('is read, without the blanks around it', async () => {
    expect(await read(holding(`${KEY}\r\n`))).toEqual({ secret: makeSecret(KEY) });
  });

  test('that is not there has a problem by name', async () => {
    expect(await read(new FakeKeychain())).toEqual({ problem: 'the keychain has no entry openai/1' });
  });

  test('a keychain that is away is a problem with its reason, not an exception', async () => {
    const keychain = holding(KEY);
    keychain.missing = 'no Secret Service is running.';
    expect(await read(keychain)).toEqual({
      problem: 'The keychain of this system cannot be used: no Secret Service is running.',
    });
  });

  test('a failure nobody foresaw is not hidden', async () => {
    const keychain = new FakeKeychain();
    keychain.get = () => Promise.reject(new Error('a bug'));
    await expect(read(keychain)).rejects.toThrow('a bug');
  });
});

describe('attack: a key that would be more than a key in a header', () => {
  test.each([
    ['a second header', 'sk-1\r\nx-evil: 1'],
    ['a line feed', 'sk-1\nsk-2'],
    ['a bare carriage return', 'sk-1\rsk-2'],
    ['a blank', 'sk-1 sk-2'],
    ['a tab', 'sk-1\tsk-2'],
    ['a control character', 'sk-1\u0000'],
    ['a letter no header holds', 'sk-\u00e9\u4e2d'],
    ['a blank of another kind', 'sk-1\u2028sk-2'],
  ])('%s is refused from either source, and not quoted', async (_name, value) => {
    const keychain = new FakeKeychain();
    keychain.entries.set('k', value);
    for (const source of [{ env: 'K' }, { keychain: 'k' }]) {
      const result = await readSecret(source, keychain, { K: value });
      expect(result).toEqual({ problem: 'the key holds blanks or control characters' });
    }
  });
});

test('a source has a name for people, which is no key', () => {
  expect(sourceName({ env: 'OPENAI_API_KEY' })).toBe('env OPENAI_API_KEY');
  expect(sourceName({ keychain: 'openai/1' })).toBe('keychain openai/1');
});

test('a fingerprint tells keys apart and does not hold them', () => {
  expect(fingerprint(KEY)).toMatch(/^[0-9a-f]{12}$/);
  expect(fingerprint(KEY)).toBe(fingerprint(KEY));
  expect(fingerprint(KEY)).not.toBe(fingerprint(`${KEY}0`));
  expect(makeSecret(KEY)).toEqual({ value: KEY, fingerprint: fingerprint(KEY), lastFour: '6789' });
});
